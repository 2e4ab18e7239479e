# SPDX-License-Identifier: Apache-2.0
"""Westerly's log group (65) for smpmgr: what a device logged, and what it logs.

The messages are described in docs/protocol.md. Frames of defmt need the firmware's ELF file to be read: `westerly logs --elf` does
that, this shows their bytes.
"""

import sys
from enum import Enum, IntEnum, unique
from pathlib import Path
from typing import Annotated

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, group  # noqa: E402

GROUP = 65


@unique
class Code(IntEnum):
    """Why the log group does not do what it is asked."""

    OK = 0
    UNKNOWN = 1
    UNKNOWN_LEVEL = 2
    NOT_KEPT = 3


Group = group(GROUP, Code)


class FramesAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0

    records: list[list[int | bytes]]
    format: str
    oldest: int
    lost: int
    next: int
    build: bytes | None = None
    boot: int | None = None


class Frames(Group, Read):
    _COMMAND_ID = 0
    _Response = FramesAnswer

    since: int | None = None
    max: int | None = None
    boot: int | None = None


class LevelAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1

    level: str
    compiled: str


class LevelRead(Group, Read):
    _COMMAND_ID = 1
    _Response = LevelAnswer


class LevelSet(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1


class LevelWrite(Group, Write):
    _COMMAND_ID = 1
    _Response = LevelSet

    level: str


class Level(str, Enum):
    """Each logs more than the one before."""

    OFF = "off"
    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"
    TRACE = "trace"


app = typer.Typer(name="log", help="Westerly's log group: what the device logged.", no_args_is_help=True)


@app.command()
def read(
    context: typer.Context,
    since: Annotated[int, typer.Option(help="From this sequence number on.")] = 0,
    max: Annotated[int | None, typer.Option(help="At most so many frames; all there are without it.")] = None,
) -> None:
    """Read what the device still has of its log. Text is shown as it is, frames of defmt as bytes."""

    async def conversation(client: SMPClient) -> None:
        next, left, lost = since, max, 0
        boot: int | None = None
        while True:
            answer = await ask(client, Frames(since=next, max=left, boot=boot))
            for sequence, frame in answer.records:
                shown = frame.decode(errors="replace") if answer.format == "text" else frame.hex(" ")
                print(f"{sequence:8}  {shown}")
            lost += answer.lost
            left = None if left is None else left - len(answer.records)
            ended = answer.next == next or left == 0
            next, boot = answer.next, answer.boot
            if ended:
                break
        build = f", build {answer.build.hex()}" if answer.build else ""
        print(f"next {next}, lost {lost}, {answer.format}{build}")

    converse(context, conversation)


@app.command()
def level(context: typer.Context, level: Annotated[Level | None, typer.Argument(help="Set this one.")] = None) -> None:
    """Show what the device logs, or set it."""

    async def conversation(client: SMPClient) -> None:
        if level is not None:
            await ask(client, LevelWrite(level=level.value))
        answer = await ask(client, LevelRead())
        print(f"{answer.level} (built with {answer.compiled})")

    converse(context, conversation)
