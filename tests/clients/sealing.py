# SPDX-License-Identifier: Apache-2.0
"""Login and seal of group 67 by Python's standard library alone: written from docs/protocol.md, not from the Rust, so that
the two prove each other.

    session = login(connection, Key(1, "administer", secret))
    answer = session.ask(connection, request(WRITE, OS, RESET, {}))

What it will not do: repeat, wait for a lock-out to end, or log in anew. A test says itself what it sends.
"""

import hmac
import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2

READ, WRITE = 0, 2
OS, IMAGE, STATISTICS, SETTINGS, FILES, SHELL, BASIC, ACCESS = 0, 1, 2, 3, 8, 9, 63, 67
ECHO, RESET = 0, 5
CHALLENGE, LOGIN, SEAL, LOGOUT, SESSION, KEYS, POLICY = range(7)

ACCESS_DENIED = 11
LOCKED_OUT, STALE, UNKNOWN_KEY, INVALID_KEY, NO_ROOM, INVALID_RULES, LOCKS_OUT, WRONG_TRANSPORT, NOT_KEPT, NO_FRESHNESS = range(
    2, 12
)

HEADER = 8
MAC = 16
SECRET = 32
SEAL_LENGTH = 60
LARGEST_COUNTER = 2**64 - 1

_sequences = itertools.count()


class Refused(Exception):
    """The device's answer to a login is an error's: its payload."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer)
        self.answer = answer


class Forged(Exception):
    """An answer that the device did not make, or not to this request."""


def _mac(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(parts), "sha256")


def login_mac(secret: bytes, challenge: bytes, nonce: bytes, number: int) -> bytes:
    """What proves to the device that the client has the key."""
    return _mac(secret, b"westerly login", challenge, nonce, bytes([number]))[:MAC]


def session_key(secret: bytes, challenge: bytes, nonce: bytes, number: int) -> bytes:
    """What a session's packets are sealed with, both ways."""
    return _mac(secret, b"westerly session", challenge, nonce, bytes([number]))


def device_mac(key: bytes, session: int) -> bytes:
    """What proves to the client that the device has the key."""
    return _mac(key, b"westerly device", session.to_bytes(4, "big"))[:MAC]


def request(operation: int, group: int, command: int, payload: Any = None, sequence: int | None = None) -> bytes:
    """A request of SMP version 2. Without a sequence number it takes the next."""
    data = payload if isinstance(payload, bytes) else cbor2.dumps(payload or {})
    number = next(_sequences) % 256 if sequence is None else sequence
    return bytes([0x08 | operation, 0, *len(data).to_bytes(2, "big"), *group.to_bytes(2, "big"), number, command]) + data


def payload(message: bytes) -> dict[str, Any]:
    """What a message says, of exactly the length its header tells."""
    assert len(message) - HEADER == int.from_bytes(message[2:4], "big"), message.hex()
    return cbor2.loads(message[HEADER:])


def code(answer: dict[str, Any]) -> int | tuple[int, int]:
    """An answer's SMP code, or a group and its code; 0 for success."""
    if "err" in answer:
        return answer["err"]["group"], answer["err"]["rc"]
    return answer.get("rc", 0)


def answers(asked: bytes, message: bytes) -> bool:
    """Whether a message is an answer to this request: operation, group, sequence number and command."""
    return message[0] & 7 == asked[0] & 7 | 1 and message[4:HEADER] == asked[4:HEADER]


def seal(key: bytes, session: int, counter: int, packet: bytes, first: int = 0x0A) -> bytes:
    """The packet with its seal. `first` is 0x0a in a request, 0x0b in an answer."""
    head = bytes([first, 0, 0, 52, 0, ACCESS, 0, SEAL])
    head += b"\xa3\x67session\x1a" + session.to_bytes(4, "big")
    head += b"\x67counter\x1b" + counter.to_bytes(8, "big")
    head += b"\x63mac\x50"
    return packet + head + _mac(key, packet, head)[:MAC]


@dataclass(frozen=True)
class Key:
    """As a device knows it."""

    number: int
    role: str
    secret: bytes

    @classmethod
    def new(cls, number: int, role: str) -> "Key":
        return cls(number, role, os.urandom(SECRET))

    @property
    def line(self) -> str:
        """The line of a key file."""
        return f"{self.number} {self.role} {self.secret.hex()}\n"


@dataclass
class Session:
    """An open session. The counter is the last one used."""

    key: bytes
    number: int
    role: str
    idle: int
    lifetime: int
    counter: int = 0
    sealed: list[bytes] = field(default_factory=list)
    """Every packet so far, for replays."""

    def seal(self, packet: bytes, counter: int | None = None) -> bytes:
        """With the next counter, or any other."""
        if counter is None:
            self.counter += 1
            counter = self.counter
        sealed = seal(self.key, self.number, counter, packet)
        self.sealed.append(sealed)
        return sealed

    def open(self, answer: bytes, counter: int | None = None) -> bytes:
        """The answer without its seal, which has to be this session's and of the last packet."""
        counter = self.counter if counter is None else counter
        message = answer[:-SEAL_LENGTH]
        if not hmac.compare_digest(answer, seal(self.key, self.number, counter, message, first=0x0B)):
            raise Forged(answer.hex())
        return message

    def ask(self, connection: Any, packet: bytes) -> dict[str, Any]:
        """Sends it sealed; what the answer says, once its seal has proved right."""
        connection.send(self.seal(packet))
        message = self.open(receive(connection, packet))
        return payload(message)


def receive(connection: Any, asked: bytes) -> bytes:
    """The next packet, which has to be an answer to this request."""
    answer = connection.receive()
    assert answer is not None, f"no answer to {asked.hex()}"
    assert answers(asked, answer), (asked.hex(), answer.hex())
    return answer


def ask(connection: Any, packet: bytes) -> dict[str, Any]:
    """Sends it as it is; what the answer says, which must not be sealed."""
    connection.send(packet)
    return payload(receive(connection, packet))


def challenge(connection: Any) -> bytes:
    """The device's."""
    given = ask(connection, request(READ, ACCESS, CHALLENGE))
    assert set(given) == {"challenge"} and len(given["challenge"]) == 16, given
    return given["challenge"]


def login_request(key: Key, given: bytes, nonce: bytes, sequence: int | None = None) -> bytes:
    """What asks for a session."""
    proof = login_mac(key.secret, given, nonce, key.number)
    return request(WRITE, ACCESS, LOGIN, {"key": key.number, "challenge": given, "nonce": nonce, "mac": proof}, sequence)


def session_of(key: Key, given: bytes, nonce: bytes, answer: dict[str, Any]) -> Session:
    """The session that the answer to a login opens."""
    if code(answer) != 0:
        raise Refused(answer)
    own = session_key(key.secret, given, nonce, key.number)
    if not hmac.compare_digest(answer["mac"], device_mac(own, answer["session"])):
        raise Forged(answer)
    assert set(answer) == {"session", "role", "idle", "lifetime", "mac"}, answer
    return Session(own, answer["session"], answer["role"], answer["idle"], answer["lifetime"])


def login(connection: Any, key: Key) -> Session:
    """Opens a session, or raises `Refused` or `Forged`."""
    given, nonce = challenge(connection), os.urandom(16)
    return session_of(key, given, nonce, ask(connection, login_request(key, given, nonce)))


def add_key(connection: Any, key: Key) -> dict[str, Any]:
    """Provisions it over a serial line; the answer."""
    return ask(connection, request(WRITE, ACCESS, KEYS, {"id": key.number, "role": key.role, "key": key.secret}))
