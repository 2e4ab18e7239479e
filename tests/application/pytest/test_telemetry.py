# SPDX-License-Identifier: Apache-2.0
"""The telemetry group over the sampler: the kernel's figures, the emulated thermometer, a button."""

import time

import pytest

from buttons import open_button
from load import counters
from smp_line import READ, V1, WRITE, SerialClient

TELEMETRY, IO, SETTINGS = 64, 66, 3
TOPICS, RECORDS, LATEST, CONFIGURE = 0, 1, 2, 3
UPTIME, LOAD, HEAP, TEMPERATURE, BUTTON0, BUTTON1 = 1, 2, 3, 17, 32, 33
# A code of the settings group.
DELETE_NOT_SUPPORTED = 7
SAMPLE, MINIMUM, MAXIMUM, MEAN, RAISED, CLEARED, FAULT = range(7)

INVALID, UNKNOWN = {"err": {"group": TELEMETRY, "rc": 3}}, {"err": {"group": TELEMETRY, "rc": 2}}


def ask(client, command, **content):
    return client.ask(READ, TELEMETRY, command, content).map


def configure(client, topic, **content):
    return client.ask(WRITE, TELEMETRY, CONFIGURE, {"topic": topic, **content}).map


def next_sequence(client):
    """Of the record that is written next."""
    since = 0
    while (answer := ask(client, RECORDS, since=since))["records"]:
        since = answer["next"]
    return since


def read_on(client, since, topics, *, seconds=10, until=lambda records: False):
    """The records of these topics from a sequence number on, until there are enough."""
    end = time.monotonic() + seconds
    records = []
    while not until(records):
        answer = ask(client, RECORDS, since=since, topics=topics)
        since = answer["next"]
        records += answer["records"]
        assert answer["lost"] == 0, answer
        assert time.monotonic() < end, records
        time.sleep(0.02)
    return records


def temperature(uptime):
    """What boards/thermometer.c has at that time, in hundredths of a degree."""
    step = uptime // 1500 % 40
    return 2000 + 50 * (step if step <= 20 else 40 - step)


def is_temperature(value, uptime):
    """Between the measurement and its record the clock goes on."""
    return value in (temperature(uptime), temperature(max(uptime - 50, 0)))


@pytest.fixture
def usual(client):
    """All topics as the build has them, afterwards."""
    yield
    for topic in topics_of(client):
        assert configure(client, topic, default=True) == {}


def topics_of(client):
    topics, start = {}, 0
    while start is not None:
        answer = ask(client, TOPICS, **{"from": start})
        topics |= {topic["id"]: topic for topic in answer["topics"]}
        start = answer.get("next")
    return topics


def test_the_topics(board, client):
    topics = topics_of(client)
    buttons = {BUTTON0: "button0"} if board.is_native else {BUTTON0: "button0", BUTTON1: "button1"}
    assert {number: topic["name"] for number, topic in topics.items()} == {
        UPTIME: "uptime", LOAD: "cpu_load", HEAP: "heap_used", TEMPERATURE: "temperature", **buttons
    }
    assert list(topics) == sorted(topics)
    assert topics[UPTIME] == {"id": UPTIME, "name": "uptime", "unit": "s", "type": "int", "period": 10_000}
    assert topics[TEMPERATURE] == {
        "id": TEMPERATURE, "name": "temperature", "unit": "°C", "type": "fixed", "decimals": 2, "period": 1000, "deadband": 10
    }
    assert topics[BUTTON0] == {"id": BUTTON0, "name": "button0", "unit": "", "type": "bool", "period": 0}


def test_the_latest_values(client):
    time.sleep(0.1)
    answer = ask(client, LATEST)
    values = {topic: (uptime, value) for topic, uptime, value, kind in answer["values"] if kind == SAMPLE}
    assert {UPTIME, LOAD, HEAP, TEMPERATURE} <= values.keys()
    for uptime, _ in values.values():
        assert uptime <= answer["uptime"]
    uptime, seconds = values[UPTIME]
    assert seconds == uptime // 1000
    assert 0 <= values[LOAD][1] <= 1000
    assert is_temperature(values[TEMPERATURE][1], values[TEMPERATURE][0])
    (only,) = ask(client, LATEST, topics=[UPTIME])["values"]
    assert only[0] == UPTIME


def test_asking_again_gives_the_same(client):
    first = ask(client, RECORDS, max=3)
    again = ask(client, RECORDS, max=3)
    if again["oldest"] == first["oldest"]:
        assert again == first
    assert len(first["records"]) == 3
    sequences = [sequence for sequence, *_ in first["records"]]
    assert sequences == list(range(sequences[0], sequences[0] + 3))
    assert first["next"] == sequences[-1] + 1


def test_samples_come_by_the_clock(client, usual):
    """One each 100 ms, on a grid, each with the temperature of its time."""
    since = next_sequence(client)
    assert configure(client, TEMPERATURE, period=100, deadband=0) == {}
    assert ask(client, CONFIGURE, topic=TEMPERATURE) == {"topic": TEMPERATURE, "period": 100}
    records = read_on(client, since, [TEMPERATURE], until=lambda records: len(records) >= 20)
    uptimes = [uptime for _, uptime, *_ in records]
    assert 1900 - 100 <= uptimes[19] - uptimes[0] <= 1900 + 300, uptimes
    assert all(before < after for before, after in zip(uptimes, uptimes[1:]))
    for _, uptime, topic, value in records:
        assert topic == TEMPERATURE
        assert is_temperature(value, uptime), (uptime, value)


def test_a_window(client, usual):
    since = next_sequence(client)
    assert configure(client, TEMPERATURE, period=50, deadband=0, window=8, statistics=7) == {}
    records = read_on(client, since, [TEMPERATURE], until=lambda records: len(records) >= 9)
    for at in range(0, 9, 3):
        (_, uptime, _, least, kind_0), (_, _, _, most, kind_1), (_, _, _, mean, kind_2) = records[at : at + 3]
        assert (kind_0, kind_1, kind_2) == (MINIMUM, MAXIMUM, MEAN)
        assert least <= mean <= most <= least + 50
        assert is_temperature(least, uptime) or is_temperature(most, uptime)


@pytest.mark.parametrize("output", [0, 1])
def test_an_alarm_switches_an_led_on(client, usual, output):
    """A low alarm on the uptime: raised at once, cleared two seconds later."""

    def led_is_on():
        return client.ask(READ, IO, 0).map["io"][output]["value"]

    since = next_sequence(client)
    assert not led_is_on()
    now = ask(client, LATEST)["uptime"] // 1000
    assert configure(client, UPTIME, period=100, deadband=1000, **{"raise": now + 1, "clear": now + 3}, output=output) == {}
    (raised, *_) = read_on(client, since, [UPTIME], until=bool)
    assert (raised[2:4], raised[4:]) == ([UPTIME, raised[1] // 1000], [RAISED])
    assert led_is_on()
    assert ask(client, LATEST, topics=[UPTIME])["values"][0][3] == RAISED
    alarms = read_on(client, since, [UPTIME], until=lambda records: any(CLEARED in record[4:] for record in records))
    (cleared,) = [record for record in alarms if CLEARED in record[4:]]
    assert cleared[3] == now + 3
    assert not led_is_on()


def test_an_alarm_that_is_taken_away_leaves_its_led_off(client, usual):
    since = next_sequence(client)
    assert configure(client, UPTIME, period=100, **{"raise": 0, "clear": 0}, output=1) == {}
    read_on(client, since, [UPTIME], until=lambda records: any(RAISED in record[4:] for record in records))
    assert client.ask(READ, IO, 0).map["io"][1]["value"]
    assert configure(client, UPTIME, alarm=False) == {}
    assert not client.ask(READ, IO, 0).map["io"][1]["value"]
    assert "raise" not in ask(client, CONFIGURE, topic=UPTIME)


def test_a_button_is_an_event(board, serial):
    button = open_button(board, serial)
    try:
        since = next_sequence(serial)
        for pressed in (True, False, True, False):
            button.set(pressed)
            (latest,) = ask(serial, LATEST, topics=[BUTTON0])["values"]
            assert latest[2] == pressed
        records = read_on(serial, since, [BUTTON0], until=lambda records: len(records) >= 4)
        assert [value for _, _, _, value, *_ in records] == [True, False, True, False]
        uptimes = [uptime for _, uptime, *_ in records]
        assert uptimes == sorted(uptimes)
        assert uptimes[-1] <= ask(serial, LATEST)["uptime"]
    finally:
        button.close()


def test_a_sensor_that_does_not_answer_is_one_record(board, serial):
    def thermometer(command):
        assert serial.ask(WRITE, 9, 0, {"argv": ["thermometer", command]}).map == {"o": "", "ret": 0}

    if "WESTERLY_TEST_DEVICES" not in board.configuration:
        pytest.skip("nobody cuts the wires here")
    faults = counters(serial, "telemetry")["faults"]
    since = next_sequence(serial)
    assert configure(serial, TEMPERATURE, period=50, deadband=0) == {}
    try:
        thermometer("cut")
        time.sleep(0.5)
        (latest,) = ask(serial, LATEST, topics=[TEMPERATURE])["values"]
        assert latest[2:] == [-5, FAULT]
        thermometer("join")
        time.sleep(0.3)
        records = read_on(serial, since, [TEMPERATURE], until=bool)
    finally:
        thermometer("join")
        assert configure(serial, TEMPERATURE, default=True) == {}
    # One when it began, and values again when it was over.
    (at,) = [index for index, record in enumerate(records) if record[4:] == [FAULT]]
    assert records[at][3] == -5
    assert all(is_temperature(value, uptime) for _, uptime, _, value in records[:at] + records[at + 1 :])
    assert len(records) > at + 1
    counted = counters(serial, "telemetry")["faults"]
    assert counted - faults >= 5


def test_losses_are_counted_exactly(board, client, usual):
    """The ring is overrun many times while a reader asks seldom, and each time twice: nothing comes twice, nothing is missing
    that is not counted."""
    since = next_sequence(client)
    fast = (UPTIME, LOAD, HEAP, TEMPERATURE)
    for topic in fast:
        assert configure(client, topic, period=2, deadband=0) == {}
    begin, sequences, lost = since, [], 0
    for pause in (0.1, 1.5, 0, 1, 0, 0, 1.5):
        time.sleep(pause)
        # The first answer is lost on its way.
        ask(client, RECORDS, since=since)
        answer = ask(client, RECORDS, since=since)
        got = [sequence for sequence, *_ in answer["records"]]
        assert got == list(range(since + answer["lost"], answer["next"])) or answer["lost"] > 0 and got, answer
        assert len(got) + answer["lost"] == answer["next"] - since
        sequences += got
        lost += answer["lost"]
        since = answer["next"]
    assert sequences == sorted(set(sequences))
    assert len(sequences) + lost == since - begin
    assert lost > 300, lost


def test_what_cannot_be_kept_up_with_is_counted_and_holds_nobody_up(client, usual):
    before = counters(client, "telemetry")
    for topic in (UPTIME, LOAD, HEAP, TEMPERATURE):
        assert configure(client, topic, period=1) == {}
    seen = []
    # A busy host stalls for as long now and then; a board that holds somebody up does it each time.
    while min(seen, default=1) >= 1 and len(seen) < 3:
        seen.append(slowest_echo(client, 2))
    after = counters(client, "telemetry")
    assert after["samples"] - before["samples"] > 100
    assert after["missed"] > before["missed"]
    assert after["faults"] == before["faults"]
    assert min(seen) < 1, seen


def slowest_echo(client, seconds: float) -> float:
    """Of all that fit in so long, the seconds of the one that took longest."""
    end, slowest = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        asked = time.monotonic()
        assert client.ask(WRITE, 0, 0, {"d": "still here"}).map == {"r": "still here"}
        slowest = max(slowest, time.monotonic() - asked)
    return slowest


def test_the_configuration_and_the_boots_live_over_a_restart(board):
    def boots(client):
        return int.from_bytes(client.ask(READ, SETTINGS, 0, {"name": "device/boots"}).map["val"], "little")

    client = SerialClient(board.pty)
    first = ask(client, RECORDS, max=1)["boot"]
    assert boots(client) == first
    # Nor is it deleted: a device that counted anew would ask clients of access control what it has asked before.
    assert client.ask(WRITE, SETTINGS, 0, {"name": "device/boots", "val": b"\0\0\0\0"}).map.keys() == {"err"}
    refused = {"err": {"group": SETTINGS, "rc": DELETE_NOT_SUPPORTED}}
    assert client.ask(WRITE, SETTINGS, 1, {"name": "device/boots"}).map == refused
    kept = {"period": 200, "deadband": 3, "rate": 400, "raise": 4000, "clear": 3900, "output": 1}
    assert configure(client, TEMPERATURE, **kept) == {}
    next_before = next_sequence(client)
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert ask(client, CONFIGURE, topic=TEMPERATURE) == {"topic": TEMPERATURE, **kept}
    answer = ask(client, RECORDS, since=next_before + 1000, boot=first)
    assert (answer["boot"], answer["oldest"], answer["lost"]) == (first + 1, 0, 0)
    assert answer["records"][0][0] == 0
    assert boots(client) == first + 1
    # Deleted, which counts from the next start on.
    assert client.ask(WRITE, SETTINGS, 1, {"name": f"telemetry/{TEMPERATURE}"}).map == {}
    assert ask(client, CONFIGURE, topic=TEMPERATURE)["period"] == 200
    assert configure(client, UPTIME, period=500) == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert ask(client, CONFIGURE, topic=TEMPERATURE) == {"topic": TEMPERATURE, "period": 1000, "deadband": 10}
    assert ask(client, CONFIGURE, topic=UPTIME) == {"topic": UPTIME, "period": 500}
    # Defaults are not kept: what was is deleted.
    assert configure(client, UPTIME, default=True) == {}
    client.close()
    board.restart()
    client = SerialClient(board.pty)
    assert ask(client, CONFIGURE, topic=UPTIME) == {"topic": UPTIME, "period": 10_000}
    assert ask(client, RECORDS, max=1)["boot"] == first + 3
    client.close()


def test_errors(board, client):
    outputs = sum(line["output"] for line in client.ask(READ, IO, 0).map["io"])
    assert ask(client, CONFIGURE, topic=99) == configure(client, 99, period=1) == UNKNOWN
    # A button has no period; an alarm's output is an output.
    assert configure(client, BUTTON0, period=100) == INVALID
    for output in (outputs, 200):
        assert configure(client, UPTIME, **{"raise": 1, "clear": 0}, output=output) == INVALID
    assert configure(client, UPTIME, window=3, statistics=0) == INVALID
    assert ask(client, CONFIGURE, topic=UPTIME) == {"topic": UPTIME, "period": 10_000}
    assert client.ask(READ, TELEMETRY, CONFIGURE, {"topic": 99}, version=V1).map == {"rc": 5}
