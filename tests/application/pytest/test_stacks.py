# SPDX-License-Identifier: Apache-2.0
"""What all the other tests have left of the stacks; conftest.py has it run last. tests/sizes holds it against the board's limits."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "sizes"))

from sizelib.limits import STACK_RESERVE  # noqa: E402

from stacks import INTERRUPTS  # noqa: E402

# The threads that every board with an SMP line has, and who comes in between.
EXPECTED = {"main", "idle", INTERRUPTS}


def test_every_stack_has_room_left(board):
    if board.is_native:
        pytest.skip("threads run on stacks of the host")
    stacks = board.stacks
    stacks.look()
    stacks.write()
    assert stacks.figures.keys() >= EXPECTED
    short = []
    for name, (used, size) in sorted(stacks.figures.items()):
        print(f"{name}: {used} of {size} bytes, {stacks.looks} looks")
        if size - used < STACK_RESERVE * size:
            short.append(f"{board.configuration['BOARD']}: the stack of {name} has {size - used} of {size} bytes left; {STACK_RESERVE:.0%} must be")
    assert not short, "\n".join(short)
