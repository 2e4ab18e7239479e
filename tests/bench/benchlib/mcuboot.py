# SPDX-License-Identifier: Apache-2.0
"""Images as MCUboot knows them, as small as they get: header, body, a trailer with the SHA-256."""

import hashlib
import struct

MAGIC = 0x96F3B83D
TRAILER_MAGIC = 0x6907
TRAILER_SHA256 = 0x10
HEADER = struct.Struct("<IIHHIIBBHII")


def header(version, body_length, magic=MAGIC, header_length=HEADER.size, flags=0):
    major, minor, revision, build = version
    return HEADER.pack(magic, 0, header_length, 0, body_length, flags, major, minor, revision, build, 0)


def trailer(*records, magic=TRAILER_MAGIC):
    body = b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in records)
    return struct.pack("<HH", magic, 4 + len(body)) + body


def image(version=(1, 2, 3, 4), body=b"a body of forty bytes, repeated no more.", **fields):
    start = header(version, len(body), **fields) + body
    return start + trailer((TRAILER_SHA256, hashlib.sha256(start).digest()))


def sha(version=(1, 2, 3, 4), **fields):
    return image(version, **fields)[-32:]
