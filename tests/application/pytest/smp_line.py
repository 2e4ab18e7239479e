# SPDX-License-Identifier: Apache-2.0
"""SMP as these tests speak it: packets, the console framing, and a client over a pty or a socket.

Written from the protocol's description and not from Westerly's crates, so that the two check each other. It can also do
what a proper client never does: send half a packet, a wrong checksum, two requests in one packet.
"""

import base64
import os
import select
import socket
import struct
import termios
import time
import tty

import cbor2

READ, READ_RESPONSE, WRITE, WRITE_RESPONSE = range(4)
V1, V2 = 0, 1

FIRST, CONTINUATION = b"\x06\x09", b"\x04\x14"
RAW_BYTES_OF_A_LINE = 93


class Packet:
    """One SMP message, taken apart."""

    def __init__(self, raw):
        assert len(raw) >= 8, f"shorter than a header: {raw.hex()}"
        self.raw = raw
        first, self.flags, self.length, self.group, self.sequence, self.command = struct.unpack(">BBHHBB", raw[:8])
        self.version, self.operation = first >> 3 & 3, first & 7
        assert self.length == len(raw) - 8, f"length field {self.length}, payload of {len(raw) - 8} bytes"
        self.map = cbor2.loads(raw[8:])

    def __repr__(self):
        return f"Packet(v{self.version + 1} op {self.operation} {self.group}/{self.command} #{self.sequence} {self.map})"


def request(operation, group, command, content=None, *, sequence=7, version=V2, payload=None, length=None):
    """The bytes of a request; `payload` and `length` override what follows from `content`."""
    if payload is None:
        payload = cbor2.dumps({} if content is None else content)
    length = len(payload) if length is None else length
    return struct.pack(">BBHHBB", version << 3 | operation, 0, length, group, sequence, command) + payload


def crc16(data):
    """CRC-16/XMODEM."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


assert crc16(b"123456789") == 0x31C3


def lines(packet, *, raw_bytes=RAW_BYTES_OF_A_LINE, newline=b"\n", checksum=None):
    """The lines of a packet in the console framing."""
    checksum = crc16(packet) if checksum is None else checksum
    stream = struct.pack(">H", len(packet) + 2) + packet + struct.pack(">H", checksum)
    parts = [stream[at : at + raw_bytes] for at in range(0, len(stream), raw_bytes)]
    return [
        (FIRST if number == 0 else CONTINUATION) + base64.b64encode(part) + newline for number, part in enumerate(parts)
    ]


def line_bytes(packet, **options):
    """The console framing of a packet in one piece."""
    return b"".join(lines(packet, **options))


class Silence(AssertionError):
    """No answer came in time."""


class Client:
    """What both kinds of client do with send() and receive_bytes()."""

    def receive(self, timeout=5.0):
        """The next packet, taken apart."""
        return Packet(self.receive_bytes(timeout))

    def ask(self, *arguments, **options):
        self.send(request(*arguments, **options))
        return self.receive()

    def expect_silence(self, seconds=0.3):
        """Nothing but zero bytes arrives for so long."""
        try:
            packet = self.receive(seconds)
        except Silence:
            self.drop_rest()
            return
        raise AssertionError(f"an answer where there should be none: {packet}")

    def drop_rest(self):
        """Fails if something arrived that is no whole packet."""


class SerialClient(Client):
    """A client on a pty."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.file)
        termios.tcflush(self.file, termios.TCIOFLUSH)
        self.buffer = b""

    def close(self):
        os.close(self.file)

    def send_bytes(self, data, timeout=10.0):
        """Writes everything, as fast as the pty takes it."""
        end = time.monotonic() + timeout
        while data:
            _, ready, _ = select.select([], [self.file], [], max(0, end - time.monotonic()))
            assert ready, f"the line does not take the last {len(data)} bytes"
            data = data[os.write(self.file, data) :]

    def send(self, packet):
        self.send_bytes(line_bytes(packet))

    def read_line(self, end):
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.file], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise Silence(f"no line; so far {self.buffer!r}")
            read = os.read(self.file, 4096)
            assert read, "the board is gone"
            self.buffer += read
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def receive_bytes(self, timeout=5.0):
        """The next packet, its framing checked to the letter."""
        end = time.monotonic() + timeout
        stream = b""
        while True:
            line = self.read_line(end)
            # QEMU's lm3s6965 puts a zero byte on the line when its transmitter is first switched on.
            line = line.lstrip(b"\0")
            assert len(line) + 1 <= 127, f"a line of {len(line) + 1} bytes"
            assert line[:2] == (CONTINUATION if stream else FIRST), f"marker {line[:2].hex()}"
            stream += base64.b64decode(line[2:], validate=True)
            (length,) = struct.unpack(">H", stream[:2])
            if len(stream) >= length + 2:
                break
        assert len(stream) == length + 2, "bytes after the checksum"
        packet, checksum = stream[2:-2], stream[-2:]
        assert struct.pack(">H", crc16(packet)) == checksum, "checksum"
        return packet

    def drop_rest(self):
        assert not self.buffer.strip(b"\0"), f"part of a line: {self.buffer!r}"
        self.buffer = b""


class UdpClient(Client):
    """A client with a socket of its own."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(address)

    def close(self):
        self.socket.close()

    def send(self, packet):
        self.socket.send(packet)

    def receive_bytes(self, timeout=5.0):
        self.socket.settimeout(timeout)
        try:
            return self.socket.recv(65536)
        except TimeoutError:
            raise Silence("no datagram") from None
