# SPDX-License-Identifier: Apache-2.0
"""mcumgr-toolkit: every call its Python client has, but for images: these are in test_images.py."""

import datetime
import hashlib
import re
from pathlib import Path

import clients
import pytest
from mcumgr_toolkit import MCUmgrClient

SHELL = 9
OUR_COUNTERS = {"server", "serial", "udp"}


@pytest.fixture
def connect(line):
    """Makes a client; the serial line of some boards has another path after a reset."""

    def connected() -> MCUmgrClient:
        return clients.toolkit(line)

    return connected


@pytest.fixture
def client(connect):
    with connect() as connected:
        yield connected


def test_check_connection(client):
    client.check_connection()


def test_os_echo(client):
    for value in ("", "hello", "ünïcödé ✓", "long " * 50):
        assert client.os_echo(value) == value


def test_os_mcumgr_parameters(client):
    parameters = client.os_mcumgr_parameters()
    assert parameters.buf_size >= 128 and parameters.buf_count >= 1
    client.use_auto_frame_size()
    # What header, map, key and the text's own head leave for the text in the answer.
    value = "x" * (parameters.buf_size - 8 - 2 - 2 - 3)
    assert client.os_echo(value) == value


def test_os_task_statistics(client):
    tasks = client.os_task_statistics()
    assert tasks
    for name, task in tasks.items():
        assert 0 <= task.stkuse <= task.stksiz > 0, name


def test_os_memory_pool_statistics(client):
    for name, pool in client.os_memory_pool_statistics().items():
        assert 0 <= pool.min <= pool.nfree <= pool.nblks and pool.blksiz > 0, name


def test_os_datetime(client):
    client.os_set_datetime(datetime.datetime(2040, 2, 29, 23, 59, 30))
    passed = client.os_get_datetime() - datetime.datetime(2040, 2, 29, 23, 59, 30)
    assert datetime.timedelta() <= passed < datetime.timedelta(seconds=20)


def test_os_application_info(client, line):
    assert client.os_application_info() == line.board.traits.kernel_name
    parts = [client.os_application_info(letter) for letter in "snrvbmpio"]
    assert client.os_application_info("a") == " ".join(parts)
    assert client.os_application_info("oi") == f"{parts[7]} {parts[8]}"
    with pytest.raises(RuntimeError, match="OS_MGMT_ERR_INVALID_FORMAT"):
        client.os_application_info("x")


def test_os_bootloader_info(client, line):
    if line.board.traits.bootloader:
        assert client.os_bootloader_info() == {"name": line.board.traits.bootloader, "mode": 3, "no_downgrade": False}
    else:
        with pytest.raises(RuntimeError, match="OS_MGMT_ERR_QUERY_YIELDS_NO_ANSWER"):
            client.os_bootloader_info()


@pytest.mark.parametrize("arguments", [{}, {"force": True}, {"boot_mode": 0}])
def test_os_system_reset(connect, line, arguments):
    with connect() as client:
        client.os_system_reset(**arguments)
    line.board.wait_for_restart()
    with connect() as client:
        assert client.os_echo("back") == "back"


def test_enum(client):
    groups = client.enum_get_group_ids()
    assert {0, 10} <= set(groups)
    assert client.enum_get_group_count() == len(groups)
    assert list(client.enum_iter_group_ids()) == groups
    assert [client.enum_get_group_id(index) for index in range(len(groups))] == groups
    with pytest.raises(RuntimeError, match="ENUM_MGMT_ERR_INDEX_TOO_LARGE"):
        client.enum_get_group_id(len(groups))


def test_enum_get_group_details(client):
    details = {group.group: (group.name, group.handlers) for group in client.enum_get_group_details()}
    # A packet may be too small for the names of all groups.
    assert details[0] in {("os mgmt", 9), (None, 9)} and details[10] in {("enum mgmt", 4), (None, 4)}
    assert [(group.group, group.name) for group in client.enum_get_group_details([10, 99])] == [(10, "enum mgmt")]


def test_raw_command(client):
    assert client.raw_command(True, 0, 0, {"d": "raw", "unknown": [1, {"a": None}]}) == {"r": "raw"}
    with pytest.raises(RuntimeError, match="MGMT_ERR_EINVAL"):
        client.raw_command(True, 0, 0, {"d": 1})
    with pytest.raises(RuntimeError, match="MGMT_ERR_ENOTSUP"):
        client.raw_command(False, 99, 0, {})


def test_stats(client, line):
    groups = client.stats_list_groups()
    assert {"server", line.transport} <= set(groups)
    for group in OUR_COUNTERS & set(groups):
        assert all(count >= 0 for count in client.stats_get_group_data(group).values()), group
    for group in set(groups) - OUR_COUNTERS:
        # Zephyr's own: some have a counter for every page of a flash, which no packet holds.
        try:
            client.stats_get_group_data(group)
        except RuntimeError as error:
            assert "MGMT_ERR_EMSGSIZE" in str(error), group
    before = client.stats_get_group_data("server")
    client.os_echo("counted")
    after = client.stats_get_group_data("server")
    assert (after["received"] - before["received"], after["failed"]) == (2, before["failed"])
    own = client.stats_get_group_data(line.transport)
    assert own["packets_received"] > own["packets_sent"] > 0 and own["bytes_received"] > 0 and own["bytes_sent"] > 0
    with pytest.raises(RuntimeError, match="STAT_MGMT_ERR_INVALID_STAT_NAME"):
        client.stats_get_group_data("none")


def test_settings_until_a_commit(client):
    name = client.os_application_info("n")
    assert client.settings_read("device/name") == name.encode()
    client.settings_write("device/name", b"on the roof")
    assert client.settings_read("device/name") == b"on the roof"
    assert client.os_application_info("n") == name
    client.settings_commit()
    assert client.os_application_info("n") == "on the roof"


def test_settings_read_ext(client):
    text = "unterm Dach ✓".encode()
    client.settings_write("device/location", text)
    assert client.settings_read_ext("device/location", 6).value == b"unterm"
    limited = client.settings_read_ext("device/location", 100_000)
    assert limited.value == text and 32 <= limited.max_size <= 1024
    assert client.settings_read_ext("device/location").max_size is None


def test_settings_outlast_a_restart_when_saved(connect, line):
    with connect() as client:
        client.settings_write("device/name", b"saved")
        client.settings_save()
        client.settings_write("device/name", b"later")
        client.settings_load()
        assert client.settings_read("device/name") == b"saved"
        client.settings_write("device/name", b"never saved")
        client.os_system_reset()
    line.board.wait_for_restart()
    with connect() as client:
        assert client.settings_read("device/name") == b"saved"
        client.settings_delete("device/name")
        # What is in use stays until the next restart.
        assert client.settings_read("device/name") == b"saved"


def test_settings_save_by_name(client):
    client.settings_write("device/location", b"roof")
    client.settings_write("device/name", b"not saved")
    client.settings_save("device/location")
    client.settings_write("device/name", b"still not")
    client.settings_write("device/location", b"cellar")
    client.settings_load()
    assert (client.settings_read("device/location"), client.settings_read("device/name")) == (b"roof", b"still not")
    client.settings_save("device")


def test_settings_that_are_refused(client):
    for call in (client.settings_read, client.settings_delete, client.settings_save, lambda name: client.settings_write(name, b"x")):
        for name in ("access", "access/key", "access//key", "/access/key/"):
            with pytest.raises(RuntimeError, match="MGMT_ERR_EACCESSDENIED"):
                call(name)
        for name in ("", "device/name\0", "access/key=", "access/key=x", "access/key\0x"):
            with pytest.raises(RuntimeError, match="MGMT_ERR_EINVAL"):
                call(name)
        with pytest.raises(RuntimeError, match="SETTINGS_MGMT_ERR_KEY_TOO_LONG"):
            call("device/" + "x" * 100)
    with pytest.raises(RuntimeError, match="SETTINGS_MGMT_ERR_KEY_NOT_FOUND"):
        client.settings_read("device/none")
    for call in (client.settings_read, lambda name: client.settings_write(name, b"x")):
        with pytest.raises(RuntimeError, match="SETTINGS_MGMT_ERR_ROOT_KEY_NOT_FOUND"):
            call("none/name")
    with pytest.raises(RuntimeError, match="MGMT_ERR_EINVAL"):
        client.settings_write("device/name", b"x" * 300)


def test_shell(client, line):
    if line.transport not in line.board.traits.shell:
        # Not for this transport, or not on this board at all.
        code = "MGMT_ERR_EACCESSDENIED" if SHELL in client.enum_get_group_ids() else "MGMT_ERR_ENOTSUP|MGMT_ERR_EACCESSDENIED"
        with pytest.raises(RuntimeError, match=code):
            client.shell_execute(["help"])
        return
    version = line.board.traits.shell_version
    assert "ersion" in client.shell_execute([version]) or "westerly-sim" in client.shell_execute([version])
    assert client.shell_execute(version.split(), use_retries=False) == client.shell_execute([version])
    with pytest.raises(RuntimeError, match="(?s)ENOEXEC.*nonesuch: command not found"):
        client.shell_execute(["nonesuch"])
    with pytest.raises(RuntimeError, match="SHELL_MGMT_ERR_COMMAND_TOO_LONG"):
        client.shell_execute(["x" * 300])
    for nothing in ([], [""], ["", "  "]):
        with pytest.raises(RuntimeError, match="SHELL_MGMT_ERR_EMPTY_COMMAND"):
            client.shell_execute(nothing)


def test_zephyr_erase_storage(connect, line):
    with connect() as client:
        name = client.settings_read("device/name")
        client.settings_write("device/name", b"erased")
        client.settings_save()
        client.zephyr_erase_storage()
        assert client.settings_read("device/name") == b"erased"
        client.os_system_reset()
    line.board.wait_for_restart()
    with connect() as client:
        assert client.settings_read("device/name") == name


def test_files(client):
    content = bytes(range(256)) * 8
    client.use_auto_frame_size()
    client.fs_file_upload("/lfs1/toolkit", content)
    client.fs_file_close()
    assert client.fs_file_status("/lfs1/toolkit").length == len(content)
    assert client.fs_file_download("/lfs1/toolkit") == content
    assert {"crc32", "sha256"} <= set(client.fs_supported_checksum_types())
    assert client.fs_file_checksum("/lfs1/toolkit", "sha256").output == hashlib.sha256(content).digest()
    with pytest.raises(RuntimeError, match="FILE_MGMT_ERR_FILE_NOT_FOUND|FS_MGMT_ERR_FILE_NOT_FOUND"):
        client.fs_file_status("/lfs1/none")


def test_the_client_s_own_knobs(client):
    client.set_timeout_ms(4000)
    client.set_retries(2)
    client.set_frame_size(128)
    assert client.os_echo("x" * 100) == "x" * 100


# Other ways to a board than the ones here: Bluetooth, a USB port by its name, and the line without console framing.
OTHER_TRANSPORTS = {"ble", "usb_serial", "raw_serial", "raw_usb_serial"}


def test_every_call_is_tested():
    """Nobody has to remember to look for new calls when the package is updated."""
    calls = {name for name in dir(MCUmgrClient) if not name.startswith("_")} - OTHER_TRANSPORTS
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert calls - set(re.findall(r"\.(\w+)", tests)) == set()
