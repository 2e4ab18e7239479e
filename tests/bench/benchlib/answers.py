# SPDX-License-Identifier: Apache-2.0
"""Checks that both sides did the same work: the same requests, well-formed lines, and equal answers.

A server that answers an error quickly would else look fast.
"""

import base64
import binascii

from .failure import Failure

HEADER_LENGTH = 8
FIRST, NEXT = b"\x06\x09", b"\x04\x14"
BREAK = object()


def check_same_work(c, rust):
    if list(c.requests()) != list(rust.requests()):
        raise Failure("the two sides measured different requests")
    for name in c.requests():
        for step in ("decode", "process", "encode"):
            if c.iterations[name, step] != rust.iterations[name, step]:
                raise Failure(f"{name}: the two sides repeated differently often")
        if c.bytes[name, "request"] != rust.bytes[name, "request"]:
            raise Failure(f"{name}: the two sides were asked differently")
        for side, report in (("C", c), ("Rust", rust)):
            for what in ("request", "answer"):
                if packet_of(report.bytes[name, what + "-lines"]) != report.bytes[name, what]:
                    raise Failure(f"{name}: {side}'s lines do not hold its {what}")
        theirs, ours = (report.bytes[name, "answer"] for report in (c, rust))
        if comparable(message(theirs)) != comparable(message(ours)):
            raise Failure(f"{name}: C answers {theirs.hex()}, Rust {ours.hex()}")


def message(packet):
    """A packet as (header without its length, content): a map in one form equals the same map in the other."""
    header, payload = packet[:HEADER_LENGTH], packet[HEADER_LENGTH:]
    if int.from_bytes(header[2:4], "big") != len(payload):
        return packet
    content, rest = item(payload)
    return (header[:2] + header[4:], content) if not rest else packet


def comparable(answer):
    """Of task statistics what must be equal: the threads with their priorities and stacks; how much was used is theirs."""
    match answer:
        case (header, {b"tasks": tasks}):
            return header, {name: (sorted(task), task[b"prio"], task[b"stksiz"]) for name, task in tasks.items()}
    return answer


def packet_of(lines):
    """The packet in lines of the console form, or None when they hold none."""
    stream = b""
    for index, line in enumerate(lines.splitlines()):
        if line[:2] != (NEXT if index else FIRST) or len(line) > 126:
            return None
        stream += base64.b64decode(line[2:], validate=True)
    length, packet, checksum = int.from_bytes(stream[:2], "big"), stream[2:-2], stream[-2:]
    if length != len(packet) + 2 or binascii.crc_hqx(packet, 0).to_bytes(2, "big") != checksum:
        return None
    return packet


def item(data):
    """One CBOR item (unsigned, negative, text, bytes, array, map) off the front of data, and the rest."""
    first, rest = data[0], data[1:]
    if first == 0xFF:
        return BREAK, rest
    major, minor = first >> 5, first & 31
    value = minor
    if 24 <= minor <= 27:
        size = 1 << (minor - 24)
        value, rest = int.from_bytes(rest[:size], "big"), rest[size:]
    indefinite = minor == 31
    if major in (0, 1) and not indefinite:
        return (value if major == 0 else -1 - value), rest
    if major in (2, 3) and not indefinite:
        return rest[:value], rest[value:]
    if major in (4, 5):
        items = []
        while indefinite or len(items) < value * (major - 3):
            content, rest = item(rest)
            if content is BREAK:
                break
            items.append(content)
        return (items if major == 4 else dict(zip(items[::2], items[1::2]))), rest
    raise Failure(f"an answer holds a CBOR item this check does not know: {data.hex()}")
