# SPDX-License-Identifier: Apache-2.0
"""What the attacks share: a board that lets nobody write without a key, and something that is written.

What is written is the level of the log: every board has it, it can be read back by anybody, and nothing else changes it.
"""

import itertools
from dataclasses import dataclass, field

import boards
import cbor2
import sealing
from framing import Datagrams, Lines

LOG, LEVEL = 65, 1
BEFORE, OTHER, WANTED = "error", "warn", "debug"
"""Levels: what it is, what the owner of a key writes, and what an attacker would like."""

_marks = itertools.count(1)


def set_level(level: str) -> bytes:
    return sealing.request(sealing.WRITE, LOG, LEVEL, {"level": level})


@dataclass
class Guarded:
    """A board, reached over one transport, and a key of an administrator's for it."""

    board: boards.Board
    transport: str
    key: sealing.Key
    _open: list = field(default_factory=list)

    def connect(self, source: str = "") -> Datagrams | Lines:
        """As a peer of its own over UDP; on a serial line there is only one."""
        if self.transport == "serial":
            return self.line()
        connection = Datagrams(self.board.address, boards.UDP_PORT, source)
        self._open.append(connection)
        return connection

    def line(self) -> Lines:
        """Its serial line, where everything may be done, but what `guard` forbids."""
        if not any(isinstance(connection, Lines) for connection in self._open):
            self._open.append(Lines(self.board.serial))
        return next(connection for connection in self._open if isinstance(connection, Lines))

    def guard(self) -> None:
        """Brings its key, and on a serial line the rule that UDP has by default, for what is written here."""
        line = self.line()
        assert sealing.add_key(line, self.key) == {}
        assert sealing.ask(line, set_level(BEFORE)) == {}
        if self.transport == "serial":
            rules = [["serial", LOG, LEVEL, "read_only"]]
            assert sealing.ask(line, sealing.request(sealing.WRITE, sealing.ACCESS, sealing.POLICY, {"rules": rules})) == {}

    def login(self, connection: Datagrams | Lines | None = None) -> tuple[Datagrams | Lines, sealing.Session]:
        connection = connection or self.connect()
        return connection, sealing.login(connection, self.key)

    def close(self) -> None:
        for connection in self._open:
            connection.close()


def level(connection: Datagrams | Lines) -> str:
    """What the board says it logs."""
    return sealing.ask(connection, sealing.request(sealing.READ, LOG, LEVEL))["level"]


def everything(connection: Datagrams | Lines, *packets: bytes) -> list[bytes]:
    """Sends packets in a burst; all answers to them, by asking for an echo behind them."""
    mark = f"mark {next(_marks)}"
    echo = sealing.request(sealing.WRITE, sealing.OS, sealing.ECHO, {"d": mark})
    connection.send(*packets, echo)
    found = []
    while True:
        answer = connection.receive()
        assert answer is not None, f"no answer to an echo behind {[packet.hex() for packet in packets]}"
        if sealing.answers(echo, answer) and cbor2.loads(answer[sealing.HEADER :]).get("r") == mark:
            return found
        found.append(answer)


def refused(connection: Datagrams | Lines, packet: bytes) -> bool:
    """Whether a packet gets one answer: code 11, without a seal."""
    (answer,) = everything(connection, packet)
    return sealing.answers(packet, answer) and sealing.payload(answer) == {"rc": sealing.ACCESS_DENIED}


def fails(answer: bytes) -> bool:
    """Whether a message says that something was not done, or was nothing but a read."""
    return answer[0] & 7 == 1 or sealing.code(sealing.payload(answer)) != 0
