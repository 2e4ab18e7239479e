# SPDX-License-Identifier: Apache-2.0
"""What no client does by itself: bursts, damage, several requests in a packet."""

import boards
import pytest
import sealing
from framing import SILENCE_SECONDS, Datagrams, Lines, echo, echo_of_size, echoed, largest_packet


@pytest.fixture
def connection(line):
    connected = Datagrams(line.board.address, boards.UDP_PORT) if line.transport == "udp" else Lines(line.board.serial)
    yield connected
    connected.close()


def test_two_full_size_requests_in_a_burst(connection):
    size, _ = largest_packet(connection)
    for _ in range(5):
        requests = [echo_of_size(sequence, size) for sequence in (1, 2)]
        connection.send(*(request for request, _ in requests))
        for sequence, (_, value) in zip((1, 2), requests):
            assert connection.receive() == echoed(sequence, value)


def test_as_many_as_the_parameters_allow(connection):
    size, count = largest_packet(connection)
    assert count >= 1
    request, value = echo_of_size(9, size)
    connection.send(*[request] * count)
    for _ in range(count):
        assert connection.receive() == echoed(9, value)


def test_several_requests_in_a_packet(connection):
    connection.send(echo(1, "one") + echo(2, "two") + echo(3, "three") + bytes(7))
    for sequence, value in ((1, "one"), (2, "two"), (3, "three")):
        assert connection.receive() == echoed(sequence, value)
    assert connection.receive(SILENCE_SECONDS) is None


def test_every_length_around_the_end_of_a_line(connection):
    """The client splits a checksum over two lines at some of these."""
    for length in list(range(60, 110)) + list(range(150, 200)):
        value = "y" * length
        connection.send(echo(4, value))
        assert connection.receive() == echoed(4, value), length


def test_too_short_and_answers_are_not_answered(connection):
    for packet in (bytes(7), b"\x0b\x00\x00\x01\x00\x00\x07\x00\xa0"):
        connection.send(packet)
    assert connection.receive(SILENCE_SECONDS) is None
    connection.send(echo(5, "still there"))
    assert connection.receive() == echoed(5, "still there")


def test_larger_than_the_parameters_allow(connection):
    """Room for a seal comes on top of what the parameters tell; beyond that the answer is SMP's code for too large."""
    size, _ = largest_packet(connection)
    request, _ = echo_of_size(6, size + sealing.SEAL_LENGTH + 1)
    connection.send(request)
    assert connection.receive() == bytes.fromhex("0b000006000006 00") + b"\xbf\x62rc\x07\xff"
    connection.send(echo(7, "still there"))
    assert connection.receive() == echoed(7, "still there")


@pytest.mark.serial
@pytest.mark.parametrize(
    "damaged",
    [
        b"\x06\x09not base64!\n",
        b"\x06\x09ABAKAAAGAAAHAL9hZGFi/7/0\n",
        b"\x06\x09AAAA\n",
        b"\x06\x09//////==\n",
        b"\x04\x14ABAKAAAGAAAHAL9hZGFh/7/0\n",
        b"\x06\x09ABAKAAAGAAAHAL9hZG\n",
        b"\x06\x09ABAKAAAG\n",
        b"<inf> log text \x06 and \x04 more\r\n",
        bytes(range(256)) * 4,
    ],
    ids=["not base64", "checksum", "no length", "length", "orphan", "half a group", "half a packet", "text", "noise"],
)
def test_damage_is_passed_over(connection, damaged):
    connection.send_bytes(damaged)
    connection.send(echo(8, "next"))
    assert connection.receive() == echoed(8, "next")


def test_clients_come_and_go(line):
    for sequence in range(10):
        connected = Datagrams(line.board.address, boards.UDP_PORT) if line.transport == "udp" else Lines(line.board.serial)
        connected.send(echo(sequence, "again"))
        assert connected.receive() == echoed(sequence, "again")
        connected.close()
