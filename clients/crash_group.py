# SPDX-License-Identifier: Apache-2.0
"""Westerly's crash group (68) for smpmgr: what a device recorded of its last crash.

The messages are described in docs/protocol.md. For the names of functions the firmware's ELF file is needed: `westerly crash
--elf` finds them, this shows the addresses.
"""

import sys
from enum import IntEnum, unique
from pathlib import Path
from typing import Annotated

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, group, with_keys  # noqa: E402

GROUP = 68


@unique
class Code(IntEnum):
    """The crash group has no errors of its own."""

    OK = 0
    UNKNOWN = 1


Group = group(GROUP, Code)


class RecordAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0

    count: int
    reason: str | None = None
    thread: str | None = None
    file: str | None = None
    line: int | None = None
    pc: int | None = None
    lr: int | None = None
    sp: int | None = None
    code: int | None = None
    uptime: int | None = None
    boot: int | None = None
    build: bytes | None = None
    frames: int | None = None
    registers: dict[str, int] = {}
    stack: list[int] = []


class RecordRead(Group, Read):
    _COMMAND_ID = 0
    _Response = RecordAnswer


class LogAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1

    format: str
    frames: list[bytes]
    next: int | None = None


class LogReadBase(Group, Read):
    _COMMAND_ID = 1
    _Response = LogAnswer


LogRead = with_keys("LogRead", LogReadBase, **{"from": int})


class Cleared(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 2


class Clear(Group, Write):
    _COMMAND_ID = 2
    _Response = Cleared


app = typer.Typer(name="crash", help="Westerly's crash group: what the device's last crash was.", no_args_is_help=True)


def shown(answer: RecordAnswer) -> list[str]:
    """A record as lines."""
    facts = {
        "thread": answer.thread,
        "place": f"{answer.file}:{answer.line}" if answer.file else None,
        "uptime": None if answer.uptime is None else f"{answer.uptime} ms",
        "boot": answer.boot,
        "code": answer.code,
        "build": answer.build.hex() if answer.build else None,
    }
    addresses = [("pc", answer.pc), ("lr", answer.lr), ("sp", answer.sp), *answer.registers.items()]
    addresses += [("stack", address) for address in answer.stack]
    lines = [f"{answer.reason}, crash {answer.count} since the record was cleared"]
    lines += [f"{name:8}{value}" for name, value in facts.items() if value is not None]
    lines += [f"{name:8}{value:#010x}" for name, value in addresses if value is not None]
    return lines


@app.command()
def read(context: typer.Context) -> None:
    """Show the record."""

    async def conversation(client: SMPClient) -> None:
        answer = await ask(client, RecordRead())
        print("\n".join(shown(answer)) if answer.reason else "no crash is recorded")

    converse(context, conversation)


@app.command()
def log(context: typer.Context, start: Annotated[int, typer.Option("--from", help="From this frame on.")] = 0) -> None:
    """Show the last of the log before the crash. Text is shown as it is, frames of defmt as bytes."""

    async def conversation(client: SMPClient) -> None:
        next: int | None = start
        while next is not None:
            answer = await ask(client, LogRead(**{"from": next}))
            for frame in answer.frames:
                print(frame.decode(errors="replace") if answer.format == "text" else frame.hex(" "))
            next = answer.next

    converse(context, conversation)


@app.command()
def clear(context: typer.Context) -> None:
    """Make the device forget the record."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, Clear())

    converse(context, conversation)
