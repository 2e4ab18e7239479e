# SPDX-License-Identifier: Apache-2.0
"""Files and images in parts, as a client sends and fetches them."""

import hashlib

from smp_line import READ, WRITE

FILES, IMAGES = 8, 1
# The header, and of the map the keys, lengths and a path of 64 bytes.
AROUND_A_PART = 8 + 120


def part_size(client):
    return client.ask(READ, 0, 6).map["buf_size"] - AROUND_A_PART


class Failed(AssertionError):
    """The answer to a part was an error."""

    def __init__(self, answer):
        super().__init__(answer)
        self.map = answer.map


def _send(client, command, first, data, size):
    offset = 0
    while True:
        content = {"off": offset, "data": data[offset : offset + size], **(first if offset == 0 else first.get("always", {}))}
        content.pop("always", None)
        answer = client.ask(WRITE, *command, content)
        if "off" not in answer.map:
            raise Failed(answer)
        assert answer.map["off"] > offset or not data, answer
        offset = answer.map["off"]
        if offset >= len(data):
            return answer.map


def upload(client, name, data, size=None):
    first = {"len": len(data), "name": name, "always": {"name": name}}
    return _send(client, (FILES, 0), first, data, size or part_size(client))


def download(client, name):
    data, length = b"", None
    while length is None or len(data) < length:
        answer = client.ask(READ, FILES, 0, {"off": len(data), "name": name})
        if "data" not in answer.map:
            raise Failed(answer)
        length = answer.map.get("len", length)
        data += answer.map["data"]
    return data


def upload_image(client, data, size=None):
    first = {"len": len(data), "sha": hashlib.sha256(data).digest(), "image": 0}
    return _send(client, (IMAGES, 1), first, data, size or part_size(client))
