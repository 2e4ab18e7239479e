# SPDX-License-Identifier: Apache-2.0
"""mcumgr-toolkit: every call its Python client has for the OS and the enumeration group."""

import datetime

import boards
import pytest
from mcumgr_toolkit import MCUmgrClient

TIMEOUT_MS = 5000


@pytest.fixture
def connect(line):
    """Makes a client; the serial line of some boards has another path after a reset."""

    def connected() -> MCUmgrClient:
        if line.transport == "udp":
            return MCUmgrClient.udp(line.board.address, port=boards.UDP_PORT, timeout_ms=TIMEOUT_MS)
        return MCUmgrClient.serial(line.board.serial, timeout_ms=TIMEOUT_MS)

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
    assert details[0] == ("os mgmt", 9) and details[10] == ("enum mgmt", 4)
    assert [group.group for group in client.enum_get_group_details([10, 99])] == [10]


def test_raw_command(client):
    assert client.raw_command(True, 0, 0, {"d": "raw", "unknown": [1, {"a": None}]}) == {"r": "raw"}
    with pytest.raises(RuntimeError, match="MGMT_ERR_EINVAL"):
        client.raw_command(True, 0, 0, {"d": 1})
    with pytest.raises(RuntimeError, match="MGMT_ERR_ENOTSUP"):
        client.raw_command(False, 70, 0, {})


def test_groups_that_are_not_there(client):
    for call in (client.image_get_state, client.stats_list_groups, client.fs_supported_checksum_types):
        with pytest.raises(RuntimeError, match="MGMT_ERR_ENOTSUP"):
            call()
