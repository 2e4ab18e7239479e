# SPDX-License-Identifier: Apache-2.0
"""Images as MCUboot knows them, just enough of them: a header, a body, and a TLV with the SHA-256 of both."""

import hashlib
import random
import struct

MAGIC, HEADER_SIZE = 0x96F3B83D, 32
TLV_MAGIC, TLV_SHA256 = 0x6907, 0x10


def image(version, length, seed):
    """The whole file, and the hash that names it."""
    major, minor, revision = version
    body = random.Random(seed).randbytes(length)
    header = struct.pack("<IIHHIIBBHII", MAGIC, 0, HEADER_SIZE, 0, length, 0, major, minor, revision, 0, 0)
    digest = hashlib.sha256(header + body).digest()
    tlv = struct.pack("<HH", TLV_SHA256, len(digest)) + digest
    return header + body + struct.pack("<HH", TLV_MAGIC, 4 + len(tlv)) + tlv, digest
