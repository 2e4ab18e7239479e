# SPDX-License-Identifier: Apache-2.0
"""What the plug-ins for smpmgr share: a connection, a question and its answer, an error for people.

Not a plug-in itself: smpmgr takes the files that end in `_group.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Any, NoReturn, cast

import smp.error as smperr
import typer
from pydantic import ConfigDict, create_model
from smp import message as smpmessage
from smpclient import SMPClient
from smpclient.exceptions import SMPClientException
from smpclient.generics import error_v1, error_v2
from smpmgr.common import Options, get_smpclient

ATTEMPTS = 3
"""How often a read is asked before the device counts as gone. A read changes nothing, so a lost answer costs nothing."""


class Read(smpmessage.ReadRequest):
    """A request that changes nothing."""


class Write(smpmessage.WriteRequest):
    """A request that changes something."""


class ReadAnswer(smpmessage.ReadResponse):
    """An answer to a read, which may have keys that this client does not know yet."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Done(smpmessage.WriteResponse):
    """The answer to a write, which says nothing: with any key it is an error's."""


def group(number: int, codes: type[IntEnum]) -> Any:
    """What the requests of a group derive from: its number, and how its errors are read, in either version of SMP."""

    class ErrorV1(smperr.ErrorV1):
        _GROUP_ID = number

    class ErrorV2(smperr.ErrorV2[codes]):
        _GROUP_ID = number

    class Group:
        _GROUP_ID = number
        _ErrorV1 = ErrorV1
        _ErrorV2 = ErrorV2

    return Group


def with_keys(name: str, base: Any, **keys: Any) -> Any:
    """A request whose keys cannot be written as attributes of a class: `from` and `raise` are words of Python."""
    return create_model(name, __base__=base, **{key: (kind | None, None) for key, kind in keys.items()})


def fail(text: str) -> NoReturn:
    """Says what is wrong and ends the program."""
    typer.echo(text, err=True)
    raise typer.Exit(code=1)


async def ask(client: SMPClient, request: Any) -> Any:
    """The answer to a request. An error ends the program, as does a device that is silent."""
    for _ in range(ATTEMPTS if isinstance(request, Read) else 1):
        # A request has a sequence number, and one that is repeated has to have another: an answer may only be late.
        again = type(request)(**request.model_dump(exclude_unset=True, exclude={"header", "sequence", "smp_data"}))
        try:
            answer = await client.request(again)
        except (asyncio.TimeoutError, SMPClientException):
            continue
        if error_v2(answer):
            fail(f"The device answers: {answer.err.rc.name} (group {int(answer.err.group)}, code {int(answer.err.rc)})")
        if error_v1(answer):
            fail(f"The device answers: {answer.rc.name} (code {int(answer.rc)})")
        return answer
    fail("The device does not answer.")


def converse(context: typer.Context, conversation: Callable[[SMPClient], Awaitable[None]]) -> None:
    """Connects as the options of smpmgr say, and runs the conversation until it ends or is interrupted."""

    async def whole() -> None:
        client = get_smpclient(cast(Options, context.obj))
        try:
            await client.connect()
        except (asyncio.TimeoutError, OSError) as error:
            fail(f"No connection: {error or 'no answer'}")
        try:
            await conversation(client)
        finally:
            await client.disconnect()

    try:
        asyncio.run(whole())
    except KeyboardInterrupt:
        raise typer.Exit(code=130) from None
