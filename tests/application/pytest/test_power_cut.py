# SPDX-License-Identifier: Apache-2.0
"""Power cut at every flash operation of a settings save, a file upload and an image upload: old or new, never a third.

On native_sim, whose flash is a file. Each round starts on a copy of the same file, dies at the next operation (power_cut.c),
starts again on what is left, and is looked at. The rounds end when the work gets through without reaching the cut.
"""

import random
import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest

from images import image
from smp_line import READ, WRITE, Silence, UdpClient
from transfers import IMAGES, download, upload, upload_image

SETTINGS = 3
# power_cut.c
POWER_CUT = 75
MOST_OPERATIONS = 400
FILE = "/lfs1/file"


@pytest.fixture(autouse=True, scope="module")
def needs_the_option(board):
    if "WESTERLY_TEST_POWER_CUT" not in board.configuration:
        pytest.skip("only native_sim, built with tests/application/native_sim.conf, has a power to cut")


class Process:
    """The application on a flash of its own."""

    number = 0

    def __init__(self, executable, flash, *options):
        Process.number += 1
        address = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{Process.number % 254 + 1}"
        self.process = subprocess.Popen(
            [str(executable), f"--flash={flash}", f"--udp-address={address}", "--access-udp=allow", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.started = any(f"SMP over UDP on {address}" in line for line in self.process.stdout)
        self.client = UdpClient((address, 1337))
        # Answers come in milliseconds, or the power is gone.
        self.ask_again = self.client.receive

    def receive(self, timeout=20.0):
        """An answer, or the end of the process. Long: its flash is a file, and the host's disk may have other work."""
        end = time.monotonic() + timeout
        while True:
            try:
                return self.ask_again(0.05)
            except (Silence, ConnectionRefusedError):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Silence("the power is gone") from None

    def close(self):
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=10)


@contextmanager
def running(board, flash, *options):
    process = Process(board.device.device_config.app_build_dir / "zephyr" / "zephyr.exe", flash, *options)
    try:
        process.client.receive = process.receive
        yield process
    finally:
        process.close()


def cut_at_every_operation(board, folder, share, prepare, work, look):
    """How many operations the work takes. `look` says what it finds wrong, or which content is there."""
    base, flash = folder / "base.bin", folder / "flash.bin"
    with running(board, base) as process:
        prepare(process.client)
    seen = []
    for number in range(1, MOST_OPERATIONS):
        shutil.copyfile(base, flash)
        with running(board, flash, f"--cut-power-at={number}", f"--cut-power-after={share}") as process:
            try:
                work(process.client)
                survived = process.process.poll() is None
            except (Silence, ConnectionRefusedError):
                survived = False
            if not survived:
                assert process.process.wait(10) == POWER_CUT
        with running(board, flash) as process:
            assert process.started, f"does not start after a cut at operation {number}"
            seen.append(look(process.client))
        if survived:
            break
    print(f"{number - 1} flash operations, {share} % of the last: {seen}")
    assert survived, "the work never gets through"
    assert number > 1, "no operation was cut"
    assert seen[-1] == "new"
    # Once new, always new: nothing after the moment of change brings the old one back.
    assert "old" not in seen[seen.index("new") :]
    return seen


shares = pytest.mark.parametrize("share", [0, 50])


@shares
def test_a_settings_save(board, tmp_path, share):
    old, new = b"the old name", b"quite another one"

    def write(client, name):
        assert client.ask(WRITE, SETTINGS, 0, {"name": "device/name", "val": name}).map == {}
        assert client.ask(WRITE, SETTINGS, 3, {"name": "device/name"}).map == {}

    def look(client):
        name = client.ask(READ, 0, 7, {"format": "n"}).map["output"].encode()
        assert name in (old, new), name
        # And it can be changed again.
        write(client, b"after")
        return "new" if name == new else "old"

    assert "old" in cut_at_every_operation(
        board, tmp_path, share, lambda client: write(client, old), lambda client: write(client, new), look
    )


@shares
def test_a_settings_save_that_clears_a_sector(board, tmp_path, share):
    """A sector of NVS is 4 KB here: so many saves that the next ones go through its garbage collection."""

    def write(client, number):
        assert client.ask(WRITE, SETTINGS, 0, {"name": "device/location", "val": b"%032d" % number}).map == {}
        assert client.ask(WRITE, SETTINGS, 3, {"name": "device/location"}).map == {}

    # Three of the four sectors full, and the last one nearly: an entry is 32 bytes and 8 about it.
    base = 395

    def prepare(client):
        for number in range(base):
            write(client, number)

    def work(client):
        for number in range(base, base + 12):
            write(client, number)

    def look(client):
        number = int(client.ask(READ, SETTINGS, 0, {"name": "device/location"}).map["val"])
        assert base - 1 <= number < base + 12, number
        return "new" if number == base + 11 else "old"

    seen = cut_at_every_operation(board, tmp_path, share, prepare, work, look)
    # Twelve saves are two operations each: those beyond are the move of what is in use, and an erase.
    assert len(seen) > 24 + 2


@shares
def test_a_file_upload(board, tmp_path, share):
    old, new = random.Random(1).randbytes(5000), random.Random(2).randbytes(6000)

    def look(client):
        there = download(client, FILE)
        assert there in (old, new), f"a third content of {len(there)} bytes"
        upload(client, FILE, b"after")
        assert download(client, FILE) == b"after"
        return "new" if there == new else "old"

    assert "old" in cut_at_every_operation(
        board, tmp_path, share, lambda client: upload(client, FILE, old), lambda client: upload(client, FILE, new), look
    )


@shares
def test_an_image_upload(board, tmp_path, share):
    # Of the same length: the end of the old one would fit the beginning of the new one.
    (old, old_hash), (new, new_hash) = image((1, 0, 0), 15_000, 1), image((2, 0, 0), 15_000, 2)

    def look(client):
        there = [(entry["slot"], entry["version"], entry["hash"]) for entry in client.ask(READ, IMAGES, 0).map["images"]]
        assert there in ([], [(1, "1.0.0", old_hash)], [(1, "2.0.0", new_hash)]), there
        assert upload_image(client, new)["match"] is True
        return "none" if not there else "new" if there[0][1] == "2.0.0" else "old"

    cut_at_every_operation(
        board, tmp_path, share, lambda client: upload_image(client, old), lambda client: upload_image(client, new), look
    )
