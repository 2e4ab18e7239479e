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
    """Uploads over a connection. `packet_bytes` is the largest request; `parts` how many to send before it is killed."""

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
        if (told := self._ask(len(self._content))) != len(self._content):
            self._is_known = False
            self._go_on(told)

    def _go_on(self, offset: int) -> None:
        while offset != len(self._content):
            offset = self._ask(offset)

    def _ask(self, offset: int) -> int:
        """Sends a part until it is answered; gives where the next one begins."""
        fields = {"off": offset, "name": self._name}
        room = self._room
        if not self._is_known or offset == 0:
            fields["len"] = len(self._content)
            room -= _LENGTH_BYTES
        fields["data"] = self._content[offset : offset + room]
        self._sequence = (self._sequence + 1) % 256
        request = files.FileUploadRequest(sequence=self._sequence, **fields).BYTES
        for _ in range(_TRIES):
            self._connection.send(*[request] * self._connection.copies)
            self._count()
            while (answer := self._connection.receive(self._connection.patience)) is not None:
                if (told := self._told(answer)) is not None:
                    return told
        raise TimeoutError(f"no answer to a part at {offset} in {_TRIES} tries")

    def _count(self) -> None:
        if self._parts is not None:
            self._parts -= 1
            if self._parts <= 0:
                raise Killed

    def _told(self, answer: bytes) -> int | None:
        """What the answer says, if it is to this request."""
        head = header.Header.loads(answer[:_HEADER_BYTES])
        if (head.group_id, head.sequence) != (GROUP_FILES, self._sequence):
            return None
        fields = cbor2.loads(answer[_HEADER_BYTES:])
        self._is_known = "off" in fields
        if self._is_known:
            return fields["off"]
        if fields.get("err", {}).get("rc") == OFFSET_NOT_VALID:
            return fields["len"]
        raise Refused(fields)
