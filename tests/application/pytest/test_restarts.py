# SPDX-License-Identifier: Apache-2.0
"""Restarts while requests keep coming in, which no line of a real board is spared."""

import os
import select
import threading
import time

import pytest

from smp_line import WRITE, SerialClient, Silence, line_bytes, request

RESTARTS = 20


class Flood:
    """Echo requests on the line, as fast as it takes them, and when it is told to one for a reset among them.

    It also reads what comes back: a board whose answers nobody takes waits, and would not be flooded.
    """

    def __init__(self, client):
        self.line = client.file
        self.reset = threading.Event()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        echoes = line_bytes(request(WRITE, 0, 0, {"d": "flood"}, sequence=200)) * 8
        reset = line_bytes(request(WRITE, 0, 5, sequence=1))
        waiting = b""
        while not self.ended.is_set():
            if not waiting:
                waiting = echoes + reset if self.reset.is_set() else echoes
                self.reset.clear()
            readable, writable, _ = select.select([self.line], [self.line], [], 0.1)
            if readable:
                os.read(self.line, 4096)
            if writable:
                waiting = waiting[os.write(self.line, waiting[:64]) :]

    def close(self):
        self.ended.set()
        self.thread.join()


def drained(client):
    """Reads what is on the line until nothing comes any more."""
    while True:
        try:
            client.receive(timeout=0.3)
        except Silence:
            client.buffer = b""
            return
        except (AssertionError, ValueError):
            # Halves of lines, of before and after the restart.
            continue


def test_a_restart_under_a_flood_of_requests(board):
    """The board went silent after some of these: an interrupt mask that outlived the restart."""
    if board.is_native:
        pytest.skip("each boot of native_sim has a line of its own")
    client = SerialClient(board.pty)
    try:
        for number in range(RESTARTS):
            board.device.clear_buffer()
            flood = Flood(client)
            try:
                time.sleep(0.05)
                flood.reset.set()
                board.wait_for_boot()
                # It goes on into the start of the board.
                time.sleep(0.05)
            finally:
                flood.close()
            drained(client)
            # A marker on a line of its own ends whatever half of a packet the flood left.
            client.send_bytes(b"\n")
            assert client.ask(WRITE, 0, 0, {"d": f"after {number}"}).map == {"r": f"after {number}"}
    finally:
        client.close()
