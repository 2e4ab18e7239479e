# SPDX-License-Identifier: Apache-2.0
"""The clients people use, as they come from the package index: smpmgr and mcumgr-toolkit."""

import datetime
import shutil
import subprocess

import pytest

mcumgr_toolkit = pytest.importorskip("mcumgr_toolkit", reason="pip install mcumgr-toolkit")


@pytest.fixture(params=["serial", "udp"])
def transport(request, board):
    if request.param == "udp" and board.udp is None:
        pytest.skip("this board has no network")
    return request.param


def smpmgr(board, transport, *arguments):
    if shutil.which("smpmgr") is None:
        pytest.skip("smpmgr is not installed: pip install smpmgr")
    where = ["--ip", board.udp[0]] if transport == "udp" else ["--port", board.pty]
    done = subprocess.run(
        ["smpmgr", "--timeout", "10", *where, *arguments],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def test_smpmgr_echo(board, transport):
    assert "r='hello'" in smpmgr(board, transport, "os", "echo", "hello")


def test_smpmgr_echo_of_several_lines(board, transport):
    # As much as smpmgr sends to a server whose line buffers it was not told.
    text = "Westerly" * 18
    # It prints in lines of 80 characters.
    assert f"r='{text}'" in smpmgr(board, transport, "os", "echo", text).replace("\n", "")


def test_smpmgr_reset(board, transport):
    board.device.clear_buffer()
    smpmgr(board, transport, "os", "reset")
    board.wait_for_boot()


@pytest.fixture
def toolkit(board, transport):
    client = mcumgr_toolkit.MCUmgrClient
    made = client.udp(board.udp[0], port=board.udp[1]) if transport == "udp" else client.serial(board.pty)
    made.set_timeout_ms(5000)
    return made


def test_mcumgr_toolkit_os(board, toolkit):
    assert toolkit.os_echo("hello") == "hello"
    assert "main" in toolkit.os_task_statistics()
    assert ("system" in toolkit.os_memory_pool_statistics()) == board.is_native
    toolkit.os_set_datetime(datetime.datetime(2026, 7, 4, 12, 30, 15))
    assert abs(toolkit.os_get_datetime() - datetime.datetime(2026, 7, 4, 12, 30, 15)) < datetime.timedelta(seconds=30)
    assert toolkit.os_mcumgr_parameters().buf_count == 1
    assert toolkit.os_application_info("i") == board.configuration["BOARD_TARGET"]
    with pytest.raises(RuntimeError, match="QUERY_YIELDS_NO_ANSWER"):
        toolkit.os_bootloader_info()


def test_mcumgr_toolkit_enumeration(toolkit):
    count = toolkit.enum_get_group_count()
    groups = toolkit.enum_get_group_ids()
    assert count == len(groups)
    assert {0, 10} <= set(groups)
    assert [group for group in toolkit.enum_iter_group_ids()] == groups
    assert [entry.group for entry in toolkit.enum_get_group_details(groups)] == groups


def test_mcumgr_toolkit_reset(board, toolkit):
    board.device.clear_buffer()
    toolkit.os_system_reset()
    board.wait_for_boot()
