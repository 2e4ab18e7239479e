# SPDX-License-Identifier: Apache-2.0
"""Upload, test, reset, confirm; and what happens without the last."""

import re
import subprocess
import sys

import client
import flash
import pytest
from conftest import NEW_VERSION
from mcumgr_toolkit import MCUmgrClient
from smpclient.requests.os_management import ResetWrite

TIMEOUT_MS = 5000


def expect_running(board, image, confirmed):
    """The image that runs, and whether it is confirmed."""
    state = client.states(board.machine)[0]
    assert (state.version, state.hash) == (image.version, image.hash)
    assert (state.active, state.confirmed) == (True, confirmed)


def mark_for_test(board):
    """The image in the second slot, to be booted once. Gives the states of old and new before that."""
    states = client.states(board.machine)
    old, new = states[0], states[1]
    assert (old.active, old.confirmed, old.pending) == (True, True, False)
    assert (new.version, new.active, new.confirmed, new.pending) == (NEW_VERSION, False, False, False)
    client.mark_for_test(board.machine, new.hash)
    marked = client.states(board.machine)[1]
    assert (marked.pending, marked.permanent) == (True, False)
    return old, new


def test_the_board_says_that_it_has_mcuboot(board):
    with MCUmgrClient.serial(board.machine.serial, timeout_ms=TIMEOUT_MS) as toolkit:
        bootloader = toolkit.os_bootloader_info()
        print(bootloader)
        assert "MCUboot" in str(bootloader)


def test_the_board_starts_with_the_image_it_was_built_with(board):
    states = client.states(board.machine)
    assert list(states) == [0]
    assert states[0].active and states[0].confirmed and states[0].bootable


def test_a_byte_that_comes_too_early_does_not_silence_the_board(board):
    """It comes while MCUboot runs, as a client's does that does not wait: mps2/an385's UART holds it, and never says so again."""
    before = client.states(board.machine)
    # Open all the time: QEMU looks only once a second whether somebody is at the other end.
    with open(board.machine.serial, "wb", buffering=0) as line:
        client.ask(board.machine, ResetWrite())
        board.machine.wait_for(board.machine.BOOTLOADER, times=2)
        line.write(b"\n")
        board.machine.wait_for_start(2)
        assert client.states(board.machine) == before


def test_what_is_not_confirmed_is_reverted(board, images):
    assert client.upload(board.machine, images.new) == len(images.new)
    old, new = mark_for_test(board)
    client.reset(board.machine)
    expect_running(board, new, confirmed=False)
    assert client.states(board.machine)[1].hash == old.hash
    client.reset(board.machine)
    expect_running(board, old, confirmed=True)
    client.reset(board.machine)
    expect_running(board, old, confirmed=True)


def test_what_is_confirmed_stays(build, uploaded):
    old, new = mark_for_test(uploaded)
    client.reset(uploaded.machine)
    client.confirm(uploaded.machine)
    expect_running(uploaded, new, confirmed=True)
    client.reset(uploaded.machine)
    expect_running(uploaded, new, confirmed=True)
    if build.upload_start != 0:
        # The old image is left where MCUboot looks for it only to revert: it would have to be uploaded again.
        assert 1 not in client.states(uploaded.machine)
        return
    # And back: the old image is in the second slot.
    client.mark_for_test(uploaded.machine, old.hash)
    client.reset(uploaded.machine)
    expect_running(uploaded, old, confirmed=False)
    client.confirm(uploaded.machine)
    client.reset(uploaded.machine)
    expect_running(uploaded, old, confirmed=True)


def test_a_test_outlives_the_loss_of_power(uploaded):
    """The power goes between the mark and the boot; then instead of the reset after that."""
    old, new = mark_for_test(uploaded)
    uploaded.lose_power()
    expect_running(uploaded, new, confirmed=False)
    uploaded.lose_power()
    expect_running(uploaded, old, confirmed=True)


def test_an_image_of_another_signature_is_not_booted(build, images, start, tmp_path):
    """It looks like an image, so it can be marked; MCUboot knows better."""
    file = tmp_path / "flash.bin"
    flash.create(file, build.bootloader, images.old, images.foreign, build.upload_start)
    machine = start(file)
    states = client.states(machine)
    client.mark_for_test(machine, states[1].hash)
    client.reset(machine)
    after = client.states(machine)
    assert (after[0].hash, after[0].active, after[0].confirmed) == (states[0].hash, True, True)
    assert 1 not in after, "MCUboot has erased it"
    assert flash.holds(file, 0, images.old)


@pytest.mark.parametrize("share", [0.02, 0.6])
def test_the_power_goes_during_an_upload(board, images, share):
    old = client.states(board.machine)[0]
    taken = client.upload(board.machine, images.new, until=int(share * len(images.new)))
    assert 0 < taken < len(images.new)
    board.lose_power()
    expect_running(board, old, confirmed=True)
    client.reset(board.machine)
    expect_running(board, old, confirmed=True)
    client.upload(board.machine, images.new)
    assert flash.holds(board.file, 1, images.new)
    assert client.states(board.machine)[1].version == NEW_VERSION


def test_with_smpmgr(board, images):
    """As its users type it; docs/upgrade.md has the same."""

    def smpmgr(*arguments):
        command = [sys.executable, "-m", "smpmgr", "--timeout", "5", "--port", board.machine.serial, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    smpmgr("image", "upload", images.new_file)
    output = smpmgr("image", "state-read")
    assert f"version='{NEW_VERSION}'" in output
    old_hash, new_hash = re.findall(r"'([0-9A-F]{64})'", output)
    smpmgr("image", "state-write", new_hash)
    starts = board.machine.starts()
    smpmgr("os", "reset")
    board.machine.wait_for_start(starts + 1)
    assert client.states(board.machine)[0].version == NEW_VERSION
    smpmgr("image", "state-write", "--confirm")
    client.reset(board.machine)
    state = client.states(board.machine)[0]
    assert (state.version, state.hash.hex().upper(), state.confirmed) == (NEW_VERSION, new_hash, True)


def test_with_mcumgr_toolkit(board, images):
    """Its one call for all of it."""
    starts = board.machine.starts()
    with MCUmgrClient.serial(board.machine.serial, timeout_ms=TIMEOUT_MS) as toolkit:
        toolkit.use_auto_frame_size()
        toolkit.firmware_update(images.new)
    board.machine.wait_for_start(starts + 1)
    with MCUmgrClient.serial(board.machine.serial, timeout_ms=TIMEOUT_MS) as toolkit:
        running = toolkit.image_get_state()[0]
        assert (running.version, running.active, running.confirmed) == (NEW_VERSION, True, False)
        toolkit.image_set_state(None, True)
        assert toolkit.image_get_state()[0].confirmed


def test_settings_and_files_stay(uploaded):
    """They share the flash with the slots; a swap and a loss of power leave them alone."""
    contents = bytes(range(256)) * 20
    with MCUmgrClient.serial(uploaded.machine.serial, timeout_ms=TIMEOUT_MS) as toolkit:
        toolkit.settings_write("device/name", b"upgraded")
        toolkit.settings_save()
        toolkit.fs_file_upload("/lfs1/kept", contents)
    mark_for_test(uploaded)
    client.reset(uploaded.machine)
    uploaded.lose_power()
    with MCUmgrClient.serial(uploaded.machine.serial, timeout_ms=TIMEOUT_MS) as toolkit:
        assert toolkit.settings_read("device/name") == b"upgraded"
        assert toolkit.fs_file_download("/lfs1/kept") == contents
