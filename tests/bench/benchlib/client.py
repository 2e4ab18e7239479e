# SPDX-License-Identifier: Apache-2.0
"""A client for files: one request at a time, each tried again when no answer comes, as Python's and Rust's clients do it."""

import base64
import os
import select
import time
import tty

from . import smp
from .answers import FIRST, NEXT, item, packet_of
from .failure import Failure

FILES = 8
TRIES = 10
PATIENCE_SECONDS = 1.0


class Udp:
    """One packet a datagram."""

    def __init__(self, device):
        self.socket = device.socket(PATIENCE_SECONDS)

    def ask(self, packet):
        self.socket.send(packet)
        try:
            return self.socket.recv(4096)
        except TimeoutError:
            return None

    def close(self):
        self.socket.close()


class Serial:
    """Lines on a pty."""

    def __init__(self, pty):
        self.descriptor = os.open(pty, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.descriptor)
        self.received = b""

    def ask(self, packet):
        self.received = b""
        waiting = smp.lines(packet)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            readable, writable, _ = select.select([self.descriptor], [self.descriptor] if waiting else [], [], until - time.monotonic())
            if writable:
                waiting = waiting[os.write(self.descriptor, waiting[:512]):]
            if readable:
                self.received += os.read(self.descriptor, 4096)
                if (answer := self._answer()) is not None:
                    return answer
        return None

    def _answer(self):
        """The packet in the lines so far; what is no line of a packet is somebody else's."""
        at = self.received.rfind(FIRST)
        if at < 0 or not self.received.endswith(b"\n"):
            return None
        lines = self.received[at:]
        try:
            length = int.from_bytes(base64.b64decode(lines[2:6])[:2], "big")
        except ValueError:
            return None
        raw = sum(len(base64.b64decode(line[2:])) for line in lines.splitlines() if line[:2] in (FIRST, NEXT))
        return packet_of(lines) if raw >= length + 2 else None

    def close(self):
        os.close(self.descriptor)


class Client:
    """Uploads and downloads in packets of one size."""

    def __init__(self, transport, packet_size):
        self.transport, self.packet_size = transport, packet_size
        self.sequence, self.retries = 0, 0

    def request(self, op, command, payload):
        self.sequence = (self.sequence + 1) & 0xFF
        packet = smp.packet(op, FILES, command, payload, sequence=self.sequence)
        for _ in range(TRIES):
            answer = self.transport.ask(packet)
            if answer is not None and answer[6] == self.sequence:
                content, _ = item(answer[smp.HEADER_LENGTH:])
                if b"rc" in content or b"err" in content:
                    raise Failure(f"command {command} of the files was answered {content}")
                return content
            self.retries += 1
        raise Failure(f"command {command} of the files was not answered in {TRIES} tries")

    def upload(self, name, data):
        offset = 0
        while offset < len(data):
            keys = {"name": name, "off": offset} | ({"len": len(data)} if offset == 0 else {})
            # What is left of a packet: the header, the map with its keys, the key "data" and the head of its bytes (3).
            room = self.packet_size - smp.HEADER_LENGTH - len(smp.cbor(keys | {"data": b""})) - 2
            offset = self.request(smp.WRITE, 0, keys | {"data": data[offset:offset + room]})[b"off"]

    def download(self, name):
        data, length = b"", None
        while length is None or len(data) < length:
            answer = self.request(smp.READ, 0, {"name": name, "off": len(data)})
            length = answer.get(b"len", length)
            if answer[b"off"] != len(data) or not answer[b"data"]:
                raise Failure(f"asked for {len(data)} of {length}, was given {len(answer[b'data'])} from {answer[b'off']}")
            data += answer[b"data"]
        return data
