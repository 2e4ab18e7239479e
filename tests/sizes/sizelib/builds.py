# SPDX-License-Identifier: Apache-2.0
"""Finds builds: in what Twister leaves, in the folder of a single build, with MCUboot or without."""

import json
from pathlib import Path

from benchlib.build import options as configuration

from . import image
from .failure import Failure

# The feature sets, in the order of the table, and what is said of each.
SETS = {
    "smallest": "every group that can be left out, left out",
    "own": "as `west build -b BOARD` makes it",
    "usb": "with SMP over the board's own USB",
    "mcuboot": "for MCUboot, in its first slot",
    "bootloader": "MCUboot itself",
    "tested": "with what tests/application adds: crashes on request, an example's group",
}

# The scenario of sample.yaml that builds a set. What no scenario built is the board's own.
SCENARIOS = {
    "westerly.smallest": "smallest",
    "westerly.boards": "own",
    "westerly.usb": "usb",
    "westerly.mcuboot": "mcuboot",
    "westerly.application": "tested",
    "westerly.network": "tested",
}

# What the tests on the board have found out of its stacks (tests/application/pytest/stacks.py).
STACKS_FILE = "stacks.json"


class Builds:
    """What was measured: sizes by set and board, stacks by board."""

    def __init__(self):
        self.sizes = {}
        self.stacks = {}
        # For whoever wonders why a size is not the one in the table.
        self.compilers = set()

    def add(self, kind, board, sizes):
        """Of several builds of a kind, what the larger one takes: their folders' names may be a part of what they take."""
        known = self.sizes.setdefault(kind, {}).setdefault(board, sizes)
        if known.keys() != sizes.keys() or any(known[name][1] != sizes[name][1] for name in ("flash", "RAM") if name in sizes):
            raise Failure(f"two builds of {kind} for {board} that are not of one memory: {known} and {sizes}")
        self.sizes[kind][board] = {name: max(known[name], sizes[name]) for name in sizes}

    def take(self, folder):
        """All builds below the folder."""
        if not folder.is_dir():
            raise Failure(f"{folder} is no folder")
        by_twister = (folder / "testplan.json").is_file()
        found = [elf for elf in sorted(folder.rglob("zephyr/zephyr.elf")) if (elf.parent / ".config").is_file()]
        if not found:
            raise Failure(f"no build in {folder}")
        for elf in found:
            self.take_image(elf, by_twister)

    def take_image(self, elf, by_twister=False):
        options = configuration(elf.parent / ".config")
        # A process of the host has no flash and no RAM of its own.
        if options.get("CONFIG_ARCH_POSIX") == "y":
            return
        board = options["CONFIG_BOARD_TARGET"].strip('"')
        folder = elf.parent.parent
        kind = set_of(folder, options, by_twister)
        if kind is None:
            return
        self.add(kind, board, image.measure(elf, elf.with_suffix(".map")))
        self.compilers.add(compiler(folder))
        stacks = folder / STACKS_FILE
        if stacks.is_file():
            self.stacks[board] = json.loads(stacks.read_text())

    def write(self, file):
        file.parent.mkdir(parents=True, exist_ok=True)
        told = {"sizes": self.sizes, "stacks": self.stacks, "compilers": sorted(self.compilers)}
        file.write_text(json.dumps(told, indent=1) + "\n")

    def read(self, file):
        """What write() wrote."""
        try:
            told = json.loads(file.read_text())
        except (OSError, json.JSONDecodeError) as error:
            raise Failure(f"{file}: {error}") from None
        for kind, boards in told["sizes"].items():
            for board, sizes in boards.items():
                self.add(kind, board, sizes)
        self.stacks |= told["stacks"]
        self.compilers |= set(told["compilers"])


def set_of(folder, options, by_twister):
    """The feature set of a build folder; None of an image that is neither Westerly's nor its bootloader."""
    scenario = next((SCENARIOS[part] for part in reversed(folder.parts) if part in SCENARIOS), None)
    if by_twister and scenario is None:
        return None
    if options.get("CONFIG_MCUBOOT") == "y":
        return "bootloader"
    if "CONFIG_WESTERLY_NODE_NAME" not in options:
        return None
    if scenario in (None, "own") and options.get("CONFIG_BOOTLOADER_MCUBOOT") == "y":
        return "mcuboot"
    return scenario or "own"


def compiler(folder):
    """Name and version of the C compiler, from CMake's notes."""
    told = {"COMPILER": "unknown", "COMPILER_VERSION": ""}
    for notes in sorted(Path(folder, "CMakeFiles").glob("*/CMakeCCompiler.cmake")):
        for line in notes.read_text().splitlines():
            for name in told:
                if line.startswith(f'set(CMAKE_C_{name} "'):
                    told[name] = line.split('"')[1]
    return f"{Path(told['COMPILER']).name} {told['COMPILER_VERSION']}".strip()
