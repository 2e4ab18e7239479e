# SPDX-License-Identifier: Apache-2.0
"""Westerly's io group (66) for smpmgr: inputs and outputs by name.

The messages are described in docs/protocol.md.
"""

import sys
from enum import Enum, IntEnum, unique
from pathlib import Path
from typing import Annotated, Any

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, group, with_keys  # noqa: E402

GROUP = 66


@unique
class Code(IntEnum):
    """Why the io group does not do what it is asked."""

    OK = 0
    UNKNOWN = 1
    UNKNOWN_NAME = 2
    NOT_AN_OUTPUT = 3
    DEVICE_FAILED = 4
    INVALID_DURATION = 5


Group = group(GROUP, Code)


class LinesAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0

    io: list[dict[str, Any]]
    next: int | None = None


class LinesRead(Group, Read):
    _COMMAND_ID = 0
    _Response = LinesAnswer


Lines = with_keys("Lines", LinesRead, **{"from": int})


class ValueAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1

    value: bool


class ValueRead(Group, Read):
    _COMMAND_ID = 1
    _Response = ValueAnswer

    name: str


class ValueSet(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1


class ValueWrite(Group, Write):
    _COMMAND_ID = 1
    _Response = ValueSet

    name: str
    value: bool


class Pulsed(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 2


class Pulse(Group, Write):
    _COMMAND_ID = 2
    _Response = Pulsed

    name: str
    duration: int


class State(str, Enum):
    """Of an input or output, whatever level that is on the pin."""

    ON = "on"
    OFF = "off"


app = typer.Typer(name="io", help="Westerly's io group: inputs and outputs.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As `io list` has it.")]


def shown(value: bool | None) -> str:
    """A value as people read it; a device may be unable to tell."""
    return {True: "on", False: "off", None: "unknown"}[value]


@app.command("list")
def list_command(context: typer.Context) -> None:
    """List inputs and outputs with their values."""

    async def conversation(client: SMPClient) -> None:
        next: int | None = 0
        while next is not None:
            answer = await ask(client, Lines(**{"from": next}))
            for place, line in enumerate(answer.io, next):
                kind = "output" if line["output"] else "input"
                print(f"{place:3}  {kind:<6}  {shown(line.get('value')):<7}  {line['name']}")
            next = answer.next

    converse(context, conversation)


@app.command()
def get(context: typer.Context, name: Name) -> None:
    """Show whether an input or output is on."""

    async def conversation(client: SMPClient) -> None:
        print(shown((await ask(client, ValueRead(name=name))).value))

    converse(context, conversation)


@app.command("set")
def set_command(context: typer.Context, name: Name, state: State) -> None:
    """Switch an output."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, ValueWrite(name=name, value=state is State.ON))

    converse(context, conversation)


@app.command()
def pulse(
    context: typer.Context,
    name: Name,
    duration: Annotated[int, typer.Argument(help="Milliseconds, 1 to 60000.")],
) -> None:
    """Switch an output on, and off after a time."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, Pulse(name=name, duration=duration))

    converse(context, conversation)
