# SPDX-License-Identifier: Apache-2.0
"""Links that damage what passes in both directions."""

import base64
import binascii
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import framing
import serial
from damage import Damage
from smp import packet

FORWARDER = Path(__file__).with_name("forwarder.py")


class LossyDatagrams(framing.Datagrams):
    """Packets over UDP of which some get lost or come twice."""

    # Longer than any answer takes, so that little is sent twice without need.
    patience = 0.1
    # One part at a time, once.
    window, copies = 1, 1

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
    """Packets over a serial line of which some bytes get lost, changed or doubled. Packets and answers are of one line."""

    patience = 0.01
    # Few lines come through whole: several parts go at a time, each so often.
    window, copies = 8, 10

    def __init__(self, path: str, damage: Damage) -> None:
        self._port = serial.Serial(path, 115200, timeout=0)
        self._damage = damage
        self._pending = b""

    def send(self, *packets: bytes) -> None:
        data = self._damage.bytes(b"".join(b"".join(packet.encode(one)) for one in packets))
        data = self.without_false_packets(data, packets)
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

    @classmethod
    def without_false_packets(cls, data: bytes, packets: tuple[bytes, ...]) -> bytes:
        """Less the lines that damage made into other packets with a right checksum, about one in three million: a device cannot
        tell those from what was meant, and what it then refuses or stores says nothing about it."""
        lines = data.split(b"\n")
        return b"\n".join(line for line in lines if (found := cls._packet(line)) is None or found in packets)

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


class Forwarder:
    """Stands before a board for other people's clients, at an address of its own; a process, since some clients let no other thread
    of theirs run."""

    def __init__(self, own_address: str, address: str, port: int, seed: int, rate: float) -> None:
        self.address = own_address
        command = [sys.executable, FORWARDER, own_address, address, port, seed, rate]
        self._process = subprocess.Popen([str(one) for one in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline() == "ready\n"
        self.damaged: int | None = None
        """How many datagrams, once it has ended."""

    def __enter__(self) -> "Forwarder":
        return self

    def __exit__(self, *_: object) -> None:
        self.damaged = int(self._process.communicate(timeout=framing.TIMEOUT_SECONDS)[0])
