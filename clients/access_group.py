# SPDX-License-Identifier: Apache-2.0
"""Westerly's access group (67) for smpmgr: who is asking, which keys there are, and the rules.

The messages are described in docs/protocol.md. What it will not do: log in. smpmgr has no place for a seal behind its
packets, so this works where the rules let strangers: over a serial line, by default. `westerly --key` logs in.
"""

import sys
from enum import IntEnum, unique
from pathlib import Path
from typing import Annotated, Any

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, fail, group, with_keys  # noqa: E402

GROUP = 67
ANY = "*"


@unique
class Code(IntEnum):
    """Why the access group does not do what it is asked."""

    OK = 0
    UNKNOWN = 1
    LOCKED_OUT = 2
    STALE_CHALLENGE = 3
    UNKNOWN_KEY = 4
    INVALID_KEY = 5
    NO_ROOM = 6
    INVALID_RULES = 7
    WOULD_LOCK_OUT = 8
    WRONG_TRANSPORT = 9
    NOT_KEPT = 10
    NO_FRESHNESS = 11


Group = group(GROUP, Code)


class SessionAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 4

    transport: str
    role: str | None = None
    key: int | None = None


class SessionRead(Group, Read):
    _COMMAND_ID = 4
    _Response = SessionAnswer


class KeysAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 5

    keys: list[dict[str, Any]]
    room: int


class KeysRead(Group, Read):
    _COMMAND_ID = 5
    _Response = KeysAnswer


class KeyWritten(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 5


class KeyAdd(Group, Write):
    _COMMAND_ID = 5
    _Response = KeyWritten

    id: int
    role: str
    key: bytes


class KeyRemove(Group, Write):
    _COMMAND_ID = 5
    _Response = KeyWritten

    id: int
    delete: bool


class PolicyAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 6

    set: bool
    rules: list[list[Any]]
    next: int | None = None


class PolicyReadBase(Group, Read):
    _COMMAND_ID = 6
    _Response = PolicyAnswer


PolicyRead = with_keys("PolicyRead", PolicyReadBase, **{"from": int})


class PolicyWritten(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 6


class PolicySet(Group, Write):
    _COMMAND_ID = 6
    _Response = PolicyWritten

    rules: list[list[Any]]


class PolicyDefault(Group, Write):
    _COMMAND_ID = 6
    _Response = PolicyWritten

    default: bool


app = typer.Typer(name="access", help="Westerly's access group: who may do what.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="Who may log in.", no_args_is_help=True)
policy = typer.Typer(name="policy", help="The rules.", no_args_is_help=True)
app.add_typer(keys)
app.add_typer(policy)


@app.command()
def session(context: typer.Context) -> None:
    """Show who the device takes this client for."""

    async def conversation(client: SMPClient) -> None:
        answer = await ask(client, SessionRead())
        who = "nobody in particular" if answer.role is None else f"key {answer.key}, {answer.role}"
        print(f"{answer.transport}: {who}")

    converse(context, conversation)


@keys.command("list")
def list_keys(context: typer.Context) -> None:
    """List keys by number and role; nobody is told their bytes."""

    async def conversation(client: SMPClient) -> None:
        answer = await ask(client, KeysRead())
        for key in answer.keys:
            print(f"{key['id']:3}  {key['role']}")
        print(f"room for {answer.room} more")

    converse(context, conversation)


def key_of(file: Path) -> KeyAdd:
    """What a key file says: a line of number, role, and 64 hexadecimal digits."""
    try:
        number, role, digits = file.read_text(encoding="ascii").split()
        return KeyAdd(id=int(number), role=role, key=bytes.fromhex(digits))
    except OSError as error:
        fail(f"No key file: {error}")
    except ValueError:
        # Not what it says: it may be a key all but for a digit.
        fail(f"{file} is no key file: a line NUMBER ROLE HEX")


@keys.command("add")
def add_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A line of number, role (read, operate, administer) and 64 hexadecimal digits.")],
) -> None:
    """Add the key of a file, or put it in the place of that with its number."""
    key = key_of(file)

    async def conversation(client: SMPClient) -> None:
        await ask(client, key)

    converse(context, conversation)


@keys.command("remove")
def remove_key(context: typer.Context, number: Annotated[int, typer.Argument(help="As `access keys list` has it.")]) -> None:
    """Remove a key, and end its sessions."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, KeyRemove(id=number, delete=True))

    converse(context, conversation)


@policy.command()
def show(context: typer.Context) -> None:
    """Show the rules in force: transport, group, command, access. The first that fits decides."""

    async def conversation(client: SMPClient) -> None:
        next: int | None = 0
        while next is not None:
            answer = await ask(client, PolicyRead(**{"from": next}))
            if next == 0:
                print("set by an administrator:" if answer.set else "as built:")
            for transport, number, command, access, *_ in answer.rules:
                print("  ", *(ANY if what is None else what for what in (transport, number, command)), access)
            next = answer.next

    converse(context, conversation)


def rule_of(text: str) -> list[Any]:
    """A rule as `show` prints it."""
    try:
        transport, group, command, access = text.split()
        number = [None if what == ANY else int(what) for what in (group, command)]
    except ValueError:
        fail(f"'{text}' is no rule: TRANSPORT GROUP COMMAND ACCESS, the first three {ANY} for any")
    return [None if transport == ANY else transport, *number, access]


@policy.command("set")
def set_policy(
    context: typer.Context,
    rules: Annotated[list[str] | None, typer.Argument(help="For instance 'udp 0 5 authenticated' '* 9 * refuse'.")] = None,
) -> None:
    """Set the rules before the defaults of the transports; without any, none but these are left."""
    wanted = [rule_of(rule) for rule in rules or []]

    async def conversation(client: SMPClient) -> None:
        await ask(client, PolicySet(rules=wanted))

    converse(context, conversation)


@policy.command()
def default(context: typer.Context) -> None:
    """Go back to the rules that the device was built with."""

    async def conversation(client: SMPClient) -> None:
        await ask(client, PolicyDefault(default=True))

    converse(context, conversation)
