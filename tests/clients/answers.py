# SPDX-License-Identifier: Apache-2.0
"""Links that bring every request to the board, and one of two answers back, by a seed."""

import os
import random
import select
import socket
import threading
import tty

import boards
import serial

LONGEST_DATAGRAM = 65535
LOOK_SECONDS = 0.05
PACKET_START = b"\x06\x09"


class _Link:
    """A thread that forwards until the block ends. `dropped` counts the answers that did not come through."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.dropped = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._close()

    def _drops(self) -> bool:
        """Whether the answer that begins now gets lost."""
        drops = self._random.random() < 0.5
        self.dropped += drops
        return drops

    def _run(self) -> None:
        while not self._ending.is_set():
            self._forward(select.select(self._sources, [], [], LOOK_SECONDS)[0])


class Datagrams(_Link):
    """For one client at a time."""

    def __init__(self, address: str, seed: int) -> None:
        super().__init__(seed)
        self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._near.bind((boards.own_address(), 0))
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.connect((address, boards.UDP_PORT))
        self._sources = [self._near, self._far]
        self._client = None
        host, port = self._near.getsockname()
        self.arguments = ["--udp", f"{host}:{port}"]

    def _forward(self, ready: list) -> None:
        if self._near in ready:
            data, self._client = self._near.recvfrom(LONGEST_DATAGRAM)
            self._far.send(data)
        if self._far in ready:
            data = self._far.recv(LONGEST_DATAGRAM)
            if not self._drops():
                self._near.sendto(data, self._client)

    def _close(self) -> None:
        self._near.close()
        self._far.close()


class Lines(_Link):
    """A pseudo-terminal before a serial line."""

    def __init__(self, path: str, seed: int) -> None:
        super().__init__(seed)
        self._far = serial.Serial(path, 115200, timeout=0)
        # The other side stays open here, so that this one does not fail while no client has it open.
        self._near, self._other = os.openpty()
        tty.setraw(self._other)
        self._sources = [self._near, self._far.fd]
        self._pending = b""
        self._dropping = False
        self.arguments = ["--serial", os.ttyname(self._other)]

    def _forward(self, ready: list) -> None:
        if self._near in ready:
            data = os.read(self._near, 4096)
            while data:
                data = data[os.write(self._far.fd, data) :]
        if self._far.fd in ready:
            *lines, self._pending = (self._pending + os.read(self._far.fd, 4096)).split(b"\n")
            for line in lines:
                if PACKET_START in line:
                    self._dropping = self._drops()
                if not self._dropping:
                    os.write(self._near, line + b"\n")

    def _close(self) -> None:
        self._far.close()
        os.close(self._near)
        os.close(self._other)


def link(line, seed: int) -> _Link:
    """Before the line of a test."""
    return Datagrams(line.board.address, seed) if line.transport == "udp" else Lines(line.board.serial, seed)
