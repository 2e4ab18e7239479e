# SPDX-License-Identifier: Apache-2.0
"""The bell's message, from smpclient to the running application and back. What it will not do: test Westerly."""

import asyncio
from enum import IntEnum, unique

from smp import error, message
from smpclient import SMPClient
from smpclient.generics import success
from smpclient.requests.os_management import EchoWrite
from smpclient.transport.serial import SMPSerialTransport

BELL = 71


@unique
class Code(IntEnum):
    OK = 0
    UNKNOWN = 1


class ErrorV1(error.ErrorV1):
    _GROUP_ID = BELL


class ErrorV2(error.ErrorV2[Code]):
    _GROUP_ID = BELL


class Rings(message.ReadResponse):
    _GROUP_ID = BELL
    _COMMAND_ID = 0
    rings: int


class Rung(message.WriteResponse):
    _GROUP_ID = BELL
    _COMMAND_ID = 0
    rings: int


class Read(message.ReadRequest):
    _GROUP_ID = BELL
    _COMMAND_ID = 0
    _Response = Rings
    _ErrorV1 = ErrorV1
    _ErrorV2 = ErrorV2


class Ring(message.WriteRequest):
    _GROUP_ID = BELL
    _COMMAND_ID = 0
    _Response = Rung
    _ErrorV1 = ErrorV1
    _ErrorV2 = ErrorV2
    times: int


def ask(port, *requests):
    """What the application answers to each."""

    async def conversation():
        async with SMPClient(SMPSerialTransport(), port) as client:
            return [await client.request(request) for request in requests]

    return asyncio.run(conversation())


def test_echo(port):
    (answer,) = ask(port, EchoWrite(d="anybody there?"))
    assert success(answer) and answer.r == "anybody there?"


def test_bell(port):
    answers = ask(port, Read(), Ring(times=2), Ring(times=255), Read())
    assert all(map(success, answers)), answers
    before = answers[0].rings
    assert [answer.rings - before for answer in answers] == [0, 2, 257, 257]


def test_a_ring_too_many(port):
    (answer,) = ask(port, Ring(times=256))
    assert not success(answer) and answer.rc == 3
