# SPDX-License-Identifier: Apache-2.0
"""Links that damage what passes, by a seed, in both directions."""

import base64
import binascii
import math
import os
import random
import select
import socket
import threading
import time

import framing
import serial
from smp import packet

_TURN_SECONDS = 0.1


class Damage:
    """Drops, repeats or changes one in so many bytes or datagrams, each a third of the time."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)
        self._rate = rate
        self.count = 0

    def bytes(self, data: bytes) -> bytes:
        damaged = bytearray()
        at = 0
        while (until := at + self._next()) < len(data):
            self.count += 1
            damaged += data[at:until]
            match self._random.randrange(3):
                case 0:
                    damaged += bytes([data[until]] * 2)
                case 1:
                    damaged.append(data[until] ^ self._random.randrange(1, 256))
            at = until + 1
        return bytes(damaged + data[at:])

    def datagram(self, data: bytes) -> list[bytes]:
        """A datagram that was changed on its way fails the checksum of UDP, and whoever is to receive it never sees it."""
        if self._random.random() >= self._rate:
            return [data]
        self.count += 1
        return [data, data] if self._random.randrange(3) == 0 else []

    def _next(self) -> int:
        """Bytes before the next one to be damaged."""
        return int(math.log(1 - self._random.random()) / math.log(1 - self._rate))


class LossyDatagrams(framing.Datagrams):
    """Packets over UDP of which some get lost or come twice."""

    # Longer than any answer takes, so that little is sent twice without need.
    patience = 0.1
    copies = 1

    def __init__(self, address: str, port: int, damage: Damage) -> None:
        super().__init__(address, port)
        self._damage = damage
        self._arrived: list[bytes] = []

    def send(self, *packets: bytes) -> None:
        super().send(*(copy for one in packets for copy in self._damage.datagram(one)))

    def receive(self, seconds: float = framing.TIMEOUT_SECONDS) -> bytes | None:
        if not self._arrived and (data := super().receive(seconds)) is not None:
            self._arrived = self._damage.datagram(data)
        return self._arrived.pop() if self._arrived else None


class LossyLines:
    """Packets over a serial line of which some bytes get lost, changed or doubled. Only answers of one line are understood."""

    patience = 0.02
    # Few lines come through whole: the next answer is waited for only after so many.
    copies = 8

    def __init__(self, path: str, damage: Damage) -> None:
        self._port = serial.Serial(path, 115200, timeout=0)
        self._damage = damage
        self._pending = b""

    def send(self, *packets: bytes) -> None:
        data = self._damage.bytes(b"".join(b"".join(packet.encode(one)) for one in packets))
        while data:
            try:
                data = data[os.write(self._port.fd, data) :]
            except BlockingIOError:
                select.select([], [self._port.fd], [], framing.TIMEOUT_SECONDS)

    def receive(self, seconds: float = framing.TIMEOUT_SECONDS) -> bytes | None:
        end = time.monotonic() + seconds
        while True:
            while b"\n" in self._pending:
                line, self._pending = self._pending.split(b"\n", 1)
                if (answer := self._packet(line)) is not None:
                    return answer
            if not select.select([self._port.fd], [], [], max(0, end - time.monotonic()))[0]:
                return None
            self._pending += self._damage.bytes(os.read(self._port.fd, 65536))

    @staticmethod
    def _packet(line: bytes) -> bytes | None:
        try:
            content = base64.b64decode(line[line.rindex(packet.START_DELIMITER) + 2 :], validate=True)
        except (ValueError, binascii.Error):
            return None
        is_whole = len(content) > 4 and int.from_bytes(content[:2], "big") == len(content) - 2
        return content[2:-2] if is_whole and binascii.crc_hqx(content[2:], 0) == 0 else None

    def close(self) -> None:
        self._port.close()


class UdpForwarder:
    """Stands before a board for other people's clients, at an address of its own."""

    def __init__(self, own_address: str, address: str, port: int, damage: Damage) -> None:
        self.address = own_address
        self._damage = damage
        self._board = (address, port)
        self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._near.bind((own_address, port))
        self._far: dict[tuple[str, int], socket.socket] = {}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._forward)

    def __enter__(self) -> "UdpForwarder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        for one in (self._near, *self._far.values()):
            one.close()

    def _forward(self) -> None:
        while not self._ends.is_set():
            ready, _, _ = select.select([self._near, *self._far.values()], [], [], _TURN_SECONDS)
            for one in ready:
                if one is self._near:
                    data, client = one.recvfrom(framing.LONGEST_DATAGRAM)
                    for copy in self._damage.datagram(data):
                        self._far_of(client).send(copy)
                else:
                    client = next(client for client, far in self._far.items() if far is one)
                    for copy in self._damage.datagram(one.recv(framing.LONGEST_DATAGRAM)):
                        self._near.sendto(copy, client)

    def _far_of(self, client: tuple[str, int]) -> socket.socket:
        """Each client keeps a port of its own towards the board."""
        if client not in self._far:
            self._far[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._far[client].connect(self._board)
        return self._far[client]
