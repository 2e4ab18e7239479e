# SPDX-License-Identifier: Apache-2.0
"""The watchdog: a thread that stops is named in the crash record and the board restarts; nothing happens to threads that wait.

crashes.c stops them: `hang` waits for ever and `spin` keeps the processor, both in the thread that answers, which has the
server's lock that the others then wait for.
"""

import time

import pytest

from load import LineProbe
from smp_line import READ, WRITE, SerialClient, UdpClient, request

CRASH, CRASHES, TELEMETRY = 68, 127, 64


def restarted(board, transport, kind):
    """Asks for a crash and waits for the restart it leads to; the record, and the seconds until the restart."""
    client = SerialClient(board.pty) if transport == "serial" else UdpClient(board.udp)
    try:
        client.ask(WRITE, CRASH, 2)
        board.device.clear_buffer()
        client.send(request(WRITE, CRASHES, 0, {"kind": kind}))
        asked = time.monotonic()
        board.wait_for_boot()
        took = time.monotonic() - asked
    finally:
        client.close()
    client = SerialClient(board.pty)
    try:
        return client.ask(READ, CRASH, 0).map, took
    finally:
        client.close()


def check(record, thread):
    assert record["count"] == 1, record
    assert (record["reason"], record["thread"]) == ("watchdog", thread), record


@pytest.mark.parametrize("kind", ["hang", "spin"])
def test_the_thread_that_has_the_lock_is_named(board, kind):
    """And none of those that wait for the lock, or do not get the processor."""
    if board.is_native and kind == "spin":
        pytest.skip("time stands still on native_sim while a thread keeps the processor")
    record, _ = restarted(board, "serial", kind)
    check(record, "main")


def test_a_thread_of_datagrams(board, udp):
    record, _ = restarted(board, "udp", "hang")
    check(record, "westerly_udp")


def test_a_thread_that_nobody_waits_for(board):
    record, _ = restarted(board, "serial", "hang_sampler")
    check(record, "westerly_sampler")


def test_the_work_queue(board):
    record, _ = restarted(board, "serial", "hang_queue")
    check(record, "sysworkq")


def test_interrupts_locked_for_ever(board):
    """The hardware's watchdog restarts the board. There is nobody to make a record."""
    if "TASK_WDT_HW_FALLBACK" not in board.configuration:
        pytest.skip("this board has no watchdog of hardware")
    record, _ = restarted(board, "serial", "lock")
    assert record["count"] == 0 and "reason" not in record, record


def test_threads_that_wait_are_left_alone(board):
    """For longer than any of them may be silent, with nothing to do."""
    client = SerialClient(board.pty)
    try:
        before = client.ask(READ, TELEMETRY, 1, {"since": 0}).map["boot"]
        time.sleep(2.5 * int(board.configuration["WESTERLY_WATCHDOG_MS"]) / 1000)
        assert client.ask(READ, TELEMETRY, 1, {"since": 0}).map["boot"] == before
        assert LineProbe(client)() > 0
    finally:
        client.close()
