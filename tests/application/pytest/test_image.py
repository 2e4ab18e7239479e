# SPDX-License-Identifier: Apache-2.0
"""The image group over MCUboot's slots, where the board has them. There is no boot loader that would swap them."""

import pytest

from images import image
from smp_line import READ, WRITE
from transfers import IMAGES, Failed, upload_image

STATE, UPLOAD, ERASE, SLOTS = 0, 1, 5, 6


@pytest.fixture(autouse=True)
def needs_slots(board):
    if "WESTERLY_IMAGE" not in board.configuration:
        pytest.skip("no image slots on this board")


def images(client):
    return client.ask(READ, IMAGES, STATE).map["images"]


@pytest.fixture
def empty(client):
    """The second slot, erased."""
    assert client.ask(WRITE, IMAGES, ERASE).map == {}
    assert images(client) == []


def test_the_slots(client):
    (slots,) = client.ask(READ, IMAGES, SLOTS).map["images"]
    assert slots["image"] == 0
    assert [(slot["slot"], slot["size"]) for slot in slots["slots"]] == [(0, 0x69000), (1, 0x69000)]


def test_an_upload_and_what_becomes_of_it(client, empty):
    data, digest = image((1, 2, 3), 20_000, 1)
    assert upload_image(client, data)["match"] is True
    (there,) = images(client)
    assert (there["slot"], there["version"], there["hash"]) == (1, "1.2.3", digest)
    assert not there.get("pending") and not there.get("active")


@pytest.mark.parametrize("confirm", [False, True])
def test_what_mcuboot_is_told(client, empty, confirm):
    data, digest = image((1, 0, 0), 3_000, 5)
    upload_image(client, data)
    (there,) = client.ask(WRITE, IMAGES, STATE, {"hash": digest, "confirm": confirm}).map["images"]
    assert (there["pending"], bool(there.get("permanent"))) == (True, confirm)
    assert images(client) == [there]


def test_another_over_it(client, empty):
    for seed in (2, 3):
        data, digest = image((2, 0, seed), 30_000, seed)
        assert upload_image(client, data)["match"] is True
        assert [there["hash"] for there in images(client)] == [digest]


def test_too_large_is_refused_before_anything_is_erased(client, empty):
    data, digest = image((3, 0, 0), 5_000, 4)
    upload_image(client, data)
    first = {"off": 0, "len": 0x69000 + 1, "data": data[:100], "image": 0}
    assert "err" in client.ask(WRITE, IMAGES, UPLOAD, first).map
    assert [there["hash"] for there in images(client)] == [digest]


def test_not_an_image(client, empty):
    with pytest.raises(Failed):
        upload_image(client, bytes(1000))
    assert images(client) == []
