# SPDX-License-Identifier: Apache-2.0
"""The io group over the devicetree's LEDs and buttons."""

import time

import pytest

from buttons import open_button
from smp_line import READ, V1, WRITE

IO = 66
LIST, VALUE, PULSE = 0, 1, 2

NATIVE = ["Green LED", "Red LED"], ["Button"]
QEMU = ["status", "link"], ["select", "up"]


@pytest.fixture
def lines(board):
    """The names of the outputs, and those of the inputs."""
    return NATIVE if board.is_native else QEMU


@pytest.fixture
def button(board, serial):
    button = open_button(board, serial)
    yield button
    button.set(False)
    button.close()


def listed(client):
    return client.ask(READ, IO, LIST).map["io"]


def read(client, name):
    return client.ask(READ, IO, VALUE, {"name": name}).map


def write(client, name, value):
    return client.ask(WRITE, IO, VALUE, {"name": name, "value": value}).map


def pulse(client, name, duration):
    return client.ask(WRITE, IO, PULSE, {"name": name, "duration": duration}).map


def failed(code):
    return {"err": {"group": IO, "rc": code}}


def test_the_list(client, lines):
    outputs, inputs = lines
    assert [(line["name"], line["output"]) for line in listed(client)] == [
        *((name, True) for name in outputs),
        *((name, False) for name in inputs),
    ]
    assert all(isinstance(line["value"], bool) for line in listed(client))
    rest = client.ask(READ, IO, LIST, {"from": 1}).map["io"]
    assert [line["name"] for line in rest] == [*outputs, *inputs][1:]
    assert client.ask(READ, IO, LIST, {"from": 99}).map == {"io": []}


def test_leds_go_on_and_off(client, lines):
    outputs, _ = lines
    for name in outputs:
        for value in (True, True, False):
            assert write(client, name, value) == {}
            assert read(client, name) == {"value": value}
            # And no other changed with it.
            assert {line["name"] for line in listed(client) if line["output"] and line["value"]} == ({name} if value else set())


def test_a_pulse_ends_by_itself(client, lines):
    name = lines[0][0]
    began = time.monotonic()
    assert pulse(client, name, 700) == {}
    # The answer does not wait for the end.
    assert time.monotonic() - began < 0.5
    assert read(client, name) == {"value": True}
    while read(client, name) == {"value": True}:
        assert time.monotonic() - began < 5
        time.sleep(0.02)
    assert time.monotonic() - began > 0.65


def test_what_comes_next_takes_the_place_of_a_pulse(client, lines):
    name = lines[0][1]
    assert pulse(client, name, 300) == {}
    assert write(client, name, True) == {}
    time.sleep(0.6)
    assert read(client, name) == {"value": True}
    assert pulse(client, name, 60_000) == {}
    assert write(client, name, False) == {}
    assert read(client, name) == {"value": False}
    assert pulse(client, name, 60_000) == {}
    assert pulse(client, name, 100) == {}
    time.sleep(0.4)
    assert read(client, name) == {"value": False}


def test_a_button(serial, lines, button):
    name = lines[1][0]
    assert read(serial, name) == {"value": False}
    button.set(True)
    assert read(serial, name) == {"value": True}
    button.set(False)
    assert read(serial, name) == {"value": False}


def test_errors(client, lines):
    output, button = lines[0][0], lines[1][0]
    assert read(client, "none") == write(client, "none", True) == pulse(client, "none", 1) == failed(2)
    assert write(client, button, True) == pulse(client, button, 100) == failed(3)
    assert pulse(client, output, 0) == pulse(client, output, 60_001) == failed(5)
    assert client.ask(READ, IO, VALUE, {"name": "none"}, version=V1).map == {"rc": 5}
    assert client.ask(WRITE, IO, VALUE, {"name": button, "value": True}, version=V1).map == {"rc": 3}
