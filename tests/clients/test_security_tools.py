# SPDX-License-Identifier: Apache-2.0
"""Attacks on tools and by them: smpmgr without a key, `westerly` with one, the proxy between them, and somebody in the middle."""

import os
import re
import select
import signal
import subprocess
import time
from contextlib import contextmanager

import attacks
import boards
import clients
import pytest
import sealing
from attacks import BEFORE, OTHER, WANTED, Middle, level, refused, set_level
from sealing import ACCESS, HEADER, SEAL_LENGTH, Key

PATIENCE_SECONDS = 60


@pytest.fixture
def key_file(guarded, tmp_path):
    """The key of the board, as `westerly` takes it."""
    path = tmp_path / "board.key"
    path.touch(mode=0o600)
    path.write_text(guarded.key.line)
    return path


@pytest.fixture
def westerly(request):
    """Runs it; gives its exit code and what it says."""

    def run(*arguments: object) -> tuple[int, str]:
        command = [request.config.option.westerly, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        return done.returncode, done.stdout + done.stderr

    return run


def device(guarded) -> list[str]:
    """The arguments that lead to the board."""
    if guarded.transport == "udp":
        return ["--udp", f"{guarded.board.address}:{boards.UDP_PORT}"]
    return ["--serial", guarded.board.serial]


def restarts(guarded) -> int:
    """How often the board has started anew, by what it prints."""
    if guarded.board.traits.kernel_name == "Zephyr":
        return len(guarded.board.matches(r"^\*\*\* (Booting)")) - 1
    return len(guarded.board.matches(r"^(restarted: boot \d+)"))


@pytest.mark.udp
def test_smpmgr_without_a_key(guarded, make):
    def said(*arguments: object) -> str:
        done = clients.smpmgr(guarded.board, "udp", *arguments, seconds=60)
        return done.stdout + done.stderr

    assert "r='hello'" in said("os", "echo", "hello")
    assert "server" in said("statistics", "list")
    assert "EACCESSDENIED" in said("os", "reset")
    assert "EACCESSDENIED" in said("shell", "version")
    if guarded.board.traits.images:
        assert "EACCESSDENIED" in said("image", "erase", "0")
        assert "rc=11" in re.sub(r"\s", "", said("image", "upload", make("1.2.3").path))
    assert restarts(guarded) == 0


@pytest.mark.udp
def test_westerly_resets_with_a_key_and_not_without(guarded, key_file, westerly):
    code, said = westerly("reset", *device(guarded))
    assert code == 1 and "rc 11 (access denied)" in said, said
    assert restarts(guarded) == 0
    code, said = westerly("reset", *device(guarded), "--key", key_file)
    assert code == 0, said
    guarded.board.wait_for_restart()


@pytest.mark.udp
def test_a_captured_reset_replayed(guarded, key_file, westerly):
    with Middle(guarded.board.address) as middle:
        code, said = westerly("reset", *middle.arguments, "--key", key_file)
        assert code == 0, said
        guarded.board.wait_for_restart()
        (captured,) = [packet for packet in middle.requests if packet[4:6] == b"\0\0" and packet[7] == sealing.RESET]
        # From where it came, and from elsewhere.
        before = len(middle.answers)
        middle.send(captured)
        while len(middle.answers) == before:
            time.sleep(0.02)
        assert sealing.payload(middle.answers[-1]) == {"rc": sealing.ACCESS_DENIED}
    assert refused(guarded.connect(), captured)
    # And all that passed, the login too, in its order.
    replayed = guarded.connect()
    attacks.everything(replayed, *middle.requests)
    time.sleep(0.5)
    assert restarts(guarded) == 1
    assert level(replayed) is not None


def test_westerly_with_a_wrong_key(guarded, westerly, tmp_path):
    path = tmp_path / "wrong.key"
    path.touch(mode=0o600)
    path.write_text(Key.new(guarded.key.number, "administer").line)
    begun = time.monotonic()
    code, said = westerly("reset", *device(guarded), "--key", path)
    assert code == 1 and "it does not take this key" in said and "westerly key list" in said, said
    # It is not tried again: every failure counts.
    assert time.monotonic() - begun < 5 and guarded.board.output.count("access login") <= 1


def test_a_key_file_that_others_may_read(guarded, key_file, westerly):
    key_file.chmod(0o644)
    code, said = westerly("whoami", *device(guarded), "--key", key_file)
    assert code == 1 and "others than its owner" in said and f"chmod 600 {key_file}" in said, said


def forge(packet: bytes) -> list[bytes]:
    """A success that the device did not seal, in the place of its answer."""
    return [packet[:2] + (1).to_bytes(2, "big") + packet[4:HEADER] + b"\xa0"]


def stripped(packet: bytes) -> list[bytes]:
    return [packet[:-SEAL_LENGTH]]


def flipped(packet: bytes) -> list[bytes]:
    """A bit of what it says, under the seal."""
    return [packet[:HEADER] + bytes([packet[HEADER] ^ 1]) + packet[HEADER + 1 :]]


def unless_access(change):
    """But for the group by which a client logs in."""
    return lambda packet: [packet] if packet[4:6] == bytes([0, ACCESS]) and packet[7] <= sealing.LOGIN else change(packet)


@pytest.mark.udp
@pytest.mark.parametrize("change", [forge, stripped, flipped], ids=lambda change: change.__name__)
def test_answers_that_the_device_did_not_seal(guarded, key_file, westerly, change):
    """The client does not take them, whatever they say."""
    with Middle(guarded.board.address, answer=unless_access(change)) as middle:
        for command in (["reset"], ["whoami"], ["telemetry"], ["logs", "--once"], ["policy", "show"]):
            patience = ["--timeout", "150", "--retries", "1"]
            code, said = westerly(*command, *middle.arguments, *patience, "--key", key_file)
            assert code == 1 and "without the device's seal" in said, (command, said)


@pytest.mark.udp
def test_an_answer_to_an_earlier_request(guarded, key_file, westerly):
    """Sealed by the device, but for another counter; even when its sequence number is made to fit."""
    earlier = []

    def repeat(packet: bytes) -> list[bytes]:
        earlier.append(packet)
        fitting = earlier[0][: HEADER - 2] + packet[HEADER - 2 : HEADER - 1] + earlier[0][HEADER - 1 :]
        return [earlier[0], fitting]

    with Middle(guarded.board.address, answer=unless_access(repeat)) as middle:
        patience = ["--timeout", "150", "--retries", "1"]
        code, said = westerly("telemetry", *middle.arguments, *patience, "--key", key_file)
        # The first was the answer to the first.
        assert code == 1 and len(earlier) > 1 and "without the device's seal" in said, said


@pytest.mark.udp
def test_an_impostor_in_the_device_s_place(guarded, westerly, tmp_path):
    """It answers a login, but cannot prove that it has the key."""

    def lie(packet: bytes) -> list[bytes]:
        if packet[4:6] != bytes([0, ACCESS]) or packet[7] != sealing.LOGIN:
            return [packet]
        said = {"session": 1, "role": "administer", "idle": 9, "lifetime": 9, "mac": os.urandom(16)}
        return [packet[:1] + sealing.request(2, ACCESS, sealing.LOGIN, said, packet[6])[1:]]

    path = tmp_path / "other.key"
    path.touch(mode=0o600)
    path.write_text(Key.new(1, "administer").line)
    with Middle(guarded.board.address, answer=lie) as middle:
        code, said = westerly("reset", *middle.arguments, "--timeout", "150", "--key", path)
    assert code == 1 and "does not have the key" in said, said
    # Not one packet was sealed for it.
    assert all(packet[4:6] == bytes([0, ACCESS]) for packet in middle.requests)


@pytest.mark.udp
def test_the_seal_stripped_on_the_way(guarded, key_file, westerly):
    """The board refuses what is left, and the client does not believe that it was done."""
    with Middle(guarded.board.address, request=unless_access(stripped)) as middle:
        code, said = westerly("reset", *middle.arguments, "--timeout", "150", "--key", key_file)
    assert code == 1, said
    time.sleep(0.5)
    assert restarts(guarded) == 0


@pytest.mark.udp
def test_the_session_lost_on_the_way(guarded, key_file, westerly):
    """As after a restart: the client logs in anew and asks again, once."""
    broken = []

    def once(packet: bytes) -> list[bytes]:
        if not broken:
            broken.append(packet)
            return [packet[:-1] + bytes([packet[-1] ^ 1])]
        return [packet]

    with Middle(guarded.board.address, request=unless_access(once)) as middle:
        code, said = westerly("whoami", *middle.arguments, "--key", key_file)
    assert code == 0 and "administer, key 3, over udp" in said, said
    logins = [packet for packet in middle.requests if packet[4:6] == bytes([0, ACCESS]) and packet[7] == sealing.LOGIN]
    assert len(logins) == 2


@pytest.fixture
def proxy(request, guarded, key_file):
    """Runs it before the board; gives the address it listens at, on smpmgr's only port."""

    @contextmanager
    def running(*arguments: str):
        address = boards.own_address()
        command = [request.config.option.westerly, "proxy", "--listen", f"{address}:{boards.UDP_PORT}"]
        process = subprocess.Popen(
            [*command, *arguments, "--key", str(key_file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            assert select.select([process.stdout], [], [], PATIENCE_SECONDS)[0]
            said = process.stdout.readline()
            assert f"{address}:{boards.UDP_PORT} is " in said and "role administer" in said, said
            yield address
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_SECONDS) == 0
        finally:
            process.kill()
            process.wait()
            print(process.stdout.read())
            process.stdout.close()

    return running


class At:
    """A board as smpmgr is to reach it."""

    def __init__(self, address: str) -> None:
        self.address = address


@pytest.mark.udp
def test_smpmgr_through_the_proxy(guarded, proxy, make):
    """Uploads an image and restarts the board, which does not let it do either by itself."""
    with proxy(*device(guarded)) as address:

        def said(*arguments: object) -> str:
            done = clients.smpmgr(At(address), "udp", *arguments, seconds=PATIENCE_SECONDS)
            assert done.returncode == 0, done.stdout + done.stderr
            return re.sub(r"\s", "", done.stdout)

        assert "r='hello'" in said("os", "echo", "hello")
        if guarded.board.traits.images:
            update = make("4.5.6")
            said("image", "upload", update.path)
            assert "version='4.5.6'" in said("image", "state-read")
        assert "ResetWriteResponse" in said("os", "reset")
        guarded.board.wait_for_restart()
        # The session went with it; the proxy makes another.
        assert "r='again'" in said("os", "echo", "again")
        assert "ResetWriteResponse" in said("os", "reset")
        guarded.board.wait_for_restart()


def test_mcumgr_toolkit_through_the_proxy(guarded, proxy):
    """Also to a board at a serial line."""
    with proxy(*device(guarded)) as address:
        with clients.toolkit(type("Line", (), {"transport": "udp", "board": At(address)})) as client:
            client.use_auto_frame_size()
            assert client.os_echo("x" * 200) == "x" * 200
            client.raw_command(True, attacks.LOG, attacks.LEVEL, {"level": OTHER})
            assert client.raw_command(False, attacks.LOG, attacks.LEVEL, {})["level"] == OTHER
            assert client.raw_command(False, ACCESS, sealing.SESSION, {})["role"] == "administer"


@pytest.mark.udp
def test_the_proxy_takes_no_forged_answers(guarded, proxy):
    with Middle(guarded.board.address, answer=unless_access(forge)) as middle, proxy(*middle.arguments) as address:
        connection = attacks.Datagrams(address, boards.UDP_PORT)
        connection.send(set_level(WANTED))
        assert connection.receive(2) is None
        connection.close()


@pytest.mark.udp
def test_a_key_removed_while_the_proxy_runs(guarded, request, key_file):
    """It tells the tool, and ends: to go on would lock its owner out."""
    address = boards.own_address()
    listen = ["--listen", f"{address}:{boards.UDP_PORT}"]
    command = [request.config.option.westerly, "proxy", *listen, *device(guarded), "--key", str(key_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        remove = sealing.request(sealing.WRITE, ACCESS, sealing.KEYS, {"id": guarded.key.number, "delete": True})
        assert sealing.ask(guarded.line(), remove) == {}
        connection = attacks.Datagrams(address, boards.UDP_PORT)
        assert sealing.ask(connection, set_level(WANTED)) == {"rc": sealing.ACCESS_DENIED}
        assert process.wait(PATIENCE_SECONDS) == 1
        assert "it does not take this key" in process.stderr.read()
        connection.close()
    assert level(guarded.line()) == BEFORE


@pytest.mark.udp
def test_reading_where_it_takes_a_key(guarded, key_file, westerly):
    """Telemetry and log, once the policy keeps them from strangers."""
    rules = {"rules": [["udp", None, None, "authenticated"]]}
    assert sealing.ask(guarded.line(), sealing.request(sealing.WRITE, ACCESS, sealing.POLICY, rules)) == {}
    for command in (["telemetry"], ["logs", "--once"]):
        if guarded.board.traits.kernel_name == "Zephyr" and command[0] == "logs":
            continue  # Its log needs the ELF file, and has a test of its own.
        code, said = westerly(*command, *device(guarded))
        assert code == 1 and "rc 11" in said and "--key" in said, said
        code, said = westerly(*command, *device(guarded), "--key", key_file)
        assert code == 0, said


@pytest.fixture
def short_sessions(request):
    """A board whose sessions end after a second without a packet, or three seconds in all."""
    option = request.config.option
    if option.target != "simulator":
        pytest.skip("only the simulator can be told so when it starts")
    board = boards.Simulator(option.executable, ("--session-idle", "1", "--session-lifetime", "3"), secured=True)
    yield from attacks.guarded(board, "udp")
    board.stop()


def test_an_idle_session_ends(short_sessions):
    connection, session = short_sessions.login()
    assert (session.idle, session.lifetime) == (1, 3)
    assert session.ask(connection, set_level(OTHER)) == {}
    time.sleep(1.2)
    assert refused(connection, session.seal(set_level(WANTED)))
    assert level(connection) == OTHER


def test_a_busy_session_ends_too(short_sessions):
    connection, session = short_sessions.login()
    begun = time.monotonic()
    while True:
        packet = session.seal(set_level(OTHER))
        connection.send(packet)
        answer = sealing.receive(connection, packet)
        if len(answer) < SEAL_LENGTH:
            break
        assert sealing.payload(session.open(answer)) == {} and time.monotonic() - begun < 4
        time.sleep(0.3)
    assert sealing.payload(answer) == {"rc": sealing.ACCESS_DENIED}
    assert 2.5 < time.monotonic() - begun < 4
