# SPDX-License-Identifier: Apache-2.0
"""UDP: datagrams, several clients, and serial beside it."""

import threading

import pytest

from load import counters
from smp_line import READ, WRITE, WRITE_RESPONSE, UdpClient, request

AROUND_AN_ECHO = 8 + 1 + 2 + 3
QUICK_REQUESTS = 20000


def test_a_datagram_of_the_full_size(board, udp):
    size = int(board.configuration["WESTERLY_UDP_PACKET_SIZE"])
    text = "x" * (size - AROUND_AN_ECHO - 1)
    answer = udp.ask(WRITE, 0, 0, {"d": text})
    assert answer.map == {"r": text}
    assert len(answer.raw) == size <= 1472


def test_an_answer_larger_than_a_datagram_is_an_error(board, udp):
    size = int(board.configuration["WESTERLY_UDP_PACKET_SIZE"])
    assert udp.ask(WRITE, 0, 0, {"d": "x" * (size - AROUND_AN_ECHO)}).map == {"rc": 7}


def test_a_client_that_waits_for_each_answer_gets_every_one(board, udp):
    """However quick it is: as a flood counts who does not wait. On native_sim no time passes while it asks and is answered."""
    before = counters(udp, "udp")["dropped_busy"]
    for number in range(QUICK_REQUESTS if board.is_native else 500):
        assert udp.ask(WRITE, 0, 0, {"d": ""}, sequence=number % 256).map == {"r": ""}
    assert counters(udp, "udp")["dropped_busy"] == before


@pytest.mark.parametrize("length", [1473, 2000, 9000])
def test_a_datagram_that_is_too_large_is_answered_with_that(board, udp, length):
    if board.has_network:
        pytest.skip("Zephyr's stack is built without reassembly: more than a frame does not arrive")
    udp.send(request(WRITE, 8, 3, {"d": "x"}, sequence=9) + bytes(length))
    answer = udp.receive()
    assert (answer.operation, answer.group, answer.sequence, answer.command) == (WRITE_RESPONSE, 8, 9, 3)
    assert answer.map == {"rc": 7}
    # No answer is answered.
    udp.send(request(WRITE_RESPONSE, 0, 0, {"r": "x"}) + bytes(length))
    udp.expect_silence()
    assert udp.ask(WRITE, 0, 0, {"d": "next"}).map == {"r": "next"}


@pytest.mark.parametrize("datagram", [b"", b"\0", b"\x0a\0\0\0\0\0\x07"])
def test_less_than_a_header_is_dropped(udp, datagram):
    udp.send(datagram)
    udp.expect_silence()
    assert udp.ask(WRITE, 0, 0, {"d": "next"}).map == {"r": "next"}


def test_a_burst(udp):
    for number in range(30):
        udp.send(request(READ, 0, 6, sequence=number))
    assert [udp.receive().sequence for _ in range(30)] == list(range(30))


def test_answers_go_to_who_asked(board, udp):
    other = UdpClient(board.udp)
    try:
        udp.send(request(WRITE, 0, 0, {"d": "one"}))
        other.send(request(WRITE, 0, 0, {"d": "other"}))
        assert other.receive().map == {"r": "other"}
        assert udp.receive().map == {"r": "one"}
        other.expect_silence(0.1)
        udp.expect_silence(0.1)
    finally:
        other.close()


def test_serial_and_udp_beside_each_other(serial, udp):
    """Two clients at once, hundreds of requests: each gets its own answers and all of them."""
    failures = []

    def ask(client, name):
        try:
            for number in range(150):
                text = f"{name} {number}"
                answer = client.ask(WRITE, 0, 0, {"d": text}, sequence=number)
                assert (answer.sequence, answer.map) == (number, {"r": text})
        except BaseException as failure:  # pytest sees nothing of other threads
            failures.append(failure)

    threads = [threading.Thread(target=ask, args=pair) for pair in ((serial, "serial"), (udp, "udp"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
