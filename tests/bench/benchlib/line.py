# SPDX-License-Identifier: Apache-2.0
"""A serial line between a device's pty and a client's: bytes take their time, each way for itself."""

import collections
import multiprocessing
import os
import select
import time
import tty

# What a UART's FIFO and the bytes on the wire amount to; more is not taken from who sends.
BYTES_UNDERWAY = 64


class Direction:
    """Bytes from one file descriptor to another, at most so many a second."""

    def __init__(self, source, sink, bytes_a_second):
        self.source, self.sink, self.seconds_a_byte = source, sink, 1 / bytes_a_second
        self.underway, self.count, self.free_at = collections.deque(), 0, 0.0

    def take(self):
        data = os.read(self.source, BYTES_UNDERWAY - self.count)
        start = max(time.monotonic(), self.free_at)
        self.free_at = start + len(data) * self.seconds_a_byte
        self.underway.append((self.free_at, data))
        self.count += len(data)

    def deliver(self):
        """Gives when the next bytes are due, or None."""
        while self.underway:
            due, data = self.underway[0]
            if due > time.monotonic():
                return due
            os.write(self.sink, data)
            self.underway.popleft()
            self.count -= len(data)
        return None


def forward(device, client, bytes_a_second):
    """Until it is ended."""
    both = (Direction(device, client, bytes_a_second), Direction(client, device, bytes_a_second))
    while True:
        due = [when for direction in both if (when := direction.deliver()) is not None]
        wait = max(0, min(due) - time.monotonic()) if due else None
        readable = [direction.source for direction in both if direction.count < BYTES_UNDERWAY]
        ready, _, _ = select.select(readable, [], [], wait)
        for direction in both:
            if direction.source in ready:
                direction.take()


class Line:
    """The line, in a process of its own; `pty` is the client's end."""

    def __init__(self, device_pty, bytes_a_second):
        device = os.open(device_pty, os.O_RDWR | os.O_NOCTTY)
        ours, theirs = os.openpty()
        tty.setraw(device)
        tty.setraw(theirs)
        self.pty = os.ttyname(theirs)
        # The client's end stays open here, or the master would see a hang-up between two clients.
        self.descriptors = (device, ours, theirs)
        self.process = multiprocessing.Process(target=forward, args=(device, ours, bytes_a_second), daemon=True)
        self.process.start()

    def close(self):
        self.process.terminate()
        self.process.join()
        for descriptor in self.descriptors:
            os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
