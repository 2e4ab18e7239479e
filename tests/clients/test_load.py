# SPDX-License-Identifier: Apache-2.0
"""Floods, as tests/application sends them to the firmware: whoever asks meanwhile is answered, and everybody is after it."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import boards
import pytest
from framing import Datagrams, Lines, echo, echoed
from smp import packet

FLOOD = Path(__file__).parents[1] / "application" / "pytest" / "udp_flood.py"
SECONDS = 1.0
# A process of the host has the host's time only, and shares it.
PATIENCE_SECONDS = 10.0
RETRY_SECONDS = 0.01


def is_answered(connection, retry=RETRY_SECONDS):
    """An echo, asked for again where a datagram gets lost."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        connection.send(echo(1, "probe"))
        while (answer := connection.receive(retry)) is not None:
            if answer == echoed(1, "probe"):
                return True
    return False


@pytest.fixture
def others(line):
    """Connections over the board's transports."""
    opened = [Lines(line.board.serial)]
    if line.board.address:
        opened.append(Datagrams(line.board.address, boards.UDP_PORT))
    yield opened
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "kind, peers",
    [("garbage", 1), ("echo", 1), ("echo", 64), ("full", 1), ("many", 1), ("too long", 1), ("refused", 64), ("silent", 1)],
)
def test_a_flood_of_datagrams(line, others, kind, peers):
    if line.transport != "udp":
        pytest.skip("a flood over UDP")
    command = [sys.executable, FLOOD, line.board.address, str(boards.UDP_PORT), kind, str(peers)]
    flood = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            assert all(is_answered(one, 0.5 if isinstance(one, Lines) else RETRY_SECONDS) for one in others)
    finally:
        flood.communicate(timeout=10)
    assert all(is_answered(one, 0.5) for one in others)


BYTES = {
    "garbage": bytes(range(256)) * 4,
    "begun": next(packet.encode(echo(2, "x" * 200))) * 8,
    "cut": next(packet.encode(echo(2, "x" * 20)))[:-9] * 16,
    "endless": b"\x06\x09" + b"QUFB" * 255,
}


@pytest.mark.parametrize("kind", BYTES)
def test_a_flood_of_bytes(line, others, kind):
    if line.transport != "serial":
        pytest.skip("a flood on the line")
    serial, *datagrams = others
    ended = threading.Event()

    def flood():
        while not ended.is_set():
            serial.send_bytes(BYTES[kind])

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and datagrams:
            assert is_answered(datagrams[0])
        time.sleep(0 if datagrams else SECONDS)
    finally:
        ended.set()
        thread.join()
    serial.send_bytes(b"\n")
    assert all(is_answered(one, 0.5) for one in others)
