# SPDX-License-Identifier: Apache-2.0
"""What the attacks share: a board that lets nobody write without a key, and something that is written.

What is written is the level of the log: every board has it, it can be read back by anybody, and nothing else changes it.
"""

import itertools
import select
import socket
import threading
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


def guarded(board: boards.Board, transport: str):
    """A fixture's: guarded with a key of its own."""
    made = Guarded(board, transport, sealing.Key.new(3, "administer"))
    made.guard()
    yield made
    made.close()


class Middle:
    """Somebody between a client and a board, over UDP: sees what passes and may change it.

    `request` and `answer` are given a packet and give those that go on in its place.
    """

    def __init__(self, address: str, request=lambda packet: [packet], answer=lambda packet: [packet]) -> None:
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        self._change = (request, answer)
        self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._near.bind((boards.own_address(), 0))
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.connect((address, boards.UDP_PORT))
        self._client = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        host, port = self._near.getsockname()
        self.arguments = ["--udp", f"{host}:{port}"]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._near.close()
        self._far.close()

    def send(self, packet: bytes) -> None:
        """To the board, from where the client's packets come."""
        self._far.send(packet)

    def _run(self) -> None:
        while not self._ending.is_set():
            ready = select.select([self._near, self._far], [], [], 0.05)[0]
            if self._near in ready:
                packet, self._client = self._near.recvfrom(65535)
                self.requests.append(packet)
                for changed in self._change[0](packet):
                    self._far.send(changed)
            if self._far in ready:
                packet = self._far.recv(65535)
                self.answers.append(packet)
                for changed in self._change[1](packet):
                    self._near.sendto(changed, self._client)
