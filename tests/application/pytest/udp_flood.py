# SPDX-License-Identifier: Apache-2.0
"""Datagrams at full rate, in a process of its own: python udp_flood.py ADDRESS PORT KIND PEERS.

Begins at once, ends with its standard input, and then prints what it did as JSON: datagrams sent, and answers by their rc
(null for those without one). Each peer is a socket at a loopback address of its own, 127.0.5.1 and on.
"""

import json
import os
import random
import select
import socket
import sys
from collections import Counter

from smp_line import READ, WRITE, request

FIRST_PEER = 1
TOO_LONG = (1473, 2000, 9000)
# What fits a datagram, whatever the device was built for.
FULL = 1400
# Sent between two looks at the standard input and at the answers.
ROUND = 64


def garbage(chance):
    return chance.randbytes(chance.randrange(0, 200))


def _constant(packet):
    return lambda _: packet


KINDS = {
    "garbage": garbage,
    # Valid, and its answer as large as it.
    "echo": _constant(request(WRITE, 0, 0, {"d": "flood"}, sequence=200)),
    "full": _constant(request(WRITE, 0, 0, {"d": "x" * FULL}, sequence=200)),
    # A packet of as many requests as it holds: an answer each.
    "many": _constant(request(READ, 0, 6, sequence=200) * (FULL // 9)),
    "too long": lambda chance: request(WRITE, 0, 0, {"d": "x"}, sequence=200) + bytes(chance.choice(TOO_LONG)),
    # The shell over UDP is refused in every build under test.
    "refused": _constant(request(WRITE, 9, 0, {"argv": ["kernel", "uptime"]}, sequence=200)),
    # What a client would send to reset it: not while this floods, so one that no policy lets through.
    "silent": _constant(request(WRITE, 0, 0, {"d": "never read"}, sequence=200)),
}


def result(datagram):
    """The rc of an answer: its map's only entry, if it has one."""
    at = datagram.find(b"brc", 8)
    return datagram[at + 3] if at >= 0 and at + 3 < len(datagram) else None


def main():
    address, port, kind, peers = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    # What floods takes what the machine has left, or it would slow the board down by other means than its packets.
    os.nice(19)
    make, reads = KINDS[kind], kind != "silent"
    chance = random.Random(5)
    sockets = []
    for number in range(peers):
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.bind((f"127.0.5.{FIRST_PEER + number}", 0))
        peer.connect((address, port))
        peer.setblocking(False)
        sockets.append(peer)
    sent, answers = 0, Counter()
    watched = [sys.stdin, *(sockets if reads else [])]
    end = False
    while not end:
        for number in range(ROUND):
            try:
                sockets[(sent + number) % peers].send(make(chance))
                sent += 1
            except BlockingIOError:
                break
        for ready in select.select(watched, [], [], 0)[0]:
            if ready is sys.stdin:
                end = True
                continue
            try:
                while True:
                    answers[result(ready.recv(2048))] += 1
            except BlockingIOError:
                pass
    print(json.dumps({"sent": sent, "answers": [[rc, count] for rc, count in answers.items()]}))


if __name__ == "__main__":
    main()
