# SPDX-License-Identifier: Apache-2.0
"""The plug-ins of clients/, as smpmgr's users type them, and the example's group by a raw command."""

import re
from pathlib import Path

import clients
import pytest

PLUG_INS = Path(__file__).resolve().parents[2] / "clients"


@pytest.fixture
def smpmgr(line):
    """Runs it and gives the lines it prints; of one that is to fail, what it says."""

    def run(*arguments: object, fails: bool = False) -> list[str]:
        where = f"--plugin-path={PLUG_INS}"
        done = clients.smpmgr(line.board, line.transport, where, *arguments, seconds=60)
        assert done.returncode == int(fails), done.stdout + done.stderr
        return (done.stderr if fails else done.stdout).splitlines()

    return run


def names(lines: list[str]) -> list[str]:
    """The second column, which is the name of a topic in all that is told of topics."""
    return [line.split()[1] for line in lines]


def test_topics_and_their_latest_values(smpmgr):
    topics = smpmgr("telemetry", "topics")
    assert "uptime" in names(topics), topics
    latest = smpmgr("telemetry", "latest", "--topic", "uptime")
    assert len(latest) == 1 and re.fullmatch(r" *\d+\.\d{3}  uptime +\d+ s", latest[0]), latest
    assert set(names(smpmgr("telemetry", "latest"))) <= set(names(topics))
    assert "no nonesuch" in smpmgr("telemetry", "latest", "--topic", "nonesuch", fails=True)[-1]


def test_records_again_and_from_there_on(smpmgr):
    smpmgr("telemetry", "configure", "uptime", "--period", 100, "--deadband", 0, "--rate", 0)
    *first, end = smpmgr("telemetry", "follow", "--count", 3, "--topic", "uptime")
    assert names([*first, end]) == ["uptime"] * 3
    *records, end = smpmgr("telemetry", "read", "--max", 2)
    assert len(records) == 2
    next = int(re.fullmatch(r"next (\d+), lost \d+, oldest \d+", end)[1])
    assert next == int(records[1].split()[0]) + 1
    *records, _ = smpmgr("telemetry", "read", "--since", next, "--max", 1)
    assert int(records[0].split()[0]) >= next


def test_a_configuration(smpmgr):
    before = smpmgr("telemetry", "configure", "uptime")
    changed = smpmgr("telemetry", "configure", "uptime", "--period", 250, "--window", 4, "--statistics", "mean,maximum")
    assert "period 250 ms, maximum/mean of 4" in changed[0]
    assert smpmgr("telemetry", "configure", "uptime") == changed
    alarm = smpmgr("telemetry", "configure", "uptime", "--window", 0, "--raise", 90000, "--clear", 80000)
    assert "alarm from 90000 until 80000" in alarm[0] and "of 4" not in alarm[0]
    said = smpmgr("telemetry", "configure", "uptime", "--deadband", "-1", fails=True)
    assert "INVALID_CONFIGURATION (group 64, code 3)" in said[-1], said
    assert smpmgr("telemetry", "configure", "uptime", "--default") == before


def test_the_log(smpmgr):
    *frames, end = smpmgr("log", "read", "--max", 3)
    assert 1 <= len(frames) <= 3 and re.match(r"next \d+, lost \d+, (text|defmt)", end), end
    before = smpmgr("log", "level")[0].split()[0]
    assert smpmgr("log", "level", "error")[0].startswith("error (built with ")
    assert smpmgr("log", "level")[0].startswith("error ")
    smpmgr("log", "level", before)


def test_inputs_and_outputs(smpmgr):
    lines = [line.split(maxsplit=3) for line in smpmgr("io", "list")]
    # A name comes last, as it may hold spaces: `0  output  off  Green LED`.
    outputs = [name for _, kind, _, name in lines if kind == "output"]
    inputs = [name for _, kind, _, name in lines if kind == "input"]
    for state in ("on", "off"):
        smpmgr("io", "set", outputs[0], state)
        assert smpmgr("io", "get", outputs[0]) == [state]
    smpmgr("io", "pulse", outputs[0], 60000)
    assert smpmgr("io", "get", outputs[0]) == ["on"]
    smpmgr("io", "set", outputs[0], "off")
    assert "INVALID_DURATION (group 66, code 5)" in smpmgr("io", "pulse", outputs[0], 0, fails=True)[-1]
    assert "NOT_AN_OUTPUT (group 66, code 3)" in smpmgr("io", "set", inputs[0], "on", fails=True)[-1]
    assert "UNKNOWN_NAME (group 66, code 2)" in smpmgr("io", "get", "nonesuch", fails=True)[-1]


def test_access(smpmgr, line, tmp_path):
    """On a board that lets anybody over UDP, too: keys are written over a serial line all the same."""
    if 67 not in clients.toolkit(line).enum_get_group_ids():
        pytest.skip("this firmware was built without CONFIG_WESTERLY_ACCESS")
    assert smpmgr("access", "session") == [f"{line.transport}: nobody in particular"]
    *before, room = smpmgr("access", "keys", "list")
    secret = "c0ffee" + 58 * "7"
    file = tmp_path / "key"
    file.write_text(f"77 operate {secret}\n")
    if line.transport == "udp":
        assert "WRONG_TRANSPORT (group 67, code 9)" in smpmgr("access", "keys", "add", file, fails=True)[-1]
        assert "WRONG_TRANSPORT (group 67, code 9)" in smpmgr("access", "keys", "remove", 77, fails=True)[-1]
    else:
        smpmgr("access", "keys", "add", file)
        *now, less = smpmgr("access", "keys", "list")
        assert now == [*before, " 77  operate"] and int(less.split()[2]) == int(room.split()[2]) - 1
        smpmgr("access", "keys", "remove", 77)
        assert "UNKNOWN_KEY (group 67, code 4)" in smpmgr("access", "keys", "remove", 77, fails=True)[-1]
    assert smpmgr("access", "keys", "list") == [*before, room]

    first, *built = smpmgr("access", "policy", "show")
    assert first == "as built:" and "   serial * * allow" in built, built
    defaults = built
    rule = "udp 0 5 authenticated"
    smpmgr("access", "policy", "set", rule, "* 9 * refuse")
    assert smpmgr("access", "policy", "show") == ["set by an administrator:", f"   {rule}", "   * 9 * refuse", *defaults]
    closing = f"{line.transport} * * authenticated"
    said = smpmgr("access", "policy", "set", closing, fails=True)
    assert "WOULD_LOCK_OUT (group 67, code 8)" in said[-1], said
    assert "INVALID_RULES (group 67, code 7)" in smpmgr("access", "policy", "set", "usb * * allow", fails=True)[-1]
    smpmgr("access", "policy", "default")
    assert smpmgr("access", "policy", "show") == ["as built:", *built]


def test_what_is_no_key_file_is_not_told(smpmgr, line, tmp_path):
    file = tmp_path / "key"
    for text in ["", "77 operate", "77 operate c0ffe", "x operate " + 64 * "7", "77 operate " + 64 * "7" + " more"]:
        file.write_text(text)
        said = " ".join(smpmgr("access", "keys", "add", file, fails=True))
        assert "is no key file" in said.replace("\n", "") and "c0ffe" not in said and "777" not in said, said


def test_a_crash(smpmgr, line):
    client = clients.toolkit(line)
    if 68 not in client.enum_get_group_ids():
        pytest.skip("this firmware was built without CONFIG_WESTERLY_CRASH")
    smpmgr("crash", "clear")
    assert smpmgr("crash", "read") == ["no crash is recorded"]
    assert smpmgr("crash", "log") == []
    try:
        commands = client.raw_command(True, 9, 0, {"argv": ["help"]})["o"]
    except RuntimeError:
        # No shell, or none over this transport.
        commands = ""
    if not re.search("^crash ", commands, re.M):
        pytest.skip("this board's shell has no command that crashes it")
    client.raw_command(True, 9, 0, {"argv": ["crash"]})
    first, *rest = smpmgr("crash", "read")
    assert first == "kernel_oops, crash 1 since the record was cleared"
    assert {"thread  shell", "code    3"} <= set(rest), rest
    lines = smpmgr("crash", "log")
    assert lines and smpmgr("crash", "log", "--from", len(lines) - 1) == lines[-1:]
    smpmgr("crash", "clear")
    assert smpmgr("crash", "read") == ["no crash is recorded"]


def test_the_example(smpmgr, line):
    if 70 not in clients.toolkit(line).enum_get_group_ids():
        pytest.skip("this firmware was built without CONFIG_WESTERLY_EXAMPLE")
    smpmgr("example", "set", "visits", 5)
    assert smpmgr("example", "get", "visits") == ["5"]
    assert "UNKNOWN_NAME (group 70, code 2)" in smpmgr("example", "get", "tea", fails=True)[-1]


def test_the_example_by_raw_commands(line):
    client = clients.toolkit(line)
    if 70 not in client.enum_get_group_ids():
        pytest.skip("this firmware was built without CONFIG_WESTERLY_EXAMPLE")
    assert client.raw_command(True, 70, 0, {"name": "coffees", "count": 3}) == {}
    assert client.raw_command(False, 70, 0, {"name": "coffees"}) == {"count": 3}
    with pytest.raises(Exception, match="70"):
        client.raw_command(False, 70, 0, {"name": "tea"})
