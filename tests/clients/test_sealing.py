# SPDX-License-Identifier: Apache-2.0
"""The proofs by known answers, which OpenSSL gives too; the tests of westerly-client have the same."""

import pytest
import sealing

SECRET = bytes(range(32))
CHALLENGE = bytes(range(0x40, 0x50))
NONCE = bytes(range(0x80, 0x90))
SESSION = 0x01020304


def test_a_login_s_proofs():
    assert sealing.login_mac(SECRET, CHALLENGE, NONCE, 7).hex() == "c943012809b0929d705fae9b2b6a987f"
    key = sealing.session_key(SECRET, CHALLENGE, NONCE, 7)
    assert key.hex() == "11924e8b41fbe2e07dc68efc25887cb8bbf5faaf1ddb91debf170a359a3c5c03"
    assert sealing.device_mac(key, SESSION).hex() == "3b3defd2c3161f7651ee653529d4867e"


def test_a_sealed_packet():
    key = sealing.session_key(SECRET, CHALLENGE, NONCE, 7)
    packet = sealing.request(sealing.WRITE, sealing.OS, sealing.RESET, {}, sequence=9)
    assert sealing.seal(key, SESSION, 5, packet).hex() == (
        "0a00000100000905a0"
        "0a00003400430002a36773657373696f6e1a0102030467636f756e7465721b0000000000000005636d616350"
        "d2cdb34bcab6fa3921cfcb3cb4acbb9d"
    )


def test_an_answer_opens_with_its_own_session_and_counter_alone():
    key = sealing.session_key(SECRET, CHALLENGE, NONCE, 7)
    session = sealing.Session(key, SESSION, "administer", 300, 3600, counter=5)
    message = b"\x0b\x00\x00\x01\x00\x00\x09\x05\xa0"
    good = sealing.seal(key, SESSION, 5, message, first=0x0B)
    assert session.open(good) == message
    others = [
        sealing.seal(key, SESSION, 4, message, first=0x0B),
        sealing.seal(key, SESSION + 1, 5, message, first=0x0B),
        sealing.seal(SECRET, SESSION, 5, message, first=0x0B),
        sealing.seal(key, SESSION, 5, message),
        message,
        good[:-1],
        good + b"\x00",
    ]
    for forged in others:
        with pytest.raises(sealing.Forged):
            session.open(forged)
