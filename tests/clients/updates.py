# SPDX-License-Identifier: Apache-2.0
"""Images, made by MCUboot's own tool."""

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mcumgr_toolkit import mcuboot_get_image_info

HEADER_LENGTH = 32
MAGIC = bytes.fromhex("3db8f396")
# Not a multiple of a block, a page, or what fits a packet.
BODY_LENGTH = 20_011


@dataclass
class Update:
    path: Path
    data: bytes
    hash: bytes
    """The one in its TLVs, by which a board is asked to boot it."""


def make(folder: Path, version: str, length: int = BODY_LENGTH, *more: str) -> Update:
    """An image of a version."""
    body, path = folder / "body.bin", folder / f"{version}.bin"
    body.write_bytes(random.Random(version).randbytes(length))
    layout = ["--header-size", "0x20", "--pad-header", "--slot-size", "0x80000", "--align", "8"]
    command = [sys.executable, "-m", "imgtool.main", "sign", "--version", version, *layout, *more, str(body), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    data = path.read_bytes()
    assert data.startswith(MAGIC)
    return Update(path, data, mcuboot_get_image_info(data).hash)
