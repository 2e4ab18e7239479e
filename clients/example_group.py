# SPDX-License-Identifier: Apache-2.0
"""The example's group (70) for smpmgr: named counters. docs/add-a-message.md walks through it."""

import sys
from enum import IntEnum, unique
from pathlib import Path

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, group  # noqa: E402

GROUP = 70


@unique
class Code(IntEnum):
    OK = 0
    UNKNOWN = 1
    UNKNOWN_NAME = 2


class Counter(group(GROUP, Code)):
    _COMMAND_ID = 0


class CounterAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0
    count: int


class CounterRead(Counter, Read):
    _Response = CounterAnswer
    name: str


class CounterSet(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0


class CounterWrite(Counter, Write):
    _Response = CounterSet
    name: str
    count: int


app = typer.Typer(name="example", help="The example's counters.", no_args_is_help=True)


@app.command()
def get(context: typer.Context, name: str) -> None:
    """Show a counter."""

    async def conversation(client: SMPClient) -> None:
        print((await ask(client, CounterRead(name=name))).count)

    converse(context, conversation)


@app.command("set")
def set_command(context: typer.Context, name: str, count: int) -> None:
    """Set a counter."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, CounterWrite(name=name, count=count))

    converse(context, conversation)
