# SPDX-License-Identifier: Apache-2.0
"""Images, by each client: brought, tested, confirmed, and reverted when not confirmed. They are made by MCUboot's own tool.

A board without a bootloader keeps what is asked of it and runs on as it is; there nothing is swapped."""

import asyncio
import hashlib
import re

import clients
import pytest
from mcumgr_toolkit import MCUmgrClient, mcuboot_get_image_info
from smpclient.generics import error_v2, success
from smpclient.requests import image_management as requests
from updates import HEADER_LENGTH


@pytest.fixture(autouse=True)
def only_with_images(line):
    if not line.board.traits.images:
        pytest.skip("no slots for images on this board")


@pytest.fixture
def connect(line):
    def connected() -> MCUmgrClient:
        client = clients.toolkit(line)
        client.use_auto_frame_size()
        return client

    return connected


@pytest.fixture
def restart(connect, line):
    def restarted() -> None:
        with connect() as client:
            client.os_system_reset()
        line.board.wait_for_restart()

    return restarted


def flags(client) -> dict[int, set[str]]:
    """What is said of each slot that holds an image."""
    names = ("bootable", "pending", "confirmed", "active", "permanent")
    return {image.slot: {name for name in names if getattr(image, name)} for image in client.image_get_state()}


def versions(client) -> dict[int, str]:
    return {image.slot: image.version for image in client.image_get_state()}


@pytest.mark.parametrize("confirmed", [True, False])
def test_tested_and_confirmed_or_not(connect, restart, line, make, confirmed):
    update = make("7.8.9+10")
    with connect() as client:
        before = client.image_get_state()
        client.image_upload(update.data, upgrade_only=bool(before))
        assert versions(client)[1] == "7.8.9.10" and flags(client)[1] == {"bootable"}
        client.image_set_state(update.hash, False)
        assert flags(client)[1] == {"bootable", "pending"}
    restart()
    with connect() as client:
        if not line.board.traits.swaps:
            assert flags(client)[1] == {"bootable", "pending"}
            return
        assert versions(client) == {0: "7.8.9.10", 1: before[0].version}
        assert flags(client) == {0: {"bootable", "active"}, 1: {"bootable", "confirmed"}}
        # What it would go back to is not to be overwritten.
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_NO_FREE_SLOT"):
            client.image_upload(make("8.0.0").data)
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_NO_FREE_SLOT"):
            client.image_erase()
        if confirmed:
            client.image_set_state(None, True)
            assert flags(client) == {0: {"bootable", "active", "confirmed"}, 1: {"bootable"}}
    restart()
    with connect() as client:
        runs, other = ("7.8.9.10", before[0].version) if confirmed else (before[0].version, "7.8.9.10")
        assert versions(client) == {0: runs, 1: other}
        assert flags(client) == {0: {"bootable", "active", "confirmed"}, 1: {"bootable"}}


def test_for_good(connect, restart, line, make):
    update = make("2.0.0")
    with connect() as client:
        client.image_upload(update.data)
        client.image_set_state(update.hash, True)
        assert flags(client)[1] == {"bootable", "pending", "permanent"}
    restart()
    if line.board.traits.swaps:
        restart()
        with connect() as client:
            assert versions(client)[0] == "2.0.0"
            assert flags(client)[0] == {"bootable", "active", "confirmed"}


def test_an_image_mcuboot_refuses(connect, restart, line, make):
    """All is there as announced, but the hash inside is not that of the image."""
    data = bytearray(make("3.0.0").data)
    data[HEADER_LENGTH + 5] ^= 1
    data = bytes(data)
    with connect() as client:
        client.image_upload(data, checksum=hashlib.sha256(data).digest())
        client.image_set_state(mcuboot_get_image_info(data).hash, False)
        runs = versions(client).get(0)
    restart()
    if line.board.traits.swaps:
        with connect() as client:
            assert versions(client) == {0: runs}
            assert flags(client)[0] == {"bootable", "active", "confirmed"}


def test_what_is_refused(connect, line, make):
    update = make("4.0.0")
    with connect() as client:
        slots = {slot.slot: slot for slot in client.image_slot_info()[0].slots}
        assert set(slots) == {0, 1} and slots[1].upload_image_id == 0 and slots[0].upload_image_id is None
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_INVALID_IMAGE_HEADER_MAGIC"):
            client.image_upload(b"x" * 1000)
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_INVALID_IMAGE_HEADER"):
            client.image_upload(update.data[:5000])
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_INVALID_IMAGE_TOO_LARGE"):
            client.image_upload(update.data + bytes(slots[1].size))
        with pytest.raises(RuntimeError, match="(?i)checksum|match"):
            client.image_upload(update.data, checksum=b"\0" * 32)
        assert 1 not in versions(client)
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_HASH_NOT_FOUND"):
            client.image_set_state(update.hash, False)
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_NO_FREE_SLOT"):
            client.image_erase(0)
        with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_INVALID_SLOT"):
            client.image_erase(2)
        for image in client.image_get_state():
            with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_IMAGE_SETTING_TEST_TO_ACTIVE_DENIED"):
                client.image_set_state(image.hash, False)
        if versions(client):
            with pytest.raises(RuntimeError, match="IMG_MGMT_ERR_CURRENT_VERSION_IS_NEWER"):
                client.image_upload(make("0.0.1").data, upgrade_only=True)


def test_erased(connect, make):
    with connect() as client:
        client.image_upload(make("5.0.0").data)
        assert versions(client)[1] == "5.0.0"
        client.image_erase()
        assert 1 not in versions(client)
        client.image_erase(1)


def test_firmware_update(connect, line, make):
    """The client's own way through all of it, which asks for the bootloader first."""
    if not line.board.traits.swaps:
        pytest.skip("no bootloader on this board")
    for number, version in enumerate(("6.0.0", "6.1.0")):
        with connect() as client:
            client.firmware_update(make(version).data, force_confirm=True, upgrade_only=True)
        line.board.wait_for_restart()
        with connect() as client:
            assert versions(client)[0] == version, number
            assert flags(client)[0] == {"bootable", "active", "confirmed"}


def test_an_interrupted_upload_goes_on(connect, make):
    """Another process takes it up where the first was killed, and the same image again is there at once."""
    update = make("9.0.0")

    class Killed(Exception):
        pass

    def until_half(sent, total):
        if sent > total // 2:
            raise Killed

    with connect() as client, pytest.raises((Killed, RuntimeError)):
        client.image_upload(update.data, progress=until_half)
    steps = []
    with connect() as client:
        assert 1 not in versions(client)
        client.image_upload(update.data, progress=lambda sent, total: steps.append(sent))
        assert versions(client)[1] == "9.0.0"
        # From the first part to where it was, at once.
        assert len(steps) < 2 or max(after - before for before, after in zip([0, *steps], steps)) > len(update.data) // 3
        again = []
        client.image_upload(update.data, progress=lambda sent, total: again.append(sent))
        assert len(again) <= 2


@pytest.fixture
def smp(line):
    """Calls something with a connected client of smpclient."""

    def run(act):
        async def connected():
            async with clients.smpclient(line) as client:
                return await act(client)

        return asyncio.run(connected())

    return run


@pytest.mark.parametrize("use_sha", [True, False])
def test_smpclient_upload(smp, make, use_sha):
    update = make("1.5.0")

    async def act(client):
        offsets = [offset async for offset in client.upload(update.data, use_sha=use_sha)]
        assert offsets[-1] == len(update.data) and offsets == sorted(offsets)
        state = await client.request(requests.ImageStatesRead())
        assert success(state)
        (there,) = [image for image in state.images if image.slot == 1]
        assert (there.version, there.hash, there.pending) == ("1.5.0", update.hash, False)
        state = await client.request(requests.ImageStatesWrite(hash=update.hash, confirm=False))
        assert success(state) and [image.pending for image in state.images if image.slot == 1] == [True]
        assert success(await client.request(requests.ImageErase()))
        refused = await client.request(requests.ImageStatesWrite(hash=update.hash, confirm=False))
        assert error_v2(refused) and (refused.err.group, refused.err.rc) == (1, 8)

    smp(act)


def test_smpclient_parts_in_any_order(smp, make):
    """Parts that come late or twice are answered with where the upload is, and not written."""
    update = make("1.6.0", 700)
    data, sha = update.data, hashlib.sha256(update.data).digest()

    async def act(client):
        async def part(offset, length, **more):
            answer = await client.request(requests.ImageUploadWrite(off=offset, data=data[offset : offset + length], **more))
            assert success(answer)
            return answer.off, answer.match

        assert await part(64, 10) == (0, None)
        assert await part(0, 100, len=len(data), sha=sha) == (100, None)
        assert await part(0, 50, len=len(data), sha=sha) == (100, None)
        assert await part(50, 50) == (100, None)
        assert await part(100, 150) == (250, None)
        assert await part(100, 150) == (250, None)
        assert await part(400, 100) == (250, None)
        for offset in range(250, len(data), 150):
            last = await part(offset, 150)
        assert last == await part(offset, 150) == (len(data), True)

    smp(act)


@pytest.fixture
def smpmgr(line):
    def run(*arguments: str) -> str:
        done = clients.smpmgr(line.board, line.transport, *arguments, seconds=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_smpmgr(smpmgr, line, make):
    update = make("1.7.0")
    smpmgr("image", "upload", str(update.path))
    state = re.sub(r"\s", "", smpmgr("image", "state-read"))
    assert "version='1.7.0'" in state and update.hash.hex().upper() in state.upper()
    smpmgr("image", "state-write", update.hash.hex())
    smpmgr("os", "reset")
    line.board.wait_for_restart()
    state = re.sub(r"\s", "", smpmgr("image", "state-read"))
    if line.board.traits.swaps:
        assert "ImageState(slot=0,version='1.7.0'" in state
        smpmgr("image", "state-write", "--confirm")
        assert "confirmed=True" in re.sub(r"\s", "", smpmgr("image", "state-read"))
    else:
        assert "ImageState(slot=1,version='1.7.0'" in state
    smpmgr("image", "erase", "1")
    assert "slot=1" not in re.sub(r"\s", "", smpmgr("image", "state-read"))


def test_smpmgr_upgrade(smpmgr, line, make):
    smpmgr("upgrade", "--confirm", str(make("1.8.0").path))
    line.board.wait_for_restart()
    slot = 0 if line.board.traits.swaps else 1
    assert f"ImageState(slot={slot},version='1.8.0'" in re.sub(r"\s", "", smpmgr("image", "state-read"))
