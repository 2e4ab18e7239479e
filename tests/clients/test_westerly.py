# SPDX-License-Identifier: Apache-2.0
"""Westerly's own command line: telemetry, log and monitor of every board, also over links that lose answers."""

import csv
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import answers
import boards
import pytest

COLUMNS = ["boot", "sequence", "uptime_ms", "topic", "value", "unit", "kind"]
# Topics that every board has.
TOPICS = {"uptime", "temperature"}
PATIENCE_SECONDS = 20


@pytest.fixture
def westerly(request):
    return request.config.option.westerly


@pytest.fixture
def device(line):
    """The arguments that lead to the board."""
    if line.transport == "udp":
        return ["--udp", f"{line.board.address}:{boards.UDP_PORT}"]
    return ["--serial", line.board.serial]


def run(*command) -> tuple[list[str], str]:
    """What a command prints, and what it says besides."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done
    return done.stdout.splitlines(), done.stderr


def table(lines: list[str]) -> list[dict[str, str]]:
    rows = csv.DictReader(lines)
    assert rows.fieldnames == COLUMNS
    return list(rows)


def sequences(records: list[dict[str, str]]) -> list[int]:
    return [int(record["sequence"]) for record in records]


def test_telemetry(westerly, device):
    time.sleep(1)
    printed, said = run(westerly, "telemetry", "--csv", *device)
    records = table(printed)
    assert TOPICS <= {record["topic"] for record in records}
    assert sequences(records) == list(range(len(records)))
    assert {record["boot"] for record in records} == {"1"}
    uptimes = [int(record["uptime_ms"]) for record in records]
    assert max(uptimes) > 0 and min(uptimes) < 1000
    sum = re.match(r"(\d+) records, 0 lost.*; go on with --since (\d+) --boot 1$", said)
    assert sum and int(sum[1]) == int(sum[2]) == len(records), said
    later, _ = run(westerly, "telemetry", "--csv", *device, "--since", sum[2], "--boot", "1")
    assert all(sequence >= len(records) for sequence in sequences(table(later)))


def test_a_reader_that_loses_every_second_answer(westerly, line, device):
    """Every record exactly once, each as a reader without losses has it."""
    patience = ["--timeout", "200", "--retries", "50", "--interval", "20"]
    with answers.link(line, seed=9) as link:
        command = [westerly, "telemetry", "--csv", "--follow", *patience, *link.arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
            time.sleep(8)
            reader.send_signal(signal.SIGINT)
            printed, said = reader.communicate(timeout=PATIENCE_SECONDS)
    assert reader.returncode == 0, said
    records = table(printed.splitlines())
    assert sequences(records) == list(range(len(records)))
    assert len(records) > 8 and link.dropped > 5
    unanswered = re.search(r"records, 0 lost, (\d+) requests? unanswered and asked for again", said)
    assert unanswered and int(unanswered[1]) >= link.dropped - 1, (said, link.dropped)
    assert table(run(westerly, "telemetry", "--csv", *device)[0])[: len(records)] == records


def test_log(westerly, request, line, device):
    # Of the firmware the file that runs is the one that has the messages.
    simulator = request.config.option.target == "simulator"
    elf = [] if simulator else ["--elf", request.config.option.executable]
    printed, said = run(westerly, "logs", "--once", *device, *elf)
    assert re.match(r" *\d+\.\d+ INFO  ", printed[0]), printed
    assert re.match(rf"{len(printed)} frames?, 0 lost; go on with --since {len(printed)}$", said), said
    if not simulator:
        # Another program's: that of the one who asks.
        done = subprocess.run([westerly, "logs", "--once", *device, "--elf", westerly], capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.startswith("error: "), done


def test_monitor(westerly, device):
    """Draws topics and plots, and gives the terminal back."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(westerly, [str(westerly), "monitor", *device])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 34, 120, 0, 0))
    seen = b""
    end = time.monotonic() + PATIENCE_SECONDS

    def is_shown() -> bool:
        text = seen.decode(errors="ignore")
        return all(topic in text for topic in TOPICS) and re.search("[\u2801-\u28ff]", text) is not None

    try:
        while not is_shown():
            assert time.monotonic() < end, seen
            seen += os.read(terminal, 65536)
        os.write(terminal, b"q")
        try:
            while data := os.read(terminal, 65536):
                seen += data
        except OSError:
            pass  # What Linux says at the end of the other side.
        _, status = os.waitpid(process, 0)
        process = 0
    finally:
        if process:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        os.close(terminal)
    assert status == 0
    # Back from the alternate screen, and what is said there.
    assert b"\x1b[?1049l" in seen and re.search(rb"\d+ records, 0 lost\r\n$", seen), seen[-200:]


def stations(printed: list[str]) -> dict[str, list[str]]:
    """The lines of each station of a tour, by its name."""
    found: dict[str, list[str]] = {}
    lines = []
    for line in printed[2:]:
        if line and not line.startswith(" "):
            name, _, first = line.partition(" ")
            lines = found.setdefault(name, [])
            line = first
        lines.append(line.strip())
    return found


def test_tour(westerly, request, line, device):
    """Everything a board offers, and nothing left on it but what cannot be taken away."""
    simulator = request.config.option.target == "simulator"
    elf = [] if simulator else ["--elf", request.config.option.executable]
    for _ in range(2):
        printed, said = run(westerly, "tour", *device, *elf)
        assert said == "" and not any("\x1b" in line for line in printed)
        seen = stations(printed)
        path = f"{line.board.traits.mount_point}/westerly-tour.bin"
        up, hash, down, left = seen["file"]
        assert up.startswith(f"{path}: 4096 bytes up in "), up
        assert hash.startswith("sha256 on the device is the one here: "), hash
        assert down.startswith("4096 bytes down in ") and down.endswith(", the same as went up"), down
        assert left.endswith(f"{path} stays, empty") or left.startswith(f"{path} is removed again"), left
        assert ", 0 lost meanwhile, " in seen["telemetry"][1]
        assert any(" INFO " in frame for frame in seen["log"][1:]), seen["log"]
        assert seen["images"][0].startswith("not offered: ") != line.board.traits.images
        assert "FAILED" not in seen["summary"][0] and "refused" not in seen["summary"][0]


@pytest.mark.udp
def test_tour_without_a_key(westerly, secured):
    """What a key is needed for is refused, which is no failure, and said with what to do."""
    address = f"{secured.board.address}:{boards.UDP_PORT}"
    printed, _ = run(westerly, "tour", "--udp", address)
    seen = stations(printed)
    assert seen["file"] == ["refused: it answers rc 11 (access denied)"]
    assert seen["summary"][-1] == f"westerly tour --udp {address} --key board.key"
