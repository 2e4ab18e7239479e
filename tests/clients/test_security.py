# SPDX-License-Identifier: Apache-2.0
"""Attacks on packets: what somebody can do who sees, keeps, changes and makes up packets, but has no key.

docs/security.md has a table of them. On a serial line, where everything is allowed by default, the board is told to ask for a
key as it does over UDP.
"""

import os
import time

import boards
import pytest
import sealing
from attacks import BEFORE, OTHER, WANTED, everything, fails, level, refused, set_level
from sealing import READ, SEAL_LENGTH, WRITE, Key, request


def test_without_a_seal(guarded):
    connection = guarded.connect()
    assert refused(connection, set_level(WANTED))
    assert level(connection) == BEFORE


def test_with_a_seal(guarded):
    connection, session = guarded.login()
    assert session.ask(connection, set_level(OTHER)) == {}
    assert level(connection) == OTHER
    assert session.role == "administer" and session.idle > 0 and session.lifetime >= session.idle


def test_recorded_and_replayed(guarded):
    connection, session = guarded.login()
    session.ask(connection, set_level(WANTED))
    session.ask(connection, set_level(OTHER))
    for recorded in session.sealed * 2:
        assert refused(connection, recorded)
    assert level(connection) == OTHER
    # They did the session no harm.
    assert session.ask(connection, set_level(BEFORE)) == {}


def test_reordered(guarded):
    connection, session = guarded.login()
    first, second, third = (session.seal(set_level(wanted)) for wanted in (WANTED, OTHER, BEFORE))
    (answer,) = everything(connection, second)
    assert sealing.payload(session.open(answer, counter=2)) == {}
    assert refused(connection, first)
    assert level(connection) == OTHER
    (answer,) = everything(connection, third)
    assert sealing.payload(session.open(answer, counter=3)) == {}


def test_truncated_to_every_length(guarded):
    connection, session = guarded.login()
    packet = session.seal(set_level(WANTED))
    for length in range(len(packet)):
        for answer in everything(connection, packet[:length]):
            assert fails(answer), (length, answer.hex())
    assert level(connection) == BEFORE
    # What was cut off has not used its counter up.
    connection.send(packet)
    assert sealing.payload(session.open(connection.receive())) == {}


def test_extended(guarded):
    connection, session = guarded.login()
    packet = session.seal(set_level(WANTED))
    for tail in (b"\x00", bytes(7), bytes(60), set_level(WANTED), packet, packet[-SEAL_LENGTH:]):
        for answer in everything(connection, packet + tail):
            assert fails(answer), (tail.hex(), answer.hex())
    assert level(connection) == BEFORE


def test_every_bit_flipped(guarded):
    connection, session = guarded.login()
    packet = session.seal(set_level(WANTED))
    for bit in range(8 * len(packet)):
        flipped = bytearray(packet)
        flipped[bit // 8] ^= 1 << bit % 8
        for answer in everything(connection, bytes(flipped)):
            assert fails(answer), (bit, answer.hex())
    assert level(connection) == BEFORE
    connection.send(packet)
    assert sealing.payload(session.open(connection.receive())) == {}


def test_the_seal_stripped(guarded):
    connection, session = guarded.login()
    assert refused(connection, session.seal(set_level(WANTED))[:-SEAL_LENGTH])
    assert level(connection) == BEFORE


def test_the_seal_alone_twice_and_in_the_middle(guarded):
    connection, session = guarded.login()
    packet = session.seal(set_level(WANTED))
    seal = packet[-SEAL_LENGTH:]
    for made in (seal, seal + seal, packet + seal, packet + set_level(WANTED), set_level(WANTED) + seal):
        for answer in everything(connection, made):
            assert fails(answer), (made.hex(), answer.hex())
    assert level(connection) == BEFORE


def test_an_answer_s_seal_sent_back(guarded):
    """The device seals with the same key as the client; the direction is part of what is sealed."""
    connection, session = guarded.login()
    session.counter += 1
    reflected = sealing.seal(session.key, session.number, session.counter, set_level(WANTED), first=0x0B)
    for answer in everything(connection, reflected):
        assert fails(answer), answer.hex()
    assert level(connection) == BEFORE


def test_several_requests_under_one_seal(guarded):
    connection, session = guarded.login()
    answers = everything(connection, session.seal(set_level(OTHER) + set_level(WANTED)))
    assert [sealing.payload(session.open(answer)) for answer in answers] == [{}, {}]
    assert level(connection) == WANTED


def test_a_counter_used_up(guarded):
    connection, session = guarded.login()
    connection.send(session.seal(set_level(OTHER), counter=sealing.LARGEST_COUNTER))
    assert sealing.payload(session.open(connection.receive(), sealing.LARGEST_COUNTER)) == {}
    for counter in (0, 1, 2, sealing.LARGEST_COUNTER):
        assert refused(connection, session.seal(set_level(WANTED), counter=counter))
    assert level(connection) == OTHER
    # Only another session goes on from there.
    assert sealing.login(connection, guarded.key).ask(connection, set_level(BEFORE)) == {}


def test_the_counter_zero(guarded):
    connection, session = guarded.login()
    assert refused(connection, session.seal(set_level(WANTED), counter=0))
    assert level(connection) == BEFORE


@pytest.mark.udp
def test_another_session_s_packet(guarded):
    connection, session = guarded.login()
    other_connection, other = guarded.login()
    assert (session.key, session.number) != (other.key, other.number)
    mixed = [
        sealing.seal(session.key, other.number, 1, set_level(WANTED)),
        sealing.seal(other.key, session.number, 1, set_level(WANTED)),
        sealing.seal(session.key, session.number ^ 0x80000000, 1, set_level(WANTED)),
    ]
    for packet in mixed:
        assert refused(connection, packet) and refused(other_connection, packet)
    assert level(connection) == BEFORE
    for its_connection, its_session in ((connection, session), (other_connection, other)):
        assert its_session.ask(its_connection, set_level(OTHER)) == {}


@pytest.mark.udp
def test_another_peer_s_packet(guarded):
    """Brought from another port of the same host, before its owner's arrives."""
    connection, session = guarded.login()
    packet = session.seal(set_level(WANTED))
    assert refused(guarded.connect(), packet)
    assert level(connection) == BEFORE
    connection.send(packet)
    assert sealing.payload(session.open(connection.receive())) == {}


@pytest.mark.udp
def test_another_transport_s_packet(guarded):
    """Over the serial line, which needs no seal, a wrong one is wrong."""
    connection, session = guarded.login()
    assert refused(guarded.line(), session.seal(set_level(WANTED)))
    assert level(connection) == BEFORE


def test_a_session_after_a_restart(guarded):
    connection, session = guarded.login()
    assert session.ask(connection, request(WRITE, sealing.OS, sealing.RESET)) == {}
    guarded.board.wait_for_restart()
    guarded.close()
    guarded._open.clear()
    connection = guarded.connect()
    before = level(connection)
    assert refused(connection, session.seal(set_level(WANTED)))
    for recorded in session.sealed:
        assert refused(connection, recorded)
    assert level(connection) == before


def test_a_recorded_login(guarded):
    connection = guarded.connect()
    given, nonce = sealing.challenge(connection), os.urandom(16)
    recorded = sealing.login_request(guarded.key, given, nonce)
    answer = sealing.ask(connection, recorded)
    session = sealing.session_of(guarded.key, given, nonce, answer)
    # Not used yet, so the answer may have got lost: the same again.
    assert sealing.ask(connection, recorded) == answer
    assert session.ask(connection, set_level(OTHER)) == {}
    assert sealing.code(sealing.ask(connection, recorded)) == (sealing.ACCESS, sealing.STALE)
    if guarded.transport == "udp":
        assert sealing.code(sealing.ask(guarded.connect(), recorded)) == (sealing.ACCESS, sealing.STALE)
    assert session.ask(connection, set_level(BEFORE)) == {}


def test_a_recorded_login_after_a_restart(guarded):
    connection = guarded.connect()
    given, nonce = sealing.challenge(connection), os.urandom(16)
    recorded = sealing.login_request(guarded.key, given, nonce)
    session = sealing.session_of(guarded.key, given, nonce, sealing.ask(connection, recorded))
    assert session.ask(connection, request(WRITE, sealing.OS, sealing.RESET)) == {}
    guarded.board.wait_for_restart()
    guarded.close()
    guarded._open.clear()
    connection = guarded.connect()
    said = sealing.ask(connection, recorded)
    if guarded.board.traits.kernel_name == "Zephyr" and not guarded.board.traits.images:
        # Its settings are in RAM, so the key is gone, and the challenge with it.
        assert sealing.code(said) in (sealing.ACCESS_DENIED, (sealing.ACCESS, sealing.STALE))
    else:
        assert sealing.code(said) == (sealing.ACCESS, sealing.STALE)


def test_a_stale_challenge(guarded):
    connection = guarded.connect()
    given = sealing.challenge(connection)
    sealing.session_of(guarded.key, given, bytes(16), sealing.ask(connection, sealing.login_request(guarded.key, given, bytes(16))))
    late = sealing.ask(connection, sealing.login_request(guarded.key, given, os.urandom(16)))
    assert sealing.code(late) == (sealing.ACCESS, sealing.STALE)


def test_a_challenge_of_one_s_own(guarded):
    connection = guarded.connect()
    for given in (bytes(16), os.urandom(16)):
        answer = sealing.ask(connection, sealing.login_request(guarded.key, given, os.urandom(16)))
        assert sealing.code(answer) == (sealing.ACCESS, sealing.STALE)


def fail_to_log_in(connection, key: Key) -> int | tuple[int, int]:
    """The code that a login with a wrong key gets."""
    wrong = Key(key.number, key.role, os.urandom(32))
    return sealing.code(sealing.ask(connection, sealing.login_request(wrong, sealing.challenge(connection), os.urandom(16))))


LOCKED = (sealing.ACCESS, sealing.LOCKED_OUT)
FREE_FAILURES = 3


def seconds_locked(connection, key: Key) -> float:
    """How long logins are refused without a look, from now on."""
    begun = time.monotonic()
    while fail_to_log_in(connection, key) == LOCKED:
        assert time.monotonic() - begun < 60
        time.sleep(0.02)
    return time.monotonic() - begun


def test_wrong_keys_lock_out_for_longer_and_longer(guarded):
    connection = guarded.connect()
    for _ in range(FREE_FAILURES):
        assert fail_to_log_in(connection, guarded.key) == sealing.ACCESS_DENIED
    assert fail_to_log_in(connection, guarded.key) in (sealing.ACCESS_DENIED, LOCKED)
    delays = [seconds_locked(connection, guarded.key) for _ in range(3)]
    for expected, seen in zip((1, 2, 4), delays):
        assert 0.7 * expected < seen < expected + 1.5, delays
    # The right key has to wait too, and then ends it.
    with pytest.raises(sealing.Refused) as refusal:
        sealing.login(connection, guarded.key)
    assert sealing.code(refusal.value.answer) == LOCKED


def test_a_success_clears_the_failures(guarded):
    connection = guarded.connect()
    for _ in range(3):
        for _ in range(FREE_FAILURES - 1):
            assert fail_to_log_in(connection, guarded.key) == sealing.ACCESS_DENIED
        sealing.login(connection, guarded.key)


@pytest.mark.udp
def test_a_lock_out_is_its_address_s_alone(guarded):
    own = boards.own_address()
    attacker = guarded.connect(source=own)
    for _ in range(FREE_FAILURES + 2):
        fail_to_log_in(attacker, guarded.key)
    assert fail_to_log_in(attacker, guarded.key) == LOCKED
    # Not even another port of it.
    assert fail_to_log_in(guarded.connect(source=own), guarded.key) == LOCKED
    for connection in (guarded.connect(source=boards.own_address()), guarded.line()):
        assert sealing.login(connection, guarded.key).ask(connection, set_level(OTHER)) == {}


def test_an_unknown_key_is_refused_as_a_wrong_one(guarded):
    connection = guarded.connect()
    stranger = Key.new(200, "administer")
    answer = sealing.ask(connection, sealing.login_request(stranger, sealing.challenge(connection), os.urandom(16)))
    assert answer == {"rc": sealing.ACCESS_DENIED}
    assert fail_to_log_in(connection, guarded.key) == sealing.ACCESS_DENIED


@pytest.mark.udp
def test_logins_from_many_addresses(guarded):
    """Sixty-four at once. The one who has a session notices nothing, nor does the serial line."""
    connection, session = guarded.login(guarded.connect(source="127.0.3.250"))
    flood = [guarded.connect(source=f"127.0.3.{1 + number}") for number in range(64)]
    wrong = Key(guarded.key.number, "administer", os.urandom(32))
    for turn in range(5):
        for attacker in flood:
            attacker.send(sealing.login_request(wrong, os.urandom(16), os.urandom(16)))
        assert session.ask(connection, set_level((OTHER, BEFORE)[turn % 2])) == {}
    for attacker in flood:
        codes = {sealing.code(sealing.payload(answer)) for answer in everything(attacker)}
        assert codes <= {sealing.ACCESS_DENIED, LOCKED, (sealing.ACCESS, sealing.STALE)}, codes
    assert session.ask(connection, set_level(OTHER)) == {}
    line = guarded.line()
    assert sealing.login(line, guarded.key).ask(line, set_level(BEFORE)) == {}


@pytest.mark.udp
def test_more_sessions_than_there_is_room(guarded):
    """The one that was idle longest makes room, and its packets are refused; it can log in anew."""
    pairs = [guarded.login() for _ in range(6)]
    first_connection, first = pairs[0]
    last_connection, last = pairs[-1]
    assert refused(first_connection, first.seal(set_level(WANTED)))
    assert last.ask(last_connection, set_level(OTHER)) == {}
    assert sealing.login(first_connection, guarded.key).ask(first_connection, set_level(BEFORE)) == {}


def test_after_a_logout(guarded):
    connection, session = guarded.login()
    assert session.ask(connection, request(WRITE, sealing.ACCESS, sealing.LOGOUT)) == {}
    assert refused(connection, session.seal(set_level(WANTED)))
    assert level(connection) == BEFORE


def test_a_logout_without_a_seal(guarded):
    connection, session = guarded.login()
    assert refused(connection, request(WRITE, sealing.ACCESS, sealing.LOGOUT))
    assert session.ask(connection, set_level(OTHER)) == {}


def test_a_removed_key_s_session(guarded):
    connection, session = guarded.login()
    remove = request(WRITE, sealing.ACCESS, sealing.KEYS, {"id": guarded.key.number, "delete": True})
    assert sealing.ask(guarded.line(), remove) == {}
    assert refused(connection, session.seal(set_level(WANTED)))
    with pytest.raises(sealing.Refused):
        sealing.login(connection, guarded.key)
    assert level(connection) == BEFORE


@pytest.mark.udp
@pytest.mark.parametrize(("role", "may"), [("read", set()), ("operate", {"level"}), ("administer", {"level", "policy"})])
def test_a_role_does_what_it_may_and_no_more(guarded, role, may):
    key = Key.new(9, role)
    assert sealing.add_key(guarded.line(), key) == {}
    connection = guarded.connect()
    session = sealing.login(connection, key)
    assert session.role == role
    wanted = {
        "level": set_level(WANTED),
        "policy": request(WRITE, sealing.ACCESS, sealing.POLICY, {"default": True}),
        "erase": request(WRITE, sealing.BASIC, 0, {"x": 0}),
    }
    for name, packet in wanted.items():
        if name == "erase" and role == "administer":
            continue  # It would take the keys with it.
        answer = session.ask(connection, packet)
        assert (sealing.code(answer) == 0) == (name in may), (name, answer)
    assert level(connection) == (WANTED if "level" in may else BEFORE)


def test_keys_are_never_told(guarded):
    """Neither by the group itself nor as settings, whoever asks; names of keys are no secret."""
    connection, session = guarded.login()
    seen = b""
    for ask in (lambda packet: session.ask(connection, packet), lambda packet: sealing.ask(guarded.line(), packet)):
        keys = ask(request(READ, sealing.ACCESS, sealing.KEYS))
        assert keys["keys"] == [{"id": guarded.key.number, "role": "administer"}], keys
        seen += repr(keys).encode()
        for name in ["access/key", "access/policy", *(f"access/key/{slot}" for slot in range(9))]:
            answer = ask(request(READ, sealing.SETTINGS, 0, {"name": name}))
            assert "val" not in answer and sealing.code(answer) != 0, (name, answer)
            written = ask(request(WRITE, sealing.SETTINGS, 0, {"name": name, "val": bytes(34)}))
            assert sealing.code(written) != 0, (name, written)
    assert guarded.key.secret.hex().encode() not in seen
    # The key that was there is there still.
    assert session.ask(connection, set_level(OTHER)) == {}


@pytest.mark.udp
def test_keys_are_not_provisioned_over_the_network(guarded):
    connection, session = guarded.login()
    own = Key.new(5, "administer")
    packet = request(WRITE, sealing.ACCESS, sealing.KEYS, {"id": own.number, "role": own.role, "key": own.secret})
    assert refused(connection, packet)
    assert sealing.code(session.ask(connection, packet)) == (sealing.ACCESS, sealing.WRONG_TRANSPORT)
    removal = request(WRITE, sealing.ACCESS, sealing.KEYS, {"id": guarded.key.number, "delete": True})
    assert sealing.code(session.ask(connection, removal)) == (sealing.ACCESS, sealing.WRONG_TRANSPORT)
    with pytest.raises(sealing.Refused):
        sealing.login(guarded.connect(), own)


@pytest.mark.udp
def test_what_a_stranger_may_not_do_over_udp(guarded):
    """By hand, as some of it no client sends."""
    connection = guarded.connect()
    for group, command, said in [
        (sealing.OS, sealing.RESET, {}),
        (sealing.OS, 4, {"datetime": "2020-01-01T00:00:00"}),
        (sealing.IMAGE, 1, {"off": 0, "len": 100, "data": bytes(32)}),
        (sealing.IMAGE, 0, {"confirm": True}),
        (sealing.IMAGE, 5, {}),
        (sealing.SETTINGS, 0, {"name": "a/b", "val": b"1"}),
        (sealing.SETTINGS, 1, {"name": "a/b"}),
        (sealing.FILES, 0, {"off": 0, "len": 1, "data": b"1", "name": f"{guarded.board.traits.mount_point}/x"}),
        (sealing.SHELL, 0, {"argv": ["version"]}),
        (sealing.BASIC, 0, {}),
        (64, 3, {"topic": "uptime", "period": 100}),
        (66, 1, {"name": "led0", "value": True}),
        (sealing.ACCESS, sealing.KEYS, {"id": 1, "delete": True}),
        (sealing.ACCESS, sealing.POLICY, {"default": True}),
    ]:
        assert refused(connection, request(WRITE, group, command, said)), (group, command)
