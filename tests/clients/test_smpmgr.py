# SPDX-License-Identifier: Apache-2.0
"""smpmgr, as its users type it."""

import re

import boards
import clients
import pytest


@pytest.fixture
def smpmgr(line):
    """Runs it and gives what it prints."""

    def run(*arguments: str) -> str:
        done = clients.smpmgr(line.board, line.transport, *arguments, seconds=30)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_echo(smpmgr):
    output = smpmgr("os", "echo", "hello")
    assert "EchoWriteResponse" in output
    assert "r='hello'" in output


def test_a_long_echo(smpmgr):
    """Two lines on a serial line; smpmgr sends no more without being told to."""
    text = "z" * 150
    assert f"r='{text}'" in re.sub(r"\s", "", smpmgr("os", "echo", text))


def test_reset(smpmgr, line):
    assert "ResetWriteResponse" in smpmgr("os", "reset")
    line.board.wait_for_restart()
    assert "r='back'" in smpmgr("os", "echo", "back")


def test_groups(smpmgr):
    output = smpmgr("enum", "get-supported-groups")
    assert "ListOfGroupsResponse" in output
    assert "OS_MANAGEMENT: 0" in output and "ENUM_MANAGEMENT: 10" in output


def test_group_details(smpmgr):
    output = smpmgr("enum", "get-group-details", "0", "10")
    assert "GroupDetailsResponse" in output
    assert "name='os mgmt'" in output and "handlers=9" in output
    assert "name='enum mgmt'" in output and "handlers=4" in output


def test_statistics(smpmgr, line):
    groups = smpmgr("statistics", "list")
    assert "server" in groups and line.transport in groups
    assert "received" in smpmgr("statistics", "get", "server")
    everything = smpmgr("statistics", "fetch-all")
    assert "dropped_no_room" in everything and "packets_received" in everything


def test_shell(smpmgr, line):
    output = smpmgr("shell", line.board.traits.shell_version)
    if line.transport in line.board.traits.shell:
        assert "ersion" in output or "westerly-sim" in output
        assert "command not found" in smpmgr("shell", "nonesuch")
    else:
        assert "EACCESSDENIED" in output or "ENOTSUP" in output


def test_the_shell_is_not_for_the_network_by_default(request):
    """The simulator as people start it; the other tests ask for the shell."""
    if request.config.option.target != "simulator":
        pytest.skip("the firmware's tests run with its defaults anyway")
    board = boards.Simulator(request.config.option.executable, arguments=())
    try:
        for transport, said in (("udp", "EACCESSDENIED"), ("serial", "westerly-sim")):
            done = clients.smpmgr(board, transport, "shell", "version", seconds=30)
            assert said in done.stdout, done.stdout + done.stderr
    finally:
        board.stop()
