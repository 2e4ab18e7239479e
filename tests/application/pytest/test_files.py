# SPDX-License-Identifier: Apache-2.0
"""The file group on littlefs: what goes in comes out, two clients at once, and what a restart leaves."""

import hashlib
import random
import zlib

import pytest

from smp_line import READ, WRITE, SerialClient, UdpClient
from transfers import FILES, Failed, download, upload

FOLDER = "/lfs1"
STATUS, HASH, KINDS, CLOSE = 1, 2, 3, 4


def content(length, seed=1):
    return random.Random(seed).randbytes(length)


@pytest.fixture
def largest(board):
    """QEMU's littlefs has 28 KB in all, and an upload lies beside what it replaces."""
    return 300_000 if board.is_native else 8_000


@pytest.mark.parametrize("length", [0, 1, 300, 4096])
def test_there_and_back(client, length):
    data = content(length)
    upload(client, f"{FOLDER}/back", data)
    assert client.ask(READ, FILES, STATUS, {"name": f"{FOLDER}/back"}).map == {"len": length}
    assert download(client, f"{FOLDER}/back") == data


def test_a_large_file_replaced_by_another(client, largest):
    for seed in (2, 3):
        data = content(largest, seed)
        upload(client, f"{FOLDER}/large", data)
        assert download(client, f"{FOLDER}/large") == data
    hashed = client.ask(READ, FILES, HASH, {"name": f"{FOLDER}/large", "type": "sha256"}).map
    assert (hashed["len"], hashed["output"]) == (largest, hashlib.sha256(data).digest())
    part = {"name": f"{FOLDER}/large", "type": "crc32", "off": 1000, "len": 777}
    assert client.ask(READ, FILES, HASH, part).map["output"] == zlib.crc32(data[1000:1777])
    upload(client, f"{FOLDER}/large", b"")


def test_hash_types(client):
    assert client.ask(READ, FILES, KINDS).map["types"].keys() >= {"crc32", "sha256"}


def test_what_is_not_there(client):
    for name in (f"{FOLDER}/none", f"{FOLDER}/back/below", "/nowhere/at/all"):
        assert client.ask(READ, FILES, 0, {"off": 0, "name": name}).map["err"] == {"group": FILES, "rc": 3}, name
        assert client.ask(READ, FILES, STATUS, {"name": name}).map["err"] == {"group": FILES, "rc": 3}, name
    # No whole path.
    assert client.ask(READ, FILES, STATUS, {"name": "none"}).map["err"] == {"group": FILES, "rc": 2}
    assert client.ask(READ, FILES, STATUS, {"name": FOLDER}).map["err"] == {"group": FILES, "rc": 4}
    new = {"off": 0, "len": 1, "data": b"x"}
    assert client.ask(WRITE, FILES, 0, {"name": "/nowhere/new", **new}).map["err"] == {"group": FILES, "rc": 14}
    assert client.ask(WRITE, FILES, 0, {"name": FOLDER, **new}).map["err"] == {"group": FILES, "rc": 4}


def test_a_path_as_long_as_kconfig_says(board, client):
    size = int(board.configuration["WESTERLY_FILES_PATH_SIZE"])
    name = f"{FOLDER}/".ljust(size, "p")
    upload(client, name, b"long")
    assert download(client, name) == b"long"
    assert client.ask(READ, FILES, STATUS, {"name": name + "p"}).map == {"rc": 3}
    upload(client, name, b"")


def test_a_full_file_system_keeps_what_it_has(board, client):
    if board.is_native:
        pytest.skip("3 MB take their time; QEMU's 28 KB fill the same code")
    kept = content(3000, 5)
    upload(client, f"{FOLDER}/kept", kept)
    with pytest.raises(Failed) as failed:
        upload(client, f"{FOLDER}/kept", content(40_000, 6))
    assert failed.value.map["err"]["rc"] == 10
    assert download(client, f"{FOLDER}/kept") == kept
    # The room that the upload given up took is there again.
    upload(client, f"{FOLDER}/kept", content(8000, 7))
    assert download(client, f"{FOLDER}/kept") == content(8000, 7)
    upload(client, f"{FOLDER}/kept", b"")


def test_two_clients_at_once(board, serial, udp):
    files = [(serial, f"{FOLDER}/s", content(5000, 8)), (udp, f"{FOLDER}/u", content(6000, 9))]
    for offset in range(0, 6000, 250):
        for client, name, data in files:
            if offset < len(data):
                part = {"off": offset, "name": name, "data": data[offset : offset + 250]}
                answer = client.ask(WRITE, FILES, 0, part | ({"len": len(data)} if offset == 0 else {}))
                assert answer.map == {"off": offset + 250}
    for client, name, data in files:
        assert download(client, name) == data


def test_an_interrupted_upload_leaves_the_old_file(client):
    upload(client, f"{FOLDER}/old", b"old content")
    part = {"off": 0, "len": 1000, "name": f"{FOLDER}/old", "data": bytes(200)}
    assert client.ask(WRITE, FILES, 0, part).map == {"off": 200}
    assert download(client, f"{FOLDER}/old") == b"old content"
    assert client.ask(WRITE, FILES, CLOSE).map == {}
    assert download(client, f"{FOLDER}/old") == b"old content"


@pytest.mark.parametrize("transport", ["serial", "udp"])
def test_files_are_kept_over_a_restart(board, transport):
    def connect():
        if transport == "udp" and board.udp is None:
            pytest.skip("this board has no network")
        return UdpClient(board.udp) if transport == "udp" else SerialClient(board.pty)

    data = content(2345, 10)
    client = connect()
    try:
        upload(client, f"{FOLDER}/kept", data)
        board.device.clear_buffer()
        assert client.ask(WRITE, 0, 5).map == {}
    finally:
        client.close()
    board.wait_for_boot()
    client = connect()
    try:
        assert download(client, f"{FOLDER}/kept") == data
    finally:
        client.close()


def test_stacks_have_room(board, serial):
    """After all that: what Kconfig's defaults say of headroom, measured where it means something."""
    if board.is_native:
        pytest.skip("threads run on stacks of the host")
    for name, task in serial.ask(READ, 0, 2).map["tasks"].items():
        print(name, task["stkuse"] * 4, "of", task["stksiz"] * 4)
        assert task["stkuse"] <= task["stksiz"] * 3 // 4, name
