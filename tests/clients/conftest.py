# SPDX-License-Identifier: Apache-2.0
"""Options, and a board for each test over each transport its target has."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import attacks
import boards
import pytest
import updates

TARGETS = {"simulator": boards.Simulator, "native_sim": boards.NativeSim, "qemu": boards.Qemu, "qemu_riscv32": boards.QemuRiscv}
ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("westerly")
    group.addoption("--target", choices=TARGETS, default="simulator", help="what to start as the board")
    group.addoption("--executable", type=Path, help="westerly, zephyr.exe or zephyr.elf (default: target/debug/westerly)")
    group.addoption("--westerly", type=Path, help="the command line (default: target/debug/westerly)")
    group.addoption("--qemu", help="the emulator (default: qemu-system-arm, qemu-system-riscv32)")


def pytest_configure(config: pytest.Config) -> None:
    westerly = config.getoption("--westerly") or Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "debug", "westerly")
    executable = config.getoption("--executable")
    if config.getoption("--target") != "simulator":
        if executable is None:
            raise pytest.UsageError("--executable is needed: the application built for that target")
    else:
        # The board is the command line itself.
        westerly = executable = executable or westerly
    for file, option in [(executable, "--executable"), (westerly, "--westerly")]:
        if not file.is_file():
            raise pytest.UsageError(f"{file} does not exist: build it (cargo build -p westerly) or name another with {option}")
    config.option.executable, config.option.westerly = executable.resolve(), westerly.resolve()
    emulators = {"qemu": "qemu-system-arm", "qemu_riscv32": "qemu-system-riscv32"}
    qemu = config.option.qemu = config.getoption("--qemu") or emulators.get(config.getoption("--target"))
    if qemu and shutil.which(qemu) is None:
        raise pytest.UsageError(f"{qemu} is not on the PATH: install it or name another with --qemu")


@dataclass
class Line:
    """A board, and the transport a test is to use."""

    board: boards.Board
    transport: str


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture in {"line", "secured"} & set(metafunc.fixturenames):
        transports = TARGETS[metafunc.config.getoption("--target")].traits.transports
        for only in ("serial", "udp"):
            if metafunc.definition.get_closest_marker(only):
                transports = [transport for transport in transports if transport == only]
        metafunc.parametrize(fixture, transports, indirect=True)


@pytest.fixture
def line(request: pytest.FixtureRequest):
    """A board of its own for every test, which lets everybody do everything."""
    yield from started(request, secured=False)


@pytest.fixture
def secured(request: pytest.FixtureRequest):
    """The same as it comes: over UDP it lets nobody write without a key."""
    yield from started(request, secured=True)


def started(request: pytest.FixtureRequest, secured: bool):
    """A board, until the test is over."""
    option = request.config.option
    arguments = [option.executable] + ([option.qemu] if option.qemu else [])
    board = TARGETS[option.target](*arguments, secured=secured)
    try:
        yield Line(board, request.param)
    finally:
        board.stop()
        # Shown by pytest if the test failed.
        print(board.output)


@pytest.fixture
def guarded(secured):
    """A board that comes as it does, and a key of an administrator's for it."""
    yield from attacks.guarded(secured.board, secured.transport)


@pytest.fixture
def make(tmp_path):
    """Makes an image of a version."""
    return lambda version, *more: updates.make(tmp_path, version, *more)
