# SPDX-License-Identifier: Apache-2.0
"""Files by all three clients: smpmgr as its users type it, smpclient and mcumgr-toolkit, each of which sees what the others wrote."""

import asyncio
import hashlib
import random
import re
import zlib

import clients
import pytest
from smpclient import SMPClient
from smpclient.generics import error_v2, success
from smpclient.requests import file_management as file


def content(length: int) -> bytes:
    return random.Random(length).randbytes(length)


@pytest.fixture
def name(line) -> str:
    return f"{line.board.traits.mount_point}/file.bin"


@pytest.fixture
def smpmgr(line):
    """Runs it and gives what it prints, in one line, without colours."""

    def run(*arguments: object) -> str:
        done = clients.smpmgr(line.board, line.transport, "file", *arguments, seconds=60)
        return re.sub(r"\s+|\x1b\[[0-9;]*m", " ", done.stdout + done.stderr)

    return run


@pytest.fixture
def toolkit(line):
    with clients.toolkit(line) as client:
        yield client


@pytest.fixture
def smpclient(line):
    """Does something with a connected client."""

    def run(act):
        async def connected():
            async with clients.smpclient(line) as client:
                return await act(client)

        return asyncio.run(connected())

    return run


def test_smpmgr_uploads_and_downloads(smpmgr, name, tmp_path):
    sent, received = tmp_path / "sent", tmp_path / "received"
    sent.write_bytes(content(5000))
    smpmgr("upload", sent, name)
    assert smpmgr("read-size", name).endswith(" 5000 ")
    smpmgr("download", name, received)
    assert received.read_bytes() == content(5000)


def test_smpmgr_asks_for_hashes(smpmgr, toolkit, name):
    toolkit.fs_file_upload(name, b"hello")
    assert str(zlib.crc32(b"hello")) in smpmgr("get-hash", name)
    kinds = smpmgr("get-supported-hash-types")
    assert "crc32" in kinds and "sha256" in kinds


def test_smpmgr_is_told_what_is_wrong(smpmgr, line, tmp_path):
    sent = tmp_path / "sent"
    sent.write_bytes(b"hello")
    assert "FILE_NOT_FOUND" in smpmgr("read-size", f"{line.board.traits.mount_point}/none")
    assert "FILE_IS_DIRECTORY" in smpmgr("read-size", line.board.traits.mount_point)
    assert "MOUNT_POINT_NOT_FOUND" in smpmgr("upload", sent, "/nowhere/file")


@pytest.mark.parametrize("length", [0, 1, 23, 24, 300, 5000])
def test_toolkit(toolkit, name, length):
    toolkit.use_auto_frame_size()
    toolkit.fs_file_upload(name, content(length))
    assert toolkit.fs_file_status(name).length == length
    assert toolkit.fs_file_download(name) == content(length)
    toolkit.fs_file_close()


def test_toolkit_hashes(toolkit, name):
    data = content(1000)
    toolkit.fs_file_upload(name, data)
    assert set(toolkit.fs_supported_checksum_types()) == {"crc32", "sha256"}
    for first, length in ((0, None), (0, 1), (1, None), (63, 65), (500, 5000), (999, 1)):
        part = data[first:] if length is None else data[first : first + length]
        assert toolkit.fs_file_checksum(name, "sha256", first, length).output == hashlib.sha256(part).digest()
        crc = toolkit.fs_file_checksum(name, None, first, length)
        assert (crc.type, crc.length) == ("crc32", len(part))
        assert int.from_bytes(crc.output, "big") == zlib.crc32(part)
    with pytest.raises(RuntimeError, match="OFFSET_LARGER_THAN_FILE"):
        toolkit.fs_file_checksum(name, None, 1000)
    with pytest.raises(RuntimeError, match="CHECKSUM_HASH_NOT_FOUND"):
        toolkit.fs_file_checksum(name, "md5")
    toolkit.fs_file_upload(name, b"")
    with pytest.raises(RuntimeError, match="FILE_EMPTY"):
        toolkit.fs_file_checksum(name)


def test_toolkit_is_told_what_is_wrong(toolkit, line):
    root = line.board.traits.mount_point
    for wrong, code in (
        (f"{root}/none", "FILE_NOT_FOUND"),
        (f"{root}/a/../../etc/passwd", "FILE_INVALID_NAME"),
        ("/etc/passwd", "FILE_NOT_FOUND"),
        (f"{root}/zero\0byte", "FILE_INVALID_NAME"),
        (root, "FILE_IS_DIRECTORY"),
        (f"{root}/{'x' * 300}", "EINVAL"),
    ):
        with pytest.raises(RuntimeError, match=code):
            toolkit.fs_file_status(wrong)
        with pytest.raises(RuntimeError, match=code):
            toolkit.fs_file_download(wrong)


def test_smpclient(smpclient, name):
    data = content(3000)

    async def act(client: SMPClient):
        offsets = [offset async for offset in client.upload_file(data, name)]
        return offsets, await client.download_file(name)

    offsets, received = smpclient(act)
    assert offsets == sorted(offsets) and offsets[-1] == len(data)
    assert received == data


def test_smpclient_requests(smpclient, name):
    async def act(client: SMPClient):
        [_ async for _ in client.upload_file(b"hello", name)]
        return [
            await client.request(request)
            for request in (
                file.FileStatus(name=name),
                file.FileHashChecksum(name=name, type="sha256", off=1, len=3),
                file.SupportedFileHashChecksumTypes(),
                file.FileClose(),
                file.FileStatus(name=f"{name}.none"),
            )
        ]

    status, sum_, kinds, closed, none = smpclient(act)
    assert success(status) and status.len == 5
    assert success(sum_) and (sum_.type, sum_.off, sum_.len) == ("sha256", 1, 3)
    assert sum_.output == hashlib.sha256(b"ell").digest()
    assert success(kinds) and {kind: (shape.format, shape.size) for kind, shape in kinds.types.items()} == {
        "crc32": (0, 4),
        "sha256": (1, 32),
    }
    assert success(closed)
    assert error_v2(none) and (none.err.group, none.err.rc) == (8, 3)


def test_an_interrupted_upload_leaves_the_old_file(smpclient, toolkit, name):
    async def interrupted(client: SMPClient):
        async for offset in client.upload_file(content(3000), name):
            if offset > 1000:
                return

    toolkit.fs_file_upload(name, b"old content")
    smpclient(interrupted)
    assert toolkit.fs_file_download(name) == b"old content"
    toolkit.fs_file_upload(name, content(3000))
    assert toolkit.fs_file_download(name) == content(3000)


def test_the_largest_file(smpclient, toolkit, line, name):
    if line.transport == "serial" and line.board.traits.largest_file > 100_000:
        pytest.skip("takes long over a serial line and shows nothing that UDP does not")
    data = content(line.board.traits.largest_file)

    async def act(client: SMPClient):
        [_ async for _ in client.upload_file(data, name)]

    for _ in range(2):
        smpclient(act)
        assert toolkit.fs_file_checksum(name, "sha256").output == hashlib.sha256(data).digest()


def test_two_clients_at_once(smpclient, line, name):
    """Over UDP; on a serial line there is but one peer."""
    if line.transport != "udp":
        pytest.skip("one peer")
    contents = [content(4000), content(4001)]

    async def act(_):
        peers = [clients.smpclient(line) for _ in contents]
        for client in peers:
            await client.connect()

        async def upload(client: SMPClient, data: bytes) -> None:
            [_ async for _ in client.upload_file(data, name)]

        await asyncio.gather(*map(upload, peers, contents))
        received = await asyncio.gather(*(client.download_file(name) for client in peers))
        for client in peers:
            await client.disconnect()
        return received

    one, other = smpclient(act)
    assert one in contents and other == one
