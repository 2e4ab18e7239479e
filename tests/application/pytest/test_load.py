# SPDX-License-Identifier: Apache-2.0
"""Load: whatever floods the board, somebody else is answered within 100 ms, and so is everybody after it.

Counters add up, memory stays as it was, and a transport that is not flooded does not notice. load.py says how time is measured.
A machine with other work to do stops the client, the flood and the board at times: a flood in which a bound does not hold is
repeated. A board that starves somebody does it each time.
"""

import os
import select
import threading
import time

import pytest

from load import (
    LineProbe,
    SerialFlood,
    UdpFlood,
    UdpProbe,
    counters,
    cut_lines,
    dropped_by_host,
    echoes,
    endless_line,
    full_echoes,
    garbage,
    markers_without_an_end,
    too_long,
    watch,
)
from smp_line import READ, WRITE, UdpClient, line_bytes, request
from transfers import download, upload

OS, TASKS, POOLS = 0, 2, 3
LONGEST_MS = 100
# Of native_sim's clock, in milliseconds for each that its process had the processor: the clock must not stand while it works.
LEAST_ADVANCE = 0.2
SECONDS = 1.0
AFTER_SECONDS = 0.2
ATTEMPTS = 6
# QEMU's line: it and the bridge keep 16 KB in buffers of the host, through which every probe would have to come, and which no
# line has. So no more than these bytes are before a probe, which take a line of its speed 44 ms.
QEMU_AHEAD = 512
# What that line would carry in a second, by its devicetree, ten bits a byte.
QEMU_RATE = 115200 / 10

UDP_FLOODS = [
    ("garbage", 1),
    ("echo", 1),
    ("echo", 64),
    ("full", 1),
    ("many", 1),
    ("too long", 1),
    ("refused", 64),
    ("silent", 1),
]
SERIAL_FLOODS = {
    "garbage": garbage,
    "begun": markers_without_an_end,
    "cut": cut_lines,
    "endless": endless_line,
    "echo": echoes,
    "full": full_echoes,
    "too long": too_long,
}


def at_once(looks):
    """What each of these functions returns, by name; all run at the same time."""
    found = {}

    def run(name, look):
        try:
            found[name] = look()
        except BaseException as failure:  # pytest sees nothing of other threads
            found[name] = failure

    threads = [threading.Thread(target=run, args=item) for item in looks.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seen in found.values():
        if isinstance(seen, BaseException):
            raise seen
    return found


class Memory:
    """What may not grow: what is given out of heaps and slabs. Stacks have to hold what they hold."""

    def __init__(self, board, client):
        self.board = board
        self.free = {name: pool["nfree"] for name, pool in client.ask(READ, OS, POOLS).map.items()}
        self.stacks = {name: (task["stkuse"], task["stksiz"]) for name, task in client.ask(READ, OS, TASKS).map["tasks"].items()}

    def check(self, client):
        after = Memory(self.board, client)
        assert after.free == self.free
        # On native_sim threads run on stacks of the host.
        assert self.board.is_native or all(used < size for used, size in after.stacks.values()), after.stacks


class Counts:
    """The server's and the transports' counters, asked over the serial line while nothing else is."""

    def __init__(self, board, serial):
        self.server = counters(serial, "server")
        self.serial = counters(serial, "serial")
        self.udp = counters(serial, "udp") if board.udp else None
        self.by_host = dropped_by_host(board.udp)[0] if board.udp else 0

    def check(self):
        """Each request is answered or counted under a reason; each answer is sent or counted as not sent."""
        server = self.server
        # The answer that told this was not one yet.
        assert server["received"] == server["succeeded"] + server["failed"] + server["dropped_no_room"] + 1
        transports = [self.serial] + ([self.udp] if self.udp else [])
        sent = sum(transport["packets_sent"] + transport["unsent"] for transport in transports)
        # That answer is sent by now. Packets that are too long are answered too, and never came to the server.
        too_long = self.serial["dropped_length"] + (self.udp["dropped_too_large"] if self.udp else 0)
        assert 0 <= sent - (server["succeeded"] + server["failed"] + 1) <= too_long


class Met:
    """A flood whose bounds all held, and the counters before and after it."""

    def __init__(self, flood, before, after, probes):
        self.flood, self.before, self.after, self.probes = flood, before, after, probes

    def more(self, group, *names):
        """By how much these counters went up, together."""
        before, after = getattr(self.before, group), getattr(self.after, group)
        return sum(after[name] - before[name] for name in names)


def answers_in_time(board, serial, make_flood, on_the_line=None):
    """Floods until all bounds hold. `on_the_line` makes the probe over the serial line of the flood, if that is what it floods."""
    client = UdpClient(board.udp) if board.udp else None
    memory = Memory(board, serial)
    try:
        for _ in range(ATTEMPTS):
            before = Counts(board, serial)
            udp_probe = UdpProbe(client) if client else None

            def watched(line_probe, seconds):
                probes = {"serial": line_probe, **({"udp": udp_probe} if client else {})}
                return at_once({name: lambda ask=ask: watch(ask, seconds, board.is_native) for name, ask in probes.items()})

            used = board.processor_time()
            with make_flood() as flood:
                during = watched(on_the_line(flood) if on_the_line else LineProbe(serial), SECONDS)
                used = board.processor_time() - used
            afterwards = watched(LineProbe(serial), AFTER_SECONDS)
            after = Counts(board, serial)
            print(f"during {during}\nafter {afterwards}\nsent {flood.sent}, {used:.0f} ms of the processor")
            after.check()
            memory.check(serial)
            longest = max(seen.longest for seen in [*during.values(), *afterwards.values()])
            goes_on = max(seen.went_on for seen in during.values()) >= LEAST_ADVANCE * used
            if longest <= LONGEST_MS and goes_on:
                return Met(flood, before, after, udp_probe.sent if client else 0)
    finally:
        if client:
            client.close()
    raise AssertionError(f"{used} ms of the processor; during the flood {during}, after it {afterwards}")


@pytest.mark.parametrize("kind, peers", UDP_FLOODS)
def test_a_flood_of_datagrams(board, serial, udp, kind, peers):
    met = answers_in_time(board, serial, lambda: UdpFlood(board.udp, kind, peers))
    received = met.more("udp", "packets_received")
    by_host = met.after.by_host - met.before.by_host
    # A flood it was, and each of its datagrams is accounted for.
    assert met.flood.sent > 1000
    assert met.flood.sent + met.probes == received + by_host
    answered = met.more("server", "succeeded", "failed")
    dropped = met.more("udp", "dropped_too_large", "dropped_busy") + met.more("server", "dropped_short", "dropped_answers")
    print(f"received {received} dropped by the host {by_host} {met.after.udp} {met.flood.answers}")
    if kind == "refused":
        assert set(met.flood.answers) == {11}
        assert met.more("server", "refused") >= sum(met.flood.answers.values())
    if kind not in ("many", "garbage"):
        # One request a datagram: answered, or dropped under a reason.
        over_serial = met.more("serial", "packets_received")
        assert received + over_serial == answered + dropped


@pytest.mark.parametrize("kind", SERIAL_FLOODS)
def test_a_flood_of_bytes(board, serial, kind):
    ahead = None if board.is_native else QEMU_AHEAD

    def flood():
        return SerialFlood(serial, SERIAL_FLOODS[kind](board.packet_size), ahead)

    met = answers_in_time(board, serial, flood, on_the_line=lambda flood: flood)
    print(f"{met.flood.bytes_sent} bytes, answered {met.flood.answered}, {met.after.serial}")
    # Nothing is lost on the line: what arrived is what was sent, and each packet among it is answered or counted.
    assert met.flood.bytes_sent > 1000
    assert met.more("serial", "bytes_received") >= met.flood.bytes_sent
    if kind in ("echo", "full"):
        assert met.flood.answered == met.flood.sent
    if kind == "begun":
        # Each by the next, by the probe behind it, or by the end of the flood.
        assert met.flood.sent - 1 <= met.more("serial", "dropped_interrupted") <= met.flood.sent
    if kind == "too long":
        assert met.more("serial", "dropped_length") == met.flood.sent
    if kind == "cut":
        assert met.more("serial", "dropped_interrupted", "dropped_base64", "dropped_length", "dropped_checksum") > 0


@pytest.mark.parametrize("kind", ["garbage", "echo"])
def test_as_fast_as_the_line_takes_it(board, serial, kind):
    """On QEMU many times what a line of its speed carries. Nobody can ask on that line meanwhile; everybody can after it."""
    if board.is_native:
        pytest.skip("the floods above have no limit there")
    with SerialFlood(serial, SERIAL_FLOODS[kind](board.packet_size)) as flood:
        time.sleep(SECONDS)
    serial.send_bytes(b"\n")
    assert flood.bytes_sent > 2 * QEMU_RATE * SECONDS or kind == "echo"
    assert kind == "garbage" or flood.answered == flood.sent
    seen = [watch(LineProbe(serial), AFTER_SECONDS, False).longest for _ in range(ATTEMPTS)]
    assert min(seen) <= LONGEST_MS, seen


def test_a_client_that_never_reads(board, serial, udp):
    """The line is full of answers. Whoever asks over UDP does not notice, and when somebody reads again the line goes on."""
    before = counters(udp, "serial")
    packet = line_bytes(request(WRITE, 0, 0, {"d": "x" * 200}, sequence=200))
    sent = 0
    while select.select([], [serial.file], [], 0.2)[1]:
        # Whole packets, until the line takes no more: the board waits for room for an answer.
        if os.write(serial.file, packet) < len(packet):
            break
        sent += 1
    assert sent > 5
    other = UdpClient(board.udp)
    try:
        seen = watch(UdpProbe(other), 2, board.is_native)
    finally:
        other.close()
    print(f"during {seen}")
    assert seen.longest <= LONGEST_MS
    # It gives answers up, one after the other, and counts them.
    assert counters(udp, "serial")["unsent"] > before["unsent"]
    end = time.monotonic() + 20
    while select.select([serial.file], [], [], 1.5)[0] and time.monotonic() < end:
        os.read(serial.file, 65536)
    serial.send_bytes(b"\n")
    assert watch(LineProbe(serial), AFTER_SECONDS, board.is_native).longest <= LONGEST_MS


def test_an_upload_while_others_flood(board, serial, udp):
    data = bytes(number * 7 % 251 for number in range(8192))
    with UdpFlood(board.udp, "echo", 64):
        upload(serial, "/lfs1/load", data)
        assert download(serial, "/lfs1/load") == data
