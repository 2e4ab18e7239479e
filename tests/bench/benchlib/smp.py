# SPDX-License-Identifier: Apache-2.0
"""SMP requests as bytes: the header, CBOR with definite lengths, the lines of the console form."""

import base64
import binascii

READ, WRITE = 0, 2
HEADER_LENGTH = 8
RAW_BYTES_PER_LINE = 93
SEQUENCE = 7


def head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for minor, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | minor]) + value.to_bytes(size, "big")
    raise ValueError(value)


def cbor(value):
    """bool, int, str, bytes, list, dict; another's key order is kept."""
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(cbor(each) for each in value)
        case dict():
            return head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())
    raise TypeError(value)


def packet(op, group, command, payload=None, version=2, sequence=SEQUENCE):
    """A request; payload is a value, or bytes that are taken as they are."""
    body = payload if isinstance(payload, bytes) else cbor({} if payload is None else payload)
    start = bytes([(version - 1) << 3 | op, 0]) + len(body).to_bytes(2, "big") + group.to_bytes(2, "big")
    return start + bytes([sequence, command]) + body


def lines(message):
    """The lines of a packet on a serial port, in one piece."""
    stream = (len(message) + 2).to_bytes(2, "big") + message + binascii.crc_hqx(message, 0).to_bytes(2, "big")
    pieces = [stream[at:at + RAW_BYTES_PER_LINE] for at in range(0, len(stream), RAW_BYTES_PER_LINE)]
    if len(pieces) > 1 and len(pieces[-1]) == 1:
        # C's decoder refuses a checksum split over two lines.
        pieces[-2:] = [pieces[-2][:-3], pieces[-2][-3:] + pieces[-1]]
    return b"".join((b"\x04\x14" if index else b"\x06\x09") + base64.b64encode(piece) + b"\n" for index, piece in enumerate(pieces))
