# SPDX-License-Identifier: Apache-2.0
"""What the builds may take: limits.toml, judging by it, and writing it.

A figure is [at most, of]: the most that may be taken, and the size of what it is taken from. The second is there so that the table of
docs/sizes.md needs no build, and so that a memory that has changed its size is noticed.
"""

import math
import tomllib

from .builds import SETS
from .failure import Failure

# What a limit leaves above what was measured, and what it is rounded up to, in bytes. Ordinary work passes; a crate that came in by
# mistake, or a buffer, does not.
ROOM = 1.03
ROUNDED_TO = {"flash": 1024, "RAM": 256}
# How deep a stack gets hangs on when the interrupts come.
STACK_ROOM = 1.1
STACK_ROUNDED_TO = 64
# A limit so far above what is taken, in parts of it, sees nothing any more.
LOOSE = 1.12
STACK_LOOSE = 1.3

# What must be left of what there is. Flash and RAM for what somebody adds. A stack for what no test has done: a deeper interrupt,
# another compiler. The bootloader is finished: nobody adds to it.
RESERVE = {"flash": 0.05, "RAM": 0.05}
BOOTLOADER_RESERVE = {"flash": 0.02, "RAM": 0.05}
STACK_RESERVE = 0.15

HOW_TO_SET = "tests/sizes/run --builds FOLDER --update writes one"


def reserve(kind, name):
    if kind == "stacks":
        return STACK_RESERVE
    return (BOOTLOADER_RESERVE if kind == "bootloader" else RESERVE)[name]


class Limits:
    """The figures of limits.toml: by set or "stacks", board, and flash, RAM or thread."""

    def __init__(self, figures, heading=""):
        self.figures = dict(figures)
        # What the builds were made with that the limits were taken from.
        self.compilers = self.figures.pop("compilers", [])
        self.heading = heading

    @classmethod
    def read(cls, file):
        text = file.read_text()
        try:
            figures = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Failure(f"{file}: {error}") from None
        unknown = set(figures) - set(SETS) - {"stacks", "compilers"}
        if unknown:
            raise Failure(f"{file}: no such feature set: {', '.join(sorted(unknown))}")
        heading = "".join(line for line in text.splitlines(keepends=True)[: first_table(text)])
        return cls(figures, heading)

    def write(self, file):
        tables = []
        for kind in (*SETS, "stacks"):
            boards = self.figures.get(kind)
            if boards:
                lines = [f'"{board}" = {{ {inline(boards[board])} }}' for board in sorted(boards)]
                tables.append("\n".join((f"[{kind}]", *lines)) + "\n")
        compilers = ", ".join(f'"{compiler}"' for compiler in self.compilers)
        file.write_text(f"{self.heading}compilers = [{compilers}]\n\n" + "\n".join(tables))

    def judge(self, builds):
        """What is wrong, a sentence each, and what is worth a word."""
        complaints, remarks = [], []
        for kind, board, name, figure in measured(builds):
            limit = self.figures.get(kind, {}).get(board, {}).get(name)
            complaints += list(complaint(kind, board, name, figure, limit))
            if limit and is_loose(kind, name, figure[0], limit[0]):
                remarks.append(f"{place(kind, board, name)}: the limit of {limit[0]:,} bytes is far above the {figure[0]:,} that are taken")
        if complaints and builds.compilers - set(self.compilers):
            remarks.append(f"built with {', '.join(sorted(builds.compilers))}; the limits are for {', '.join(self.compilers)}, and "
                           "another compiler makes other sizes")
        return complaints, remarks

    def missing(self, builds):
        """Limits that nothing was measured for."""
        seen = {(kind, board, name) for kind, board, name, _ in measured(builds)}
        wanted = {(kind, board, name) for kind, boards in self.figures.items() for board, names in boards.items() for name in names}
        return [f"{place(*key)}: there is a limit, and no build to hold against it" for key in sorted(wanted - seen)]

    def inconsistent(self):
        """What is wrong with the limits themselves: a limit must leave the reserve that a build must leave."""
        every = ((kind, board, name, limit) for kind, boards in self.figures.items() for board, names in boards.items()
                 for name, limit in names.items())
        return [sentence for kind, board, name, limit in every for sentence in reserve_complaint(kind, board, name, limit)]

    def update(self, builds):
        """New limits for what was measured, where there is none, it is exceeded, or it is far too large; gives what has changed."""
        changed = []
        for kind, board, name, figure in measured(builds):
            names = self.figures.setdefault(kind, {}).setdefault(board, {})
            limit = names.get(name)
            if limit is None or limit[1] != figure[1] or limit[0] < figure[0] or is_loose(kind, name, figure[0], limit[0]):
                names[name] = limit_for(kind, name, *figure)
                changed.append(f"{place(kind, board, name)}: {names[name][0]:,} of {figure[1]:,} bytes")
        self.compilers = sorted({*self.compilers, *builds.compilers})
        return changed


def first_table(text):
    """The line after the comment that the file begins with."""
    return next((number for number, line in enumerate(text.splitlines()) if line.strip() and not line.startswith("#")), None)


def inline(names):
    return ", ".join(f"{name} = [{limit[0]}, {limit[1]}]" for name, limit in names.items())


def rounded_to(kind, name):
    return STACK_ROUNDED_TO if kind == "stacks" else ROUNDED_TO[name]


def is_loose(kind, name, used, at_most):
    return used * (STACK_LOOSE if kind == "stacks" else LOOSE) < at_most - rounded_to(kind, name)


def limit_for(kind, name, used, of):
    """[at most, of] for what was measured. A limit never goes into the reserve; what was measured may, and is complained of."""
    step = rounded_to(kind, name)
    at_most = math.ceil(used * (STACK_ROOM if kind == "stacks" else ROOM) / step) * step
    return [max(used, min(at_most, of - wanted_reserve(kind, name, of))), of]


def wanted_reserve(kind, name, of):
    return math.ceil(of * reserve(kind, name))


def measured(builds):
    """(set or "stacks", board, name, [used, of])."""
    for kind, boards in builds.sizes.items():
        for board, sizes in boards.items():
            for name in ROUNDED_TO:
                if name in sizes:
                    yield kind, board, name, sizes[name]
    for board, threads in builds.stacks.items():
        for name, figure in threads.items():
            yield "stacks", board, name, figure


def place(kind, board, name):
    return f"{board}, stack of {name}" if kind == "stacks" else f"{board}, {kind}, {name}"


def complaint(kind, board, name, figure, limit):
    where = place(kind, board, name)
    used, of = figure
    yield from reserve_complaint(kind, board, name, figure)
    if limit is None:
        yield f"{where}: {used:,} of {of:,} bytes are taken, and there is no limit for it: {HOW_TO_SET}"
        return
    if used > limit[0]:
        yield f"{where}: {used:,} bytes are taken, {used - limit[0]:,} more than the limit of {limit[0]:,}"
    if of != limit[1]:
        yield f"{where}: there are {of:,} bytes of it, and limits.toml says {limit[1]:,}"


def reserve_complaint(kind, board, name, figure):
    used, of = figure
    wanted = wanted_reserve(kind, name, of)
    if of - used < wanted:
        yield (f"{place(kind, board, name)}: {used:,} of {of:,} bytes are taken, which leaves {of - used:,}; "
               f"{wanted:,} ({reserve(kind, name):.0%}) must be left")
