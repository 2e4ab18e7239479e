# SPDX-License-Identifier: Apache-2.0
"""The log: defmt frames on the third UART and over the log group, decoded with the build's ELF file."""

import re

import pytest
from elftools.elf.elffile import ELFFile

from debugger import Debugger, Rtt
from frames import Capture, decoded, messages, westerly
from smp_line import READ, WRITE, SerialClient, Silence, request

LOG = 65
FRAMES, LEVEL = 0, 1


def read(client, **content):
    return client.ask(READ, LOG, FRAMES, content).map


def logged_so_far(client):
    """How many frames there were since the boot; an answer holds some of them."""
    since = 0
    while (answer := read(client, since=since))["next"] != since:
        since = answer["next"]
    return since


def set_level(client, level):
    return client.ask(WRITE, LOG, LEVEL, {"level": level}).map


def restart(board):
    client = SerialClient(board.pty)
    try:
        board.device.clear_buffer()
        assert client.ask(WRITE, 0, 5).map == {}
    finally:
        client.close()
    board.wait_for_boot()


@pytest.fixture
def own_level(board):
    """Puts the level back, whatever a test sets."""
    yield
    client = SerialClient(board.pty)
    try:
        assert set_level(client, "info") == {}
    finally:
        client.close()


def beginning(board):
    """What a boot logs, in this order but for the transports, which are threads."""
    first = ["INFO  Westerly 0.1.0 starts"]
    transports = {f"INFO  SMP on the serial line, packets of {board.packet_size} bytes"}
    if board.udp:
        transports.add(f"INFO  SMP over UDP, packets of {board.configuration['WESTERLY_UDP_PACKET_SIZE']} bytes")
    return first, transports


def test_frames_on_the_uart_and_over_smp_decode_to_the_same_lines(board, own_level):
    client = SerialClient(board.pty)
    capture = Capture(board)
    try:
        capture.read()
        # Announces 40 bytes of payload and has one.
        client.send(request(WRITE, 0, 0, payload=b"\xa0", length=40))
        assert client.receive().map == {"rc": 9}
        assert set_level(client, "warn") == {}
        assert set_level(client, "info") == {}
        before = messages(decoded(board, capture.read(first=5)))
    finally:
        client.close()
        if board.is_native:
            capture.close()
    # "level warn" is logged at the level it sets, and so is not.
    assert before == ["WARN  malformed: 1 bytes of 40 announced", "INFO  level info"]

    restart(board)
    if board.is_native:
        capture = Capture(board)
    try:
        captured = capture.read(first=5)
    finally:
        capture.close()
    after = messages(decoded(board, captured))
    if not board.is_native:
        # The same UART: it was captured over the restart.
        assert after.pop(0) == "INFO  reset"
    first, transports = beginning(board)
    assert after[: len(first)] == first
    assert after[len(first)] == "INFO  level info, as set before"
    assert set(after[len(first) + 1 :]) == transports

    lines, summary = westerly("--elf", board.executable, "--serial", board.pty, "--once")
    assert "warning" not in summary, summary
    assert messages(lines) == after
    if board.udp:
        host, port = board.udp
        lines, _ = westerly("--elf", board.executable, "--udp", f"{host}:{port}", "--once")
        assert messages(lines) == after


def test_locations_are_those_of_the_source(board):
    lines, _ = westerly("--elf", board.executable, "--serial", board.pty, "--once", "--locations")
    (line,) = [line for line in lines if "Westerly 0.1.0 starts" in line]
    assert re.search(r"\(.*src/log\.rs:\d+\)$", line), line


def test_the_build_is_the_elf_file(board, client):
    answer = read(client)
    assert answer["format"] == "defmt"
    with open(board.executable, "rb") as file:
        (note,) = ELFFile(file).get_section_by_name(".note.gnu.build-id").iter_notes()
    assert len(answer["build"]) == 20
    assert answer["build"].hex() == note["n_desc"]


def test_the_level(client, own_level):
    assert client.ask(READ, LOG, LEVEL).map == {"level": "info", "compiled": "trace"}
    assert set_level(client, "loud") == {"err": {"group": LOG, "rc": 2}}
    for level, logged in [("trace", 1), ("debug", 0), ("off", 0)]:
        assert set_level(client, level) == {}
        assert client.ask(READ, LOG, LEVEL).map["level"] == level
        before = logged_so_far(client)
        # Frames there are of the request itself, and none of reading the log.
        assert client.ask(WRITE, 0, 0, {"d": "x"}).map == {"r": "x"}
        assert logged_so_far(client) == before + logged, level
    # An error of a request is of the level debug.
    assert set_level(client, "debug") == {}
    before = logged_so_far(client)
    assert client.ask(READ, 0, 99).map == {"rc": 8}
    assert logged_so_far(client) == before + 1


def test_the_level_outlasts_a_restart(board, own_level):
    client = SerialClient(board.pty)
    try:
        assert set_level(client, "debug") == {}
    finally:
        client.close()
    restart(board)
    client = SerialClient(board.pty)
    try:
        assert client.ask(READ, LOG, LEVEL).map["level"] == "debug"
    finally:
        client.close()


def test_what_was_overwritten_is_counted(client, own_level):
    assert set_level(client, "trace") == {}
    for _ in range(200):
        client.ask(WRITE, 0, 0, {"d": ""})
    answer = read(client)
    sequences = [sequence for sequence, _ in answer["records"]]
    assert answer["oldest"] > 0
    assert answer["lost"] == answer["oldest"] == sequences[0]
    assert sequences == list(range(sequences[0], sequences[-1] + 1))
    assert answer["next"] == sequences[-1] + 1
    # The same again, as nothing of the log group is logged.
    assert read(client) == answer


def test_frames_over_rtt_and_the_count_of_those_lost(board, own_level):
    """Nobody has read there since the start: what had room in the buffer, what is gone, and the rest."""
    if "WESTERLY_DEFMT_RTT" not in board.configuration:
        pytest.skip("this board has no RTT: there is no debugger for it here")
    restart(board)
    client = SerialClient(board.pty)
    try:
        assert set_level(client, "trace") == {}
        for _ in range(200):
            client.ask(WRITE, 0, 0, {"d": ""})
        assert set_level(client, "off") == {}
        logged = logged_so_far(client)
    finally:
        client.close()
    lines = messages(decoded(board, Rtt(board).take()))
    assert lines[0] == "INFO  Westerly 0.1.0 starts"
    # More than once if there was room to tell of a loss but none for the longer frame behind it.
    losses = [re.fullmatch(r"WARN  (\d+) frames lost before the next one", line) for line in lines]
    losses = [int(match[1]) for match in losses if match]
    assert losses and 0 not in losses
    assert sum(losses) + len(lines) - len(losses) == logged
    # Now that somebody reads, nothing is lost.
    client = SerialClient(board.pty)
    try:
        assert set_level(client, "trace") == {}
        client.ask(WRITE, 0, 0, {"d": "x"})
    finally:
        client.close()
    assert messages(decoded(board, Rtt(board).take())) == ["INFO  level trace", "TRACE group 0 command 0 in 5 bytes"]


def test_a_fatal_error_is_the_last_frame(board):
    """The processor jumps to where there is no code. What is logged of it gets out, although no thread runs any more."""
    if board.is_native:
        pytest.skip("a fatal error ends the process, and with it the board")
    capture = Capture(board)
    try:
        capture.read()
        with Debugger(Rtt(board).path) as debugger:
            # The main thread waits for bytes then: it is the idle thread that jumps.
            debugger.set_program_counter(0xF0000000, board.configuration["ARCH"])
        line, *behind = messages(decoded(board, capture.read(first=5)))
        assert re.fullmatch(r"ERROR fatal error \d+ \(.*\) in thread idle at 0x[0-9a-f]+", line), line
        # Then the board restarts.
        assert all(line.startswith("INFO ") for line in behind), behind
    finally:
        capture.close()
        board.device.clear_buffer()
        with Debugger(Rtt(board).path) as debugger:
            debugger.monitor("system_reset")
        board.wait_for_boot()
        # What the dead board was asked has waited at its UART, and is answered now.
        client = SerialClient(board.pty)
        try:
            client.receive(1)
        except Silence:
            pass
        finally:
            client.close()
