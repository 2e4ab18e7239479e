# SPDX-License-Identifier: Apache-2.0
"""The power goes while MCUboot swaps the slots: the board ends with one image running and the other kept, both whole."""

import random
import shutil
import time

import client
import flash
import pytest
from conftest import NEW_VERSION
from machine import Machine

CUTS = 5


@pytest.fixture
def marked(uploaded):
    """A flash whose next boot begins with a swap."""
    client.mark_for_test(uploaded.machine, client.states(uploaded.machine)[1].hash)
    uploaded.machine.cut_power()
    return uploaded.file


@pytest.fixture
def tested(marked, start):
    """A flash whose next boot begins with the swap back."""
    machine = start(marked)
    assert client.states(machine)[0].version == NEW_VERSION
    machine.cut_power()
    return marked


@pytest.fixture
def swap_seconds(start):
    """How long the swap takes that is next on a flash; on a copy."""

    def measured(file):
        machine = start(shutil.copyfile(file, file.with_name("measured.bin")), ready=Machine.SWAP)
        seconds = machine.swap_seconds()
        machine.cut_power()
        return seconds

    return measured


@pytest.fixture
def cut(start):
    """Boots and cuts the power so long after the swap has begun; gives whether that was in the middle of it."""

    def during(file, seconds):
        machine = start(file, ready=Machine.SWAP)
        time.sleep(seconds)
        machine.cut_power()
        return flash.is_swapping(file)

    return during


def expect_whole(machine, file, images, running):
    """One image runs, and the slots hold the two."""
    slots = (images.new, images.old) if running == "new" else (images.old, images.new)
    assert [flash.slot(file, number).startswith(image) for number, image in enumerate(slots)] == [True, True]
    state = client.states(machine)[0]
    assert (state.version == NEW_VERSION, state.confirmed) == (running == "new", running == "old")


def moments(seed, seconds):
    """One in each part of the swap."""
    choose = random.Random(seed)
    return [(number + choose.random()) / CUTS * seconds for number in range(CUTS)]


@pytest.mark.parametrize(("before", "running"), [("marked", "new"), ("tested", "old")])
def test_one_cut(request, pytestconfig, images, start, swap_seconds, cut, before, running):
    file = request.getfixturevalue(before)
    seconds = swap_seconds(file)
    hits = 0
    for moment in moments(pytestconfig.option.seed, seconds):
        copy = shutil.copyfile(file, file.with_name("copy.bin"))
        hit = cut(copy, moment)
        hits += hit
        print(f"cut {moment:.3f} s into {seconds:.3f} s: {'in the middle' if hit else 'not in the swap'}")
        machine = start(copy)
        if hit:
            expect_whole(machine, copy, images, running)
        machine.cut_power()
    assert hits >= CUTS // 2, "too few cuts came in the middle of a swap to show anything"


def test_cut_after_cut(images, marked, start, swap_seconds, cut):
    """Each start gets a little further; the swap goes on where it was, and ends."""
    seconds = swap_seconds(marked)
    cuts = 0
    while cut(marked, seconds / 4):
        cuts += 1
        assert cuts < 20, "it does not come to an end"
    print(f"{cuts} cuts")
    assert cuts >= 2
    # The start that ended the swap was the new image's only one.
    expect_whole(start(marked), marked, images, "old")
