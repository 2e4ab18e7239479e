# SPDX-License-Identifier: Apache-2.0
"""The settings group over Zephyr's settings, with the device's own name as the setting that does something."""

import pytest

from smp_line import READ, WRITE, SerialClient

SETTINGS, STORAGE = 3, 63
VALUE, DELETE, COMMIT, LOAD_SAVE = 0, 1, 2, 3
NAME, LOCATION = "device/name", "device/location"


def read(client, name):
    return client.ask(READ, SETTINGS, VALUE, {"name": name}).map


def write(client, name, value):
    return client.ask(WRITE, SETTINGS, VALUE, {"name": name, "val": value}).map


def commit(client):
    assert client.ask(WRITE, SETTINGS, COMMIT).map == {}


def save(client, name=None):
    return client.ask(WRITE, SETTINGS, LOAD_SAVE, {} if name is None else {"name": name}).map


def node_name(client):
    return client.ask(READ, 0, 7, {"format": "n"}).map["output"]


@pytest.fixture
def usual(board, client):
    """The name the build gives."""
    name = board.configuration["WESTERLY_NODE_NAME"]
    yield name
    for setting in (NAME, LOCATION):
        assert write(client, setting, b"") == {}
    commit(client)
    assert save(client) == {}
    assert node_name(client) == name


def test_a_name_takes_effect_when_committed(client, usual):
    assert read(client, NAME) == {"val": usual.encode()}
    assert write(client, NAME, "Brücke 4".encode()) == {}
    assert read(client, NAME) == {"val": "Brücke 4".encode()}
    assert node_name(client) == usual
    commit(client)
    assert node_name(client) == "Brücke 4"
    # Nothing was saved: loading finds nothing to load, and leaves what is in memory.
    assert client.ask(READ, SETTINGS, LOAD_SAVE).map == {}
    assert node_name(client) == "Brücke 4"
    assert write(client, NAME, b"") == {}
    assert read(client, NAME) == {"val": usual.encode()}


def test_loading_brings_back_what_was_saved(client, usual):
    assert write(client, NAME, b"saved") == {}
    assert save(client, NAME) == {}
    assert write(client, NAME, b"not saved") == {}
    assert client.ask(READ, SETTINGS, LOAD_SAVE).map == {}
    assert (read(client, NAME), node_name(client)) == ({"val": b"saved"}, "saved")


def test_errors(board, client, usual):
    longest = int(board.configuration["WESTERLY_SETTINGS_NAME_SIZE"])
    text = int(board.configuration["WESTERLY_DEVICE_TEXT_SIZE"])
    value = int(board.configuration["WESTERLY_SETTINGS_VALUE_SIZE"])
    for name, code in (("device/none", 3), ("none/name", 5), ("device", 3), ("x" * (longest + 1), 2)):
        expected = {"err": {"group": SETTINGS, "rc": code}}
        assert (read(client, name), write(client, name, b"x")) == (expected, expected), name
    for name in ("access", "access/key", "/access//key/"):
        for map in (read(client, name), write(client, name, b"x"), save(client, name)):
            assert map == {"rc": 11}, name
        assert client.ask(WRITE, SETTINGS, DELETE, {"name": name}).map == {"rc": 11}, name
    assert write(client, NAME, b"x" * text) == {}
    for length in (text + 1, value + 1):
        assert write(client, NAME, b"x" * length) == {"rc": 3}, length
    # No text: it would go into an answer as text.
    assert write(client, NAME, b"\xff\xfe") == {"err": {"group": SETTINGS, "rc": 1}}
    assert read(client, NAME) == {"val": b"x" * text}
    assert save(client, "device/none") == {"err": {"group": SETTINGS, "rc": 3}}
    assert save(client, "none") == {"err": {"group": SETTINGS, "rc": 5}}


def test_kept_over_a_restart(board):
    client = SerialClient(board.pty)
    usual = node_name(client)
    for name, value in ((NAME, b"kept"), (LOCATION, b"Platform 2")):
        assert write(client, name, value) == {}
    # One of the two.
    assert save(client, NAME) == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert (node_name(client), read(client, LOCATION)) == ("kept", {"val": b""})
    assert write(client, LOCATION, b"Platform 3") == {}
    assert save(client) == {}
    assert client.ask(WRITE, SETTINGS, DELETE, {"name": NAME}).map == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert (node_name(client), read(client, LOCATION)) == (usual, {"val": b"Platform 3"})
    client.close()


def test_an_erase_of_the_storage(board):
    """What is saved after it is found again: NVS must know that its partition is empty."""
    client = SerialClient(board.pty)
    usual = node_name(client)
    for name, value in ((NAME, b"gone"), (LOCATION, b"gone too")):
        assert write(client, name, value) == {}
        assert save(client) == {}
    assert client.ask(WRITE, STORAGE, 0).map == {}
    assert read(client, NAME) == {"val": b"gone"}
    assert write(client, LOCATION, b"here") == {}
    assert save(client, LOCATION) == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert (node_name(client), read(client, LOCATION)) == (usual, {"val": b"here"})
    assert client.ask(WRITE, STORAGE, 0).map == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert read(client, LOCATION) == {"val": b""}
    client.close()


def test_more_saves_than_the_storage_holds(client, usual):
    """NVS moves on to its next sector and clears the oldest; no value is lost on the way."""
    for number in range(150):
        assert write(client, LOCATION, b"%d" % number * 8) == {}
        assert save(client) == {}
    assert write(client, LOCATION, b"else") == {}
    assert client.ask(READ, SETTINGS, LOAD_SAVE).map == {}
    assert read(client, LOCATION) == {"val": b"149" * 8}
