#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kept corpus: a text file a target, an input a line in base64, and a folder of files for the fuzzer.

    corpus.py unpack PACK FOLDER
    corpus.py pack FOLDER PACK
"""

import base64
import hashlib
import sys
from pathlib import Path


def unpack(pack, folder):
    for line in pack.read_text().split():
        data = base64.b64decode(line, validate=True)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(folder, pack):
    lines = sorted(base64.b64encode(file.read_bytes()).decode() for file in folder.iterdir())
    pack.write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    what, source, destination = sys.argv[1:]
    {"unpack": unpack, "pack": pack}[what](Path(source), Path(destination))
