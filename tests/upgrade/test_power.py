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

SWAP_SECONDS = 15


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
def steps(start):
    """How many steps the swap has that is next on a flash; on a copy."""

    def counted(file):
        copy = shutil.copyfile(file, file.with_name("counted.bin"))
        machine = start(copy, ready=Machine.JUMP)
        machine.cut_power()
        return flash.swap_steps(copy)

    return counted


@pytest.fixture
def cut(start):
    """Boots and cuts the power when so many steps of the swap are done, counted from its begin."""

    def during(file, steps):
        machine = start(file, ready=Machine.SWAP)
        end = time.monotonic() + SWAP_SECONDS
        # At first the note may be that of the swap before.
        while not flash.is_swapping(file) or flash.swap_steps(file) < steps:
            assert time.monotonic() < end, machine.output
            time.sleep(0.0005)
        machine.cut_power()
        done = flash.swap_steps(file)
        print(f"cut at step {steps}, {done} done")
        return done

    return during


def expect_whole(machine, file, images, running):
    """One image runs, and the slots hold the two."""
    slots = (images.new, images.old) if running == "new" else (images.old, images.new)
    assert [flash.holds(file, number, image) for number, image in enumerate(slots)] == [True, True]
    state = client.states(machine)[0]
    assert (state.version == NEW_VERSION, state.confirmed) == (running == "new", running == "old")


@pytest.mark.parametrize(("before", "running"), [("marked", "new"), ("tested", "old")])
def test_one_cut(request, pytestconfig, images, start, steps, cut, before, running):
    """One in each part of the swap, each on a copy."""
    file = request.getfixturevalue(before)
    total = steps(file)
    cuts = pytestconfig.option.cuts
    choose = random.Random(pytestconfig.option.seed)
    for number in range(cuts):
        copy = shutil.copyfile(file, file.with_name("copy.bin"))
        done = cut(copy, int((number + choose.random()) / cuts * total))
        assert done < total and flash.is_swapping(copy), f"the swap was over before the power went, after {done} of {total} steps"
        machine = start(copy)
        expect_whole(machine, copy, images, running)
        machine.cut_power()


def test_cut_after_cut(pytestconfig, images, marked, start, steps, cut):
    """Each start gets a little further; the swap goes on where it was, and ends."""
    total = steps(marked)
    cuts = pytestconfig.option.cuts
    for number in range(cuts):
        done = cut(marked, number * total // cuts)
        assert done < total and flash.is_swapping(marked)
    expect_whole(start(marked), marked, images, "new")
