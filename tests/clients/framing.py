# SPDX-License-Identifier: Apache-2.0
"""Packets as bytes, for what no client does by itself. Framing and headers come from the package `smp`."""

import socket
import time

import cbor2
import serial
from smp import header, packet

TIMEOUT_SECONDS = 5
SILENCE_SECONDS = 0.3
LONGEST_DATAGRAM = 65535


def text(value: str) -> bytes:
    """A CBOR text string of up to 65535 bytes."""
    encoded = value.encode()
    if len(encoded) < 24:
        head = bytes([0x60 + len(encoded)])
    elif len(encoded) < 256:
        head = bytes([0x78, len(encoded)])
    else:
        head = b"\x79" + len(encoded).to_bytes(2, "big")
    return head + encoded


def echo(sequence: int, value: str) -> bytes:
    """A request to send `value` back; an indefinite map, so that the answer is of the same size."""
    payload = b"\xbf" + text("d") + text(value) + b"\xff"
    return bytes([0x0A, 0]) + len(payload).to_bytes(2, "big") + bytes([0, 0, sequence, 0]) + payload


def echoed(sequence: int, value: str) -> bytes:
    """The answer to it."""
    request = echo(sequence, value)
    return b"\x0b" + request[1:10] + b"r" + request[11:]


def echo_of_size(sequence: int, size: int) -> tuple[bytes, str]:
    """An echo request of so many bytes, and its text."""
    for overhead in (13, 14, 15):
        value = "x" * (size - overhead)
        if len(request := echo(sequence, value)) == size:
            return request, value
    raise ValueError(size)


PARAMETERS = bytes([0x08, 0, 0, 1, 0, 0, 7, 6, 0xA0])


class Datagrams:
    """Packets over UDP, from an address of this machine's or from any."""

    def __init__(self, address: str, port: int, source: str = "") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self._socket.connect((address, port))

    def send(self, *packets: bytes) -> None:
        """One after the other without waiting."""
        for one in packets:
            self._socket.send(one)

    def receive(self, seconds: float = TIMEOUT_SECONDS) -> bytes | None:
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(LONGEST_DATAGRAM)
        except TimeoutError:
            return None

    def close(self) -> None:
        self._socket.close()


class Lines:
    """Packets over a serial line."""

    def __init__(self, path: str) -> None:
        self._port = serial.Serial(path, 115200, timeout=0.05)

    def send(self, *packets: bytes) -> None:
        """In one burst."""
        self.send_bytes(b"".join(b"".join(packet.encode(one)) for one in packets))

    def send_bytes(self, data: bytes) -> None:
        self._port.write(data)

    def receive(self, seconds: float = TIMEOUT_SECONDS) -> bytes | None:
        """The next packet; what is not a frame is passed over."""
        decoder = packet.decode()
        next(decoder)
        end = time.monotonic() + seconds
        pending = b""
        while time.monotonic() < end:
            pending += self._port.read_until(b"\n")
            if not pending.endswith(b"\n"):
                continue
            start = max(pending.find(packet.START_DELIMITER), pending.find(packet.CONTINUE_DELIMITER))
            frame, pending = pending[start:], b""
            if start < 0:
                continue
            try:
                decoder.send(frame)
            except StopIteration as complete:
                return complete.value
        return None

    def close(self) -> None:
        self._port.close()


def largest_packet(connection: Datagrams | Lines) -> tuple[int, int]:
    """Size and count of the packets a board takes, from its parameters."""
    connection.send(PARAMETERS)
    answer = connection.receive()
    assert answer is not None and header.Header.loads(answer[:8]).length == len(answer) - 8
    parameters = cbor2.loads(answer[8:])
    return parameters["buf_size"], parameters["buf_count"]
