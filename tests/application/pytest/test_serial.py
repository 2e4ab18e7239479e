# SPDX-License-Identifier: Apache-2.0
"""The serial line: bursts, and everything a line does to bytes."""

import os
import select
import time

import pytest

from smp_line import READ, WRITE, WRITE_RESPONSE, line_bytes, lines, request

# SMP header, the map's first byte, the key, and the head of a text of 256 to 65535 bytes.
AROUND_AN_ECHO = 8 + 1 + 2 + 3
INDEFINITE = 1  # The answer's map is indefinite and ends in a byte more than the request's.


def full_size(board, letter, sequence):
    """An echo whose answer fills the board's packets to the last byte."""
    text = letter * (board.packet_size - AROUND_AN_ECHO - INDEFINITE)
    return request(WRITE, 0, 0, {"d": text}, sequence=sequence), text


def test_two_full_size_requests_in_one_burst(board, serial):
    first, first_text = full_size(board, "a", 1)
    second, second_text = full_size(board, "b", 2)
    for _ in range(5):
        serial.send_bytes(line_bytes(first) + line_bytes(second))
        for sequence, text in ((1, first_text), (2, second_text)):
            answer = serial.receive()
            assert (answer.sequence, answer.map) == (sequence, {"r": text})
            assert len(answer.raw) == board.packet_size


def test_a_long_burst(board, serial):
    """Far more than the receive queue: nothing is lost while the thread is busy answering."""
    requests = [full_size(board, letter, number) for number, letter in enumerate("abcdefghijkl")]
    serial.send_bytes(b"".join(line_bytes(packet) for packet, _ in requests))
    for sequence, (_, text) in enumerate(requests):
        answer = serial.receive(20)
        assert (answer.sequence, answer.map) == (sequence, {"r": text})
    serial.expect_silence()


def test_a_burst_of_small_requests(serial):
    serial.send_bytes(b"".join(line_bytes(request(READ, 0, 6, sequence=number)) for number in range(50)))
    assert [serial.receive(20).sequence for _ in range(50)] == list(range(50))


@pytest.mark.parametrize("more", [1, 2, 700, 3000])
def test_a_request_larger_than_the_buffer_is_answered_with_that(board, serial, more):
    text = "x" * (board.packet_size + board.seal - AROUND_AN_ECHO + more)
    answer = serial.ask(WRITE, 0, 0, {"d": text}, sequence=9)
    assert (answer.operation, answer.group, answer.sequence, answer.command) == (WRITE_RESPONSE, 0, 9, 0)
    assert answer.map == {"rc": 7}
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "next"}).map == {"r": "next"}


def test_larger_than_the_buffer_and_damaged_is_dropped(board, serial):
    """Nobody knows whose request that was."""
    packet = request(WRITE, 0, 0, {"d": "x" * (board.packet_size + board.seal)})
    serial.send_bytes(line_bytes(packet, checksum=0x1234))
    serial.expect_silence()
    serial.send_bytes(b"".join(lines(packet)[:-1]))
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "next"}).map == {"r": "next"}


def test_an_answer_larger_than_the_buffer_is_dropped(board, serial):
    """Two servers would answer each other for ever."""
    serial.send(request(WRITE_RESPONSE, 0, 0, {"r": "x" * (board.packet_size + board.seal)}))
    serial.expect_silence()


def test_an_answer_larger_than_the_buffer_is_an_error(board, serial):
    """The request of the largest size has an answer that is one byte too long."""
    text = "x" * (board.packet_size - AROUND_AN_ECHO)
    assert serial.ask(WRITE, 0, 0, {"d": text}).map == {"rc": 7}


def test_a_corrupted_line_and_then_a_good_one(serial):
    packet = request(WRITE, 0, 0, {"d": "hello"})
    serial.send_bytes(line_bytes(packet, checksum=0x1234))
    serial.expect_silence()
    damaged = bytearray(line_bytes(packet))
    damaged[10] ^= 1
    serial.send_bytes(bytes(damaged))
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "hello"}).map == {"r": "hello"}


def test_a_line_that_is_not_base64(serial):
    serial.send_bytes(b"\x06\x09AB*D\n")
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "hello"}).map == {"r": "hello"}


def test_a_new_request_ends_an_incomplete_one(serial):
    incomplete = lines(request(WRITE, 0, 0, {"d": "x" * 200}))
    assert len(incomplete) == 3
    serial.send_bytes(b"".join(incomplete[:2]))
    assert serial.ask(WRITE, 0, 0, {"d": "hello"}).map == {"r": "hello"}
    # What is left of the first is a continuation of nothing.
    serial.send_bytes(incomplete[2])
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "again"}).map == {"r": "again"}


def test_text_on_the_line_is_not_ours(serial):
    packet = line_bytes(request(WRITE, 0, 0, {"d": "hello"}))
    serial.send_bytes(b"[00:00:01.234] <inf> app: hello\r\n" + packet + b"uart:~$ \x06 \x04")
    assert serial.receive().map == {"r": "hello"}
    serial.expect_silence()
    serial.send_bytes(b"\n")
    assert serial.ask(WRITE, 0, 0, {"d": "again"}).map == {"r": "again"}


def test_carriage_return_and_newline(serial):
    serial.send_bytes(line_bytes(request(WRITE, 0, 0, {"d": "x" * 200}), newline=b"\r\n"))
    assert serial.receive().map == {"r": "x" * 200}


def test_lines_of_any_length(serial):
    """The checksum may be split over two lines, and lines may be short: the Python client sends the former."""
    packet = request(WRITE, 0, 0, {"d": "hello"})
    stream_length = len(packet) + 4
    for raw_bytes in (3, 6, stream_length - 1, stream_length - 2):
        serial.send_bytes(line_bytes(packet, raw_bytes=raw_bytes))
        assert serial.receive().map == {"r": "hello"}, raw_bytes


def test_bytes_one_by_one(serial):
    for byte in line_bytes(request(WRITE, 0, 0, {"d": "slow"})):
        serial.send_bytes(bytes([byte]))
    assert serial.receive().map == {"r": "slow"}


def test_a_packet_shorter_than_a_header(serial):
    serial.send_bytes(line_bytes(b"\x0a\0\0\0"))
    serial.expect_silence()
    assert serial.ask(WRITE, 0, 0, {"d": "hello"}).map == {"r": "hello"}


def test_a_client_that_does_not_read(board, serial):
    """The board gives answers up that nobody takes, and is there again for who comes next."""
    packet, _ = full_size(board, "z", 1)
    serial.send_bytes(line_bytes(packet) * 20)
    # Longer than a transmission may stall; what a pty holds is filled by then.
    time.sleep(2 * int(board.configuration["WESTERLY_SERIAL_STALL_MS"]) / 1000)
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 1:
        ready, _, _ = select.select([serial.file], [], [], 0.1)
        if ready:
            os.read(serial.file, 65536)
            quiet_since = time.monotonic()
    assert serial.ask(WRITE, 0, 0, {"d": "hello"}).map == {"r": "hello"}
