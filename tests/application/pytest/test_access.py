# SPDX-License-Identifier: Apache-2.0
"""Access control on the board itself: keys, login, sealed packets, rules, and what of it a restart leaves.

Attacks are in tests/clients/test_security.py. Here is what only a board can show: keys and rules in its storage, the sizes of its
buffers with a seal, and how much of their stacks its threads take for it.
"""

import random
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from smp_line import READ, WRITE, SerialClient, UdpClient

# Login and seal, written for the tests of the clients. Last on the path: other names are there and here.
sys.path.append(str(Path(__file__).resolve().parents[2] / "clients"))

import sealing  # noqa: E402
from sealing import ACCESS, Key, code, request  # noqa: E402

OS, STATISTICS, SETTINGS, ENUMERATION, LOG = 0, 2, 3, 10, 65
ECHO, TASKS, RESET, PARAMETERS = 0, 2, 5, 6
LEVEL = 1
DENIED = {"rc": sealing.ACCESS_DENIED}
UDP_PORT = 1337
START_SECONDS = 30
# Bytes.
LEAST_STACK_LEFT = 200


class Connection:
    """A client as sealing.py expects it. Keeps every byte the device said."""

    def __init__(self, client, said):
        self.client, self.said = client, said

    def send(self, packet):
        self.client.send(packet)

    def receive(self):
        answer = self.client.receive_bytes()
        self.said.append(answer)
        return answer

    def close(self):
        self.client.close()


class AsItComes:
    """native_sim without --access-udp, on a flash of its own: over UDP it lets nobody write without a key."""

    def __init__(self, board):
        self.folder = tempfile.TemporaryDirectory(prefix="westerly-")
        address = f"127.8.{random.randint(0, 255)}.{random.randint(1, 254)}"
        self.udp = (address, UDP_PORT)
        self.process = subprocess.Popen(
            [str(board.executable), f"--udp-address={address}", f"--flash={self.folder.name}/flash.bin"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.wait_for_boot()

    def wait_for_boot(self):
        # A process that says nothing ends, and with it its output.
        alarm = threading.Timer(START_SECONDS, self.process.kill)
        alarm.start()
        said = []
        for line in self.process.stdout:
            said.append(line)
            if f"SMP over UDP on {self.udp[0]}" in line:
                break
        else:
            raise AssertionError("".join(said))
        alarm.cancel()
        (self.pty,) = re.findall(r"^uart_1 connected to pseudotty: (\S+)", "".join(said), re.MULTILINE)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


class Device:
    """A board with two keys, until the test is over."""

    def __init__(self, board, transport):
        self.board, self.transport = board, transport
        self.own = AsItComes(board) if board.is_native else None
        self.said = []
        self.administrator, self.operator = Key.new(200, "administer"), Key.new(1, "operate")
        self.open()
        for key in (self.administrator, self.operator):
            assert sealing.add_key(self.line, key) == {}

    def open(self):
        running = self.own or self.board
        self.line = Connection(SerialClient(running.pty), self.said)
        self.way = Connection(UdpClient(running.udp), self.said) if self.transport == "udp" else self.line

    def disconnect(self):
        for connection in {self.line, self.way}:
            connection.close()

    def restart(self, session):
        """By a reset in a session."""
        self.board.device.clear_buffer()
        assert session.ask(self.way, request(WRITE, OS, RESET)) == {}
        self.disconnect()
        (self.own or self.board).wait_for_boot()
        self.open()

    def read(self, group, command, content=None):
        return sealing.ask(self.way, request(READ, group, command, content))

    def close(self):
        """Leaves the board as it was."""
        try:
            if self.own is None:
                session = sealing.login(self.line, self.administrator)
                assert session.ask(self.line, request(WRITE, ACCESS, sealing.POLICY, {"default": True})) == {}
                assert session.ask(self.line, level("info")) == {}
                for key in (self.operator, self.administrator):
                    removal = request(WRITE, ACCESS, sealing.KEYS, {"id": key.number, "delete": True})
                    assert session.ask(self.line, removal) == {}, key.number
                assert sealing.ask(self.line, request(READ, ACCESS, sealing.KEYS))["keys"] == []
                assert sealing.ask(self.line, request(READ, ACCESS, sealing.POLICY))["set"] is False
        finally:
            self.disconnect()
            if self.own:
                self.own.close()


def level(name):
    return request(WRITE, LOG, LEVEL, {"level": name})


def set_rules(device, session):
    """The log's level takes a key, to read it too."""
    rules = [[device.transport, LOG, LEVEL, "authenticated"]]
    assert session.ask(device.way, request(WRITE, ACCESS, sealing.POLICY, {"rules": rules})) == {}
    return rules


@pytest.fixture(params=["serial", "udp"])
def device(board, request):
    if "WESTERLY_ACCESS" not in board.configuration:
        pytest.skip("no access control in this build")
    if request.param == "udp" and board.udp is None:
        pytest.skip("this board has no network")
    device = Device(board, request.param)
    yield device
    device.close()


def test_what_is_refused_without_a_session_and_done_in_one(device):
    administrator = sealing.login(device.way, device.administrator)
    rules = set_rules(device, administrator)
    policy = device.read(ACCESS, sealing.POLICY)
    assert policy["set"] is True and policy["rules"][: len(rules)] == rules

    assert device.read(LOG, LEVEL) == DENIED
    assert sealing.ask(device.way, level("warn")) == DENIED
    operator = sealing.login(device.way, device.operator)
    assert operator.ask(device.way, level("warn")) == {}
    assert operator.ask(device.way, request(READ, LOG, LEVEL))["level"] == "warn"
    # What was sealed once is worth nothing.
    for recorded in operator.sealed:
        assert sealing.ask(device.way, recorded) == DENIED
    # Rules take an administrator.
    assert operator.ask(device.way, request(WRITE, ACCESS, sealing.POLICY, {"default": True})) == DENIED
    # Nobody takes these sessions for others.
    for session, role in ((administrator, "administer"), (operator, "operate")):
        told = session.ask(device.way, request(READ, ACCESS, sealing.SESSION))
        assert (told["transport"], told["role"]) == (device.transport, role)
    assert "role" not in device.read(ACCESS, sealing.SESSION)
    assert operator.ask(device.way, request(WRITE, ACCESS, sealing.LOGOUT)) == {}
    assert sealing.ask(device.way, operator.seal(level("warn"))) == DENIED


def test_the_whole_packet_and_a_seal(device):
    """As long as the parameters tell, and with its seal longer: both ways."""
    session = sealing.login(device.way, device.operator)
    size = device.read(OS, PARAMETERS)["buf_size"]
    # The answer's map is indefinite: a byte more than the request's.
    text = "x" * (size - 8 - 1 - 2 - 3 - 1)
    asked = request(WRITE, OS, ECHO, {"d": text})
    assert len(asked) == size - 1
    assert session.ask(device.way, asked) == {"r": text}
    assert len(device.said[-1]) == size + sealing.SEAL_LENGTH
    # An answer that would leave no room for a seal is none, in a session and without.
    asked = request(WRITE, OS, ECHO, {"d": text + "x"})
    assert session.ask(device.way, asked) == {"rc": 7}
    assert sealing.ask(device.way, asked) == {"rc": 7}
    # And what is longer than packet and seal was not read.
    asked = request(WRITE, OS, ECHO, {"d": text + "xxxx"})
    assert sealing.ask(device.way, session.seal(asked)) == {"rc": 7}
    assert session.ask(device.way, request(WRITE, OS, ECHO, {"d": "next"})) == {"r": "next"}


def test_keys_and_rules_outlast_a_restart_and_sessions_do_not(device):
    session = sealing.login(device.way, device.administrator)
    rules = set_rules(device, session)
    policy = device.read(ACCESS, sealing.POLICY)
    keys = device.read(ACCESS, sealing.KEYS)["keys"]
    recorded = list(session.sealed)
    device.restart(session)

    assert device.read(ACCESS, sealing.KEYS)["keys"] == keys
    assert {(key["id"], key["role"]) for key in keys} == {(1, "operate"), (200, "administer")}
    assert device.read(ACCESS, sealing.POLICY) == policy and policy["rules"][: len(rules)] == rules
    assert device.read(LOG, LEVEL) == DENIED
    for packet in [*recorded, session.seal(level("warn"))]:
        assert sealing.ask(device.way, packet) == DENIED
    session = sealing.login(device.way, device.administrator)
    assert session.ask(device.way, level("warn")) == {}
    assert session.ask(device.way, request(WRITE, ACCESS, sealing.POLICY, {"default": True})) == {}
    assert device.read(LOG, LEVEL) == {"level": "warn"}
    assert session.ask(device.way, level("info")) == {}
    device.restart(session)
    assert device.read(ACCESS, sealing.POLICY)["set"] is False


def test_no_answer_has_a_key_in_it(device):
    """Whatever there is to read, by an administrator, with and without the names under which keys are kept."""
    session = sealing.login(device.way, device.administrator)
    groups = {ACCESS, SETTINGS, STATISTICS, LOG}
    groups |= set(device.read(ENUMERATION, 1)["groups"])
    names = [f"access/key/{place}" for place in range(8)] + ["access/policy", "access"]
    for name in names:
        for asked in (request(READ, SETTINGS, 0, {"name": name}), request(READ, SETTINGS, 0, {"name": name, "max_size": 64})):
            for answer in (session.ask(device.way, asked), sealing.ask(device.way, asked)):
                assert "val" not in answer and code(answer) != 0, (name, answer)
    for group in sorted(groups):
        for command in range(10):
            for content in ({}, {"name": names[0]}, {"off": 0, "name": f"/lfs1/{names[0]}"}, {"from": 0}):
                session.ask(device.way, request(READ, group, command, content))
    for name in device.read(STATISTICS, 1)["stat_list"]:
        assert session.ask(device.way, request(READ, STATISTICS, 0, {"name": name}))["name"] == name
    said = b"".join(device.said)
    assert len(device.said) > 200
    for key in (device.administrator, device.operator):
        for form in (key.secret, key.secret[:8], key.secret[-8:], key.secret.hex().encode()):
            assert form not in said


def test_stacks_have_room_for_it(board, device):
    if board.is_native:
        pytest.skip("threads run on stacks of the host")
    for key in (device.operator, device.administrator):
        session = sealing.login(device.way, key)
        session.ask(device.way, level("info"))
        assert code(session.ask(device.way, request(READ, OS, TASKS))) == 0
    tasks = device.read(OS, TASKS)["tasks"]
    for name in ("main", "westerly_udp"):
        if name in tasks:
            used, size = (4 * tasks[name][field] for field in ("stkuse", "stksiz"))
            print(f"{name}: {used} of {size} bytes of its stack")
            assert used + LEAST_STACK_LEFT <= size
