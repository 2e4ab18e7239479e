# SPDX-License-Identifier: Apache-2.0
"""A client that uploads a file whatever the link does to it, and goes on where another one stopped."""

import cbor2
from smp import file_management as files
from smp import header

GROUP_FILES = 8
OFFSET_NOT_VALID = 11
_HEADER_BYTES = 8
# Map, keys, and heads of the values, at their longest.
_KEYS_BYTES = 1 + 4 + 5 + 5 + 3 + 5 + 1
_LENGTH_BYTES = 4 + 5
_TRIES = 300


class Refused(Exception):
    """By the device."""


class Killed(Exception):
    """The client was to end here."""


class Uploader:
    """Uploads over a connection. `packet_bytes` is the largest request; `parts` how often to send before it is killed."""

    def __init__(self, connection, name: str, content: bytes, packet_bytes: int, parts: int | None = None) -> None:
        self._connection = connection
        self._name = name
        self._content = content
        self._room = packet_bytes - _HEADER_BYTES - _KEYS_BYTES - len(name)
        self._parts = parts
        self._sequence = 0
        # Whether the device takes the parts for this upload's; until then they say what they are parts of.
        self._is_known = False

    def begin(self) -> None:
        """From the beginning, whatever is there."""
        self._go_on(0)

    def resume(self) -> None:
        """Asks how far an earlier client came, with a part that fits nowhere, and goes on there."""
        self._go_on(self._ask(len(self._content)))

    def _go_on(self, offset: int) -> None:
        while offset != len(self._content):
            offset = self._ask(offset)

    def _ask(self, offset: int) -> int:
        """Sends parts until one is answered; gives where the next one begins."""
        requests, end = self._window(offset)
        for _ in range(_TRIES):
            self._connection.send(*(request for request in requests.values() for _ in range(self._connection.copies)))
            self._count()
            answers = []
            while (answer := self._connection.receive(self._connection.patience)) is not None:
                if (told := self._told(answer, requests)) is not None:
                    answers.append(told)
                    if told >= end or len(requests) == 1:
                        break
            if answers:
                return max(answers)
        raise TimeoutError(f"no answer to a part at {offset} in {_TRIES} tries")

    def _window(self, offset: int) -> tuple[dict[int, bytes], int]:
        """The next parts by their sequence numbers, and where they end. Only one until the device knows what they belong to."""
        requests = {}
        is_new = not self._is_known or offset == 0
        for _ in range(1 if is_new else self._connection.window):
            fields = {"off": offset, "name": self._name}
            if is_new:
                fields["len"] = len(self._content)
            data = self._content[offset : offset + self._room - is_new * _LENGTH_BYTES]
            self._sequence = (self._sequence + 1) % 256
            requests[self._sequence] = files.FileUploadRequest(sequence=self._sequence, data=data, **fields).BYTES
            offset += len(data)
            if offset == len(self._content):
                break
        return requests, offset

    def _count(self) -> None:
        if self._parts is not None:
            self._parts -= 1
            if self._parts <= 0:
                raise Killed

    def _told(self, answer: bytes, requests: dict[int, bytes]) -> int | None:
        """What the answer says, if it is to one of these."""
        head = head_of(answer)
        if head is None or head.group_id != GROUP_FILES or head.sequence not in requests:
            return None
        fields = map_of(answer[_HEADER_BYTES:])
        if fields is None:
            return None
        if "off" in fields:
            self._is_known = True
            return fields["off"]
        if fields.get("err", {}).get("rc") == OFFSET_NOT_VALID:
            self._is_known = self._is_known and fields["len"] > 0
            return fields["len"]
        raise Refused(fields)


def head_of(packet: bytes) -> header.Header | None:
    """The header; None for one that says what no header does, by damage as of the map below."""
    try:
        return header.Header.loads(packet[:_HEADER_BYTES])
    except ValueError:
        return None


def map_of(payload: bytes) -> dict | None:
    """The map that every answer is; None for one so damaged that its checksum, of 16 bits, is right nevertheless: with a character
    of its base64 doubled and another one lost, all between is shifted, which the checksum of a zero start may not see."""
    try:
        fields = cbor2.loads(payload)
    except cbor2.CBORDecodeError:
        return None
    return fields if isinstance(fields, dict) else None
