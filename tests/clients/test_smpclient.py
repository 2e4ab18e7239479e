# SPDX-License-Identifier: Apache-2.0
"""smpclient, the library under smpmgr: the requests smpmgr has no command for. It refuses answers with keys it does not know."""

import asyncio
import datetime

import clients
import pytest
from smp import header
from smpclient.generics import error_v1, error_v2, success
from smpclient.requests import enumeration_management as enumeration
from smpclient.requests import os_management as os
from smpclient.requests import settings_management as settings
from smpclient.requests import shell_management as shell
from smpclient.requests import statistics_management as statistics
from smpclient.requests import zephyr_management as zephyr


@pytest.fixture
def ask(line):
    """Sends requests over one connection and gives their answers; a single one's answer by itself."""

    async def exchange(requests):
        async with clients.smpclient(line) as client:
            return [await client.request(request) for request in requests]

    def run(*requests):
        answers = asyncio.run(exchange(requests))
        return answers if len(answers) > 1 else answers[0]

    return run


@pytest.mark.parametrize("version", [header.Version.V1, header.Version.V2])
def test_echo(ask, version):
    for value in ("", "hello", "ünïcödé ✓", "long " * 50):
        answer = ask(os.EchoWrite(d=value, version=version))
        assert success(answer) and answer.r == value
        assert answer.header.version == version


def test_parameters(ask):
    answer = ask(os.MCUMgrParametersRead())
    assert success(answer) and answer.buf_size >= 128 and answer.buf_count >= 1


def test_task_statistics(ask):
    answer = ask(os.TaskStatisticsRead())
    assert success(answer) and answer.tasks
    for name, task in answer.tasks.items():
        assert 0 <= task.stkuse <= task.stksiz > 0, name
    assert len({task.tid for task in answer.tasks.values()}) == len(answer.tasks)


def test_memory_pools(ask):
    assert success(ask(os.MemoryPoolStatisticsRead()))


def test_date_time(ask):
    set_to = datetime.datetime(2031, 2, 28, 23, 59, 30)
    written, read = ask(os.DateTimeWrite(datetime=set_to.isoformat()), os.DateTimeRead())
    assert success(written) and success(read)
    assert set_to <= datetime.datetime.fromisoformat(read.datetime) < set_to + datetime.timedelta(seconds=20)


@pytest.mark.parametrize("value", ["", "yesterday", "2031-02-29T00:00:00", "2031-13-01T00:00:00"])
def test_a_date_that_is_none(ask, value):
    answer = ask(os.DateTimeWrite(datetime=value))
    assert error_v1(answer) and answer.rc == 3


def test_application_information(ask, line):
    answer = ask(os.OSApplicationInfoRead())
    assert success(answer) and answer.output == line.board.traits.kernel_name
    parts = ask(*(os.OSApplicationInfoRead(format=letter) for letter in "snrvbmpio"))
    everything = ask(os.OSApplicationInfoRead(format="a"))
    assert everything.output == " ".join(part.output for part in parts)


@pytest.mark.parametrize(("version", "is_error"), [(header.Version.V1, error_v1), (header.Version.V2, error_v2)])
def test_a_format_that_is_none(ask, version, is_error):
    answer = ask(os.OSApplicationInfoRead(format="sx", version=version))
    assert is_error(answer)
    code = answer.rc if version == header.Version.V1 else answer.err.rc
    assert code == (3 if version == header.Version.V1 else 2)


def test_bootloader(ask, line):
    answer = ask(os.BootloaderInformationRead())
    if line.board.traits.bootloader:
        assert success(answer) and answer.bootloader == line.board.traits.bootloader
    else:
        assert error_v2(answer) and (answer.err.group, answer.err.rc) == (0, 3)


def test_reset(ask, line):
    assert success(ask(os.ResetWrite(force=1, boot_mode=0)))
    line.board.wait_for_restart()
    assert success(ask(os.EchoWrite(d="back")))


def test_enumeration(ask):
    count, groups = ask(enumeration.CountSupportedGroups(), enumeration.ListSupportedGroups())
    assert success(count) and success(groups)
    assert count.count == len(groups.groups) and {0, 10} <= set(map(int, groups.groups))
    singles = ask(*(enumeration.GroupId(index=index) for index in range(count.count)))
    assert [single.group for single in singles] == list(groups.groups)
    assert [single.end for single in singles] == [None] * (count.count - 1) + [True]
    beyond = ask(enumeration.GroupId(index=count.count))
    assert error_v2(beyond) and (beyond.err.group, beyond.err.rc) == (10, 4)


def test_details(ask):
    everything = ask(enumeration.GroupDetails())
    assert success(everything) and {0, 10} <= {int(group.group) for group in everything.groups}
    some = ask(enumeration.GroupDetails(groups=(10, 99)))
    assert [(int(group.group), group.name, group.handlers) for group in some.groups] == [(10, "enum mgmt", 4)]


def test_statistics(ask, line):
    groups = ask(statistics.ListOfGroups())
    assert success(groups) and {"server", line.transport} <= set(groups.stat_list)
    for name in groups.stat_list:
        data = ask(statistics.GroupData(name=name))
        if name in ("server", "serial", "udp") or success(data):
            assert success(data) and data.name == name and all(value >= 0 for value in data.fields.values())
        else:
            # Zephyr's own: some have a counter for every page of a flash, which no packet holds.
            assert code(data) == 7
    one, other = ask(statistics.GroupData(name="server"), statistics.GroupData(name="server"))
    assert other.fields["received"] == one.fields["received"] + 1


@pytest.mark.parametrize(("version", "expected"), [(header.Version.V1, 5), (header.Version.V2, (2, 3))])
def test_statistics_that_are_not_there(ask, version, expected):
    assert code(ask(statistics.GroupData(name="none", version=version))) == expected


def code(answer):
    """What an error says: its code, or group and code."""
    assert error_v1(answer) or error_v2(answer)
    return answer.rc if error_v1(answer) else (answer.err.group, answer.err.rc)


def test_settings(ask):
    written, read, committed, information = ask(
        settings.WriteSetting(name="device/name", val=b"on the roof"),
        settings.ReadSetting(name="device/name"),
        settings.CommitSettings(),
        os.OSApplicationInfoRead(format="n"),
    )
    assert success(written) and success(committed)
    assert success(read) and (read.val, read.max_size) == (b"on the roof", None)
    assert information.output == "on the roof"
    limited = ask(settings.ReadSetting(name="device/name", max_size=5000))
    assert success(limited) and limited.val == b"on the roof" and 32 <= limited.max_size <= 1024

    assert success(ask(settings.SaveSettings()))
    assert success(ask(settings.WriteSetting(name="device/name", val=b"elsewhere")))
    assert success(ask(settings.LoadSettings()))
    assert ask(settings.ReadSetting(name="device/name")).val == b"on the roof"
    assert success(ask(settings.DeleteSetting(name="device/name")))


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("none/name", header.Version.V2, (3, 5)),
        ("none/name", header.Version.V1, 1),
        ("device/none", header.Version.V2, (3, 3)),
        ("device/none", header.Version.V1, 5),
        ("device/" + "x" * 99, header.Version.V2, (3, 2)),
        ("device/" + "x" * 99, header.Version.V1, 3),
        ("access/key", header.Version.V2, 11),
        ("access/key", header.Version.V1, 11),
        ("device/name=", header.Version.V2, 3),
    ],
)
def test_settings_that_are_refused(ask, name, version, expected):
    assert code(ask(settings.ReadSetting(name=name, version=version))) == expected


def test_shell(ask, line):
    answer = ask(shell.Execute(argv=line.board.traits.shell_version.split()))
    if line.transport in line.board.traits.shell:
        assert success(answer) and answer.ret == 0 and answer.o.strip()
        unknown = ask(shell.Execute(argv=["nonesuch"]))
        assert success(unknown) and unknown.ret == -8 and "command not found" in unknown.o
        # In version 1, since the package smp takes the group's code 3 for none.
        assert code(ask(shell.Execute(argv=["  "], version=header.Version.V1))) == 3
        assert code(ask(shell.Execute(argv=["x" * 300]))) == (9, 2)
        assert code(ask(shell.Execute(argv=["x" * 300], version=header.Version.V1))) == 3
    else:
        # Not for this transport, or not on this board at all.
        assert code(answer) in (11, 8)


def test_erase_storage(ask, line):
    before = ask(settings.ReadSetting(name="device/name")).val
    assert success(ask(settings.WriteSetting(name="device/name", val=b"erased")))
    assert success(ask(settings.SaveSettings()))
    assert success(ask(zephyr.EraseStorage()))
    assert ask(settings.ReadSetting(name="device/name")).val == b"erased"
    assert success(ask(os.ResetWrite()))
    line.board.wait_for_restart()
    assert ask(settings.ReadSetting(name="device/name")).val == before
