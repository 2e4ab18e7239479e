# SPDX-License-Identifier: Apache-2.0
"""Floods of the application, and how long it takes to answer somebody else meanwhile, in its own time.

The time between a question and its answer as the board's clock has it: every probe asks for the telemetry's latest values,
whose answer tells the uptime, and the next probe goes out when the answer is there. From one answer's uptime to the next
one's is therefore at least as long as the second probe took, with everything in it: the way to the client and back, what
waited before it, probes that the host's socket dropped and that had to be repeated, and the client's own slowness. So the
longest of these is a bound, and never too low.

native_sim's clock stands still while the board is busy, which would make every bound hold. So the clock has to go on as well:
how far, next to the processor's time that the board had, is looked at too. When the board then waits, that clock catches up with the host's in one leap, in which no client can be
answered. So there a probe took what it took by the board's clock or by the host's, whichever is less.
"""

import base64
import json
import os
import queue
import random
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from smp_line import CONTINUATION, FIRST, READ, WRITE, Packet, Silence, line_bytes, lines, request

TELEMETRY, LATEST, UPTIME = 64, 2, 1
STATISTICS = 2

# How long a client waits before it asks again, where a datagram may be lost.
RETRY_SECONDS = 0.002
ANSWER_SECONDS = 10


def probe(sequence):
    return request(READ, TELEMETRY, LATEST, {"topics": [UPTIME]}, sequence=sequence)


@dataclass
class Seen:
    """What the probes of one flood found."""

    probes: int
    longest: float
    """The most milliseconds from one answer to the next."""
    went_on: int
    """By how many milliseconds the board's clock did, meanwhile."""


def watch(ask, seconds, leaps):
    """Asks one probe after the other for so long; `leaps` says whether the board's clock does."""

    def look():
        uptime = ask()
        return uptime, time.monotonic() * 1000

    times = [look()]
    while times[-1][1] - times[0][1] < seconds * 1000:
        times.append(look())
    steps = [(board - board_before, host - host_before) for (board_before, host_before), (board, host) in pairwise(times)]
    longest = max(min(step) if leaps else step[0] for step in steps)
    return Seen(len(steps), longest, times[-1][0] - times[0][0])


def processor_time(process):
    """Milliseconds of the processor that a process has had, by Linux' count."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


class UdpProbe:
    """Probes over UDP, repeated until there is an answer."""

    def __init__(self, client):
        self.client = client
        self.sequence = 0
        self.sent = 0

    def __call__(self):
        self.sequence = (self.sequence + 1) % 256
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            self.client.send(probe(self.sequence))
            self.sent += 1
            try:
                # A repeated probe has several answers, which may come with a later one.
                while (answer := self.client.receive(RETRY_SECONDS)).sequence != self.sequence:
                    pass
                return answer.map["uptime"]
            except Silence:
                pass
        raise Silence(f"no answer to a probe in {ANSWER_SECONDS} s")


class LineProbe:
    """Probes on a line that nobody floods."""

    def __init__(self, client):
        self.client = client

    def __call__(self):
        return self.client.ask(READ, TELEMETRY, LATEST, {"topics": [UPTIME]}).map["uptime"]


class UdpFlood:
    """udp_flood.py. As a context: it floods from the beginning to the end of it."""

    def __init__(self, address, kind, peers=1):
        script = Path(__file__).with_name("udp_flood.py")
        self.command = [sys.executable, str(script), address[0], str(address[1]), kind, str(peers)]
        self.sent, self.answers = 0, {}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        output, _ = self.process.communicate(timeout=30)
        if output:
            told = json.loads(output)
            self.sent, self.answers = told["sent"], {rc: count for rc, count in told["answers"]}


class SerialFlood:
    """Pieces on a serial line, and probes among them on the same line. As a context.

    `pieces` yields bytes; between two of them a probe may stand, behind a newline, which ends whatever line there was. They go
    as fast as the line takes them, but where `ahead` says how many bytes may be on their way before a probe.
    """

    def __init__(self, client, pieces, ahead=None):
        self.file, self.pieces, self.ahead = client.file, pieces, ahead
        # Of pieces, since the last probe was answered.
        self.on_the_way = 0
        self.wanted, self.answers = queue.SimpleQueue(), queue.SimpleQueue()
        self.sequence = 0
        self.sent = self.bytes_sent = self.answered = 0
        self.ended = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(30)
        assert not self.failure, self.failure

    def __call__(self):
        """A probe; its uptime."""
        self.sequence = (self.sequence + 1) % 200
        self.wanted.put(b"\n" + line_bytes(probe(self.sequence)))
        while True:
            try:
                answer = self.answers.get(timeout=ANSWER_SECONDS)
            except queue.Empty:
                raise Silence(f"no answer to a probe in {ANSWER_SECONDS} s") from None
            if answer.sequence == self.sequence:
                return answer.map["uptime"]

    def run(self):
        try:
            self.flood()
        except BaseException as failure:  # pytest sees nothing of other threads
            self.failure = failure

    def flood(self):
        waiting, assembler = b"", Assembler()
        # What has begun is sent whole, so that counts can be exact; then no more for a while and the rest is read.
        quiet_at = None
        while True:
            if not waiting:
                waiting = self.next()
            if waiting:
                quiet_at = None
            elif quiet_at is None:
                # Answers that are to come may take a busy machine long.
                quiet_at = time.monotonic() + (5 if 0 < self.answered < self.sent else 0.3)
            elif self.ended.is_set() and time.monotonic() > quiet_at:
                return
            readable, writable, _ = select.select([self.file], [self.file] if waiting else [], [], 0.005)
            if readable:
                quiet_at = None
                for packet in assembler.take(os.read(self.file, 4096)):
                    if packet.group == TELEMETRY:
                        self.answers.put(packet)
                        self.on_the_way = 0
                    else:
                        self.answered += 1
            if writable:
                count = os.write(self.file, waiting[:64])
                self.bytes_sent += count
                waiting = waiting[count:]

    def next(self):
        try:
            return self.wanted.get_nowait()
        except queue.Empty:
            if self.ended.is_set() or self.ahead and self.on_the_way >= self.ahead:
                return b""
            self.sent += 1
            piece = next(self.pieces)
            self.on_the_way += len(piece)
            return piece


class Assembler:
    """Packets of the lines that come, whatever else comes."""

    def __init__(self):
        self.rest, self.stream = b"", b""

    def take(self, data):
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            line = line.lstrip(b"\0")
            if line[:2] not in (FIRST, CONTINUATION):
                continue
            self.stream = (b"" if line[:2] == FIRST else self.stream) + base64.b64decode(line[2:])
            length = int.from_bytes(self.stream[:2], "big")
            if len(self.stream) == length + 2:
                yield Packet(self.stream[2:-2])


def garbage(_):
    chance = random.Random(6)
    while True:
        yield chance.randbytes(64)


def markers_without_an_end(_):
    """Packets that begin and never end: the first line whole, and nothing behind it but the next beginning."""
    first = lines(request(WRITE, 0, 0, {"d": "x" * 200}))[0]
    while True:
        yield first


def cut_lines(_):
    """Lines cut in the middle, each of another length."""
    whole = line_bytes(request(WRITE, 0, 0, {"d": "x" * 60}))
    chance = random.Random(7)
    while True:
        yield whole[: chance.randrange(1, len(whole) - 1)]


def endless_line(_):
    """A marker, and base64 that goes on without a newline: pieces of what began."""
    yield FIRST
    while True:
        yield b"QUFB" * 16


def echoes(_):
    packet = line_bytes(request(WRITE, 0, 0, {"d": "flood"}, sequence=200))
    while True:
        yield packet


def full_echoes(size):
    """Whose answer fills the response to the last byte."""
    packet = line_bytes(request(WRITE, 0, 0, {"d": "x" * (size - 15)}, sequence=200))
    while True:
        yield packet


def too_long(size):
    packet = line_bytes(request(WRITE, 0, 0, {"d": "x" * (size + 40)}, sequence=200))
    while True:
        yield packet


def counters(client, name):
    """A group of the statistics."""
    return client.ask(READ, STATISTICS, 0, {"name": name}).map["fields"]


def dropped_by_host(address):
    """Datagrams that the host dropped before the board saw them: its socket was full. Linux counts them."""
    local = f"{int.from_bytes(bytes(map(int, address[0].split('.'))), sys.byteorder):08X}:{address[1]:04X}"
    for row in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = row.split()
        if fields[1] == local:
            return int(fields[-1]), int(fields[4].split(":")[1], 16)
    raise AssertionError(f"nobody listens at {address}")
