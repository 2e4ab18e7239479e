# SPDX-License-Identifier: Apache-2.0
"""Reset: the answer first, then a board that starts anew."""

import pytest

from smp_line import READ, WRITE, SerialClient, UdpClient, request


def connect(board, transport):
    if transport == "udp" and board.udp is None:
        pytest.skip("this board has no network")
    return UdpClient(board.udp) if transport == "udp" else SerialClient(board.pty)


@pytest.mark.parametrize("content", [{}, {"force": 1}, {"force": True}], ids=["plain", "force 1", "force true"])
@pytest.mark.parametrize("transport", ["serial", "udp"])
def test_reset(board, transport, content):
    client = connect(board, transport)
    try:
        assert client.ask(WRITE, 0, 4, {"datetime": "2026-07-04T12:30:15"}).map == {}
        assert client.ask(READ, 0, 4).map.keys() == {"datetime"}
        board.device.clear_buffer()
        answer = client.ask(WRITE, 0, 5, content)
        assert answer.map == {}
    finally:
        client.close()
    board.wait_for_boot()

    client = connect(board, transport)
    try:
        # The emulated clock is as it was at the first boot: nothing lives on.
        assert client.ask(READ, 0, 4).map == {"err": {"group": 0, "rc": 4}}
        assert client.ask(READ, 0, 4, version=0).map == {"rc": 5}
        assert client.ask(WRITE, 0, 0, {"d": "back"}).map == {"r": "back"}
    finally:
        client.close()


def test_a_reset_ends_the_packet(board):
    """What is behind a reset in the same packet is not answered: the board is on its way down."""
    client = SerialClient(board.pty)
    try:
        board.device.clear_buffer()
        client.send(request(WRITE, 0, 5, sequence=1) + request(WRITE, 0, 0, {"d": "x"}, sequence=2))
        assert client.receive().sequence == 1
    finally:
        client.close()
    board.wait_for_boot()


def test_reading_reset_resets_nothing(serial):
    assert serial.ask(READ, 0, 5).map == {"rc": 8}
    assert serial.ask(WRITE, 0, 0, {"d": "still here"}).map == {"r": "still here"}
