# SPDX-License-Identifier: Apache-2.0
"""Westerly's telemetry group (64) for smpmgr: what a device measures, and the records of it.

The messages are described in docs/protocol.md.
"""

import asyncio
import sys
from decimal import Decimal, InvalidOperation
from enum import IntEnum, unique
from pathlib import Path
from typing import Annotated, Any

import typer
from smpclient import SMPClient

# smpmgr loads a plug-in by its file, so the folder is not among those that modules come from.
sys.path.insert(0, str(Path(__file__).parent))

from conversation import Done, Read, ReadAnswer, Write, ask, converse, fail, group, with_keys  # noqa: E402

GROUP = 64


@unique
class Code(IntEnum):
    """Why the telemetry group does not do what it is asked."""

    OK = 0
    UNKNOWN = 1
    UNKNOWN_TOPIC = 2
    INVALID_CONFIGURATION = 3
    NOT_KEPT = 4


Group = group(GROUP, Code)


class TopicsAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0

    topics: list[dict[str, Any]]
    next: int | None = None


class TopicsRead(Group, Read):
    _COMMAND_ID = 0
    _Response = TopicsAnswer


Topics = with_keys("Topics", TopicsRead, **{"from": int})


class RecordsAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 1

    records: list[list[int | float]]
    oldest: int
    lost: int
    next: int
    boot: int | None = None


class Records(Group, Read):
    _COMMAND_ID = 1
    _Response = RecordsAnswer

    since: int | None = None
    max: int | None = None
    topics: list[int] | None = None
    boot: int | None = None


class LatestAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 2

    uptime: int
    values: list[list[int | float]]
    next: int | None = None


class LatestRead(Group, Read):
    _COMMAND_ID = 2
    _Response = LatestAnswer

    topics: list[int] | None = None


Latest = with_keys("Latest", LatestRead, **{"from": int})


class ConfigurationAnswer(ReadAnswer):
    _GROUP_ID = GROUP
    _COMMAND_ID = 3

    topic: int


class Configuration(Group, Read):
    _COMMAND_ID = 3
    _Response = with_keys(
        "ConfigurationAnswerWithKeys",
        ConfigurationAnswer,
        **{"period": int, "window": int, "statistics": int, "deadband": int | float, "rate": int},
        **{"raise": int | float, "clear": int | float, "output": int},
    )

    topic: int


class Configured(Done):
    _GROUP_ID = GROUP
    _COMMAND_ID = 3


class ConfigureWrite(Group, Write):
    _COMMAND_ID = 3
    _Response = Configured

    topic: int


Configure = with_keys(
    "Configure",
    ConfigureWrite,
    **{"default": bool, "alarm": bool, "period": int, "window": int, "statistics": int, "deadband": int | float},
    **{"rate": int, "raise": int | float, "clear": int | float, "output": int},
)

KINDS = ("", "minimum", "maximum", "mean", "RAISED", "cleared", "FAULT")
FAULT = 6
STATISTICS = {"minimum": 1, "maximum": 2, "mean": 4}


class Topic:
    """What the device tells of a topic, and how its values are shown and read."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.id: int = told["id"]
        self.name: str = told["name"]
        self.unit: str = told["unit"]
        self.kind: str = told["type"]
        self.decimals: int = told.get("decimals", 0)
        self.told = told

    def shown(self, value: int | float) -> str:
        """A value as people read it."""
        match self.kind:
            case "fixed":
                return f"{Decimal(value).scaleb(-self.decimals):f}"
            case "float":
                return f"{value:.7g}"
            case _:
                return str(value)

    def parsed(self, text: str) -> int | float:
        """A value as the device takes it."""
        try:
            value = Decimal(text)
        except InvalidOperation:
            fail(f"{text} is no number.")
        if self.kind == "float":
            return float(value)
        scaled = value.scaleb(self.decimals)
        if scaled != int(scaled):
            fail(f"{self.name} has {self.decimals} decimals; {text} has more.")
        return int(scaled)


async def all_topics(client: SMPClient) -> dict[int, Topic]:
    """Every topic by its number."""
    topics: dict[int, Topic] = {}
    next: int | None = 0
    while next is not None:
        answer = await ask(client, Topics(**{"from": next}))
        topics |= {told["id"]: Topic(told) for told in answer.topics}
        next = answer.next
    return topics


def chosen(topics: dict[int, Topic], wanted: list[str]) -> list[int] | None:
    """The numbers of topics that are named by their name or number; none means all."""
    numbers = [number for name in wanted for number, topic in topics.items() if name in (topic.name, str(number))]
    if len(numbers) != len(wanted):
        fail(f"The device has {', '.join(topic.name for topic in topics.values())}; no {' or '.join(wanted)}.")
    return numbers or None


def line(topics: dict[int, Topic], topic: int, uptime: int, value: int | float, kind: int = 0) -> str:
    """A record as people read it."""
    what = topics.get(topic)
    name, unit = (what.name, what.unit) if what else (f"topic {topic}", "")
    number = str(value) if kind == FAULT or not what else f"{what.shown(value)} {unit}".rstrip()
    said = KINDS[kind] if kind < len(KINDS) else f"kind {kind}"
    return f"{uptime / 1000:12.3f}  {name:<16} {number:<14} {said}".rstrip()


def configuration(topic: Topic, told: dict[str, Any]) -> str:
    """How a topic is configured, in a line."""
    parts = [f"period {told['period']} ms" if told.get("period") else "events"]
    if told.get("window"):
        names = [name for name, bit in STATISTICS.items() if told.get("statistics", 0) & bit]
        parts.append(f"{'/'.join(names)} of {told['window']}")
    if told.get("deadband") is not None:
        parts.append(f"deadband {topic.shown(told['deadband'])}")
    if told.get("rate"):
        parts.append(f"at most one in {told['rate']} ms")
    if told.get("raise") is not None:
        alarm = f"alarm from {topic.shown(told['raise'])} until {topic.shown(told['clear'])}"
        parts.append(alarm + (f" on output {told['output']}" if told.get("output") is not None else ""))
    return ", ".join(parts)


app = typer.Typer(name="telemetry", help="Westerly's telemetry group: what the device measures.", no_args_is_help=True)

Chosen = Annotated[list[str], typer.Option("--topic", help="Only this topic, by name or number; may be repeated.")]


@app.command("topics")
def topics_command(context: typer.Context) -> None:
    """List what the device measures, and how."""

    async def conversation(client: SMPClient) -> None:
        for topic in (await all_topics(client)).values():
            kind = f"fixed({topic.decimals})" if topic.kind == "fixed" else topic.kind
            print(f"{topic.id:3}  {topic.name:<16} {kind:<9} {topic.unit:<4} {configuration(topic, topic.told)}")

    converse(context, conversation)


@app.command()
def read(
    context: typer.Context,
    since: Annotated[int, typer.Option(help="From this sequence number on.")] = 0,
    max: Annotated[int | None, typer.Option(help="At most so many records.")] = None,
    topic: Chosen = [],
) -> None:
    """Read records once, as many as one answer holds."""

    async def conversation(client: SMPClient) -> None:
        topics = await all_topics(client)
        answer = await ask(client, Records(since=since, max=max, topics=chosen(topics, topic)))
        for sequence, uptime, number, *rest in answer.records:
            print(f"{sequence:8} {line(topics, number, uptime, *rest)}")
        print(f"next {answer.next}, lost {answer.lost}, oldest {answer.oldest}")

    converse(context, conversation)


@app.command()
def follow(
    context: typer.Context,
    since: Annotated[int | None, typer.Option(help="From this sequence number on; from now on without it.")] = None,
    interval: Annotated[float, typer.Option(help="Seconds between questions when there is nothing new.")] = 0.5,
    count: Annotated[int | None, typer.Option(help="End after so many records.")] = None,
    topic: Chosen = [],
) -> None:
    """Print records as they come, and what was lost, until interrupted."""

    async def conversation(client: SMPClient) -> None:
        topics = await all_topics(client)
        only = chosen(topics, topic)
        # No topic is asked for, so the answer passes over all there is.
        now = await ask(client, Records(topics=[]))
        next, boot = now.next if since is None else since, now.boot
        left = count
        while left is None or left > 0:
            answer = await ask(client, Records(since=next, max=left, topics=only, boot=boot))
            if answer.boot != boot:
                print(f"-- the device has restarted (run {answer.boot}) --")
            if answer.lost:
                print(f"-- {answer.lost} records lost --")
            for _, uptime, number, *rest in answer.records:
                print(line(topics, number, uptime, *rest), flush=True)
            if left is not None:
                left -= len(answer.records)
            if answer.next == next:
                await asyncio.sleep(interval)
            next, boot = answer.next, answer.boot

    converse(context, conversation)


@app.command()
def latest(context: typer.Context, topic: Chosen = []) -> None:
    """Show the latest value of each topic."""

    async def conversation(client: SMPClient) -> None:
        topics = await all_topics(client)
        only = chosen(topics, topic)
        next: int | None = 0
        while next is not None:
            answer = await ask(client, Latest(**{"topics": only, "from": next}))
            for number, *rest in answer.values:
                print(line(topics, number, *rest))
            next = answer.next

    converse(context, conversation)


@app.command()
def configure(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(help="By name or number.")],
    default: Annotated[bool, typer.Option("--default", help="Begin from what the device was built with.")] = False,
    period: Annotated[int | None, typer.Option(help="Milliseconds from sample to sample; 0 for none.")] = None,
    window: Annotated[int | None, typer.Option(help="Samples of which statistics are made; 0 for none.")] = None,
    statistics: Annotated[str | None, typer.Option(help="Of a window: minimum, maximum, mean, with commas.")] = None,
    deadband: Annotated[str | None, typer.Option(help="Smaller changes make no record; 0 for none.")] = None,
    rate: Annotated[int | None, typer.Option(help="Milliseconds between records at least; 0 for no limit.")] = None,
    raise_at: Annotated[str | None, typer.Option("--raise", help="The value at which the alarm begins.")] = None,
    clear_at: Annotated[str | None, typer.Option("--clear", help="The value at which the alarm ends.")] = None,
    output: Annotated[int | None, typer.Option(help="The output, by its place in `io list`, for the alarm.")] = None,
    no_alarm: Annotated[bool, typer.Option("--no-alarm", help="Take the alarm away.")] = False,
) -> None:
    """Set how a topic is sampled and filtered, and show it. Without options only show it."""

    async def conversation(client: SMPClient) -> None:
        topics = await all_topics(client)
        number = (chosen(topics, [topic]) or [0])[0]
        what = topics[number]
        changes: dict[str, Any] = {"period": period, "window": window, "rate": rate, "output": output}
        for key, text in (("deadband", deadband), ("raise", raise_at), ("clear", clear_at)):
            changes[key] = None if text is None else what.parsed(text)
        if statistics is not None:
            if unknown := set(statistics.split(",")) - set(STATISTICS):
                fail(f"No such statistic: {', '.join(unknown)}.")
            changes["statistics"] = sum(STATISTICS[name] for name in set(statistics.split(",")))
        changes |= {"default": True if default else None, "alarm": False if no_alarm else None}
        changes = {key: value for key, value in changes.items() if value is not None}
        if changes:
            await ask(client, Configure(topic=number, **changes))
        told = await ask(client, Configuration(topic=number))
        print(f"{what.name}: {configuration(what, told.model_dump())}")

    converse(context, conversation)
