# SPDX-License-Identifier: Apache-2.0
"""Options, the images, and a board for each test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import flash
import pytest
from images import Build
from machine import Machine

NEW_VERSION = "7.8.9"
# Random for no reason but to be found nowhere else; longer than a few pages, so that the images differ in length too.
TAIL = bytes((index * index * 7 + index // 251) % 256 for index in range(5 * 4096 + 123))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("westerly")
    group.addoption("--build", type=Path, required=True, help="build folder of west build -b mps2/an385 --sysbuild")
    group.addoption("--qemu", default="qemu-system-arm", help="the emulator")
    group.addoption("--cuts", type=int, default=5, help="how often the power is cut in a swap")
    group.addoption("--seed", type=int, default=1, help="for the steps at which the power is cut")


def pytest_configure(config: pytest.Config) -> None:
    folder = config.getoption("--build").resolve()
    if not (folder / "domains.yaml").is_file():
        raise pytest.UsageError(f"{folder} is no build of west build --sysbuild")
    config.option.build = folder
    if shutil.which(config.getoption("--qemu")) is None:
        raise pytest.UsageError(f"{config.getoption('--qemu')} is not on the PATH: install it or name another with --qemu")


@dataclass(frozen=True)
class Images:
    """Old is what the build signed; the others differ in version and end."""

    old: bytes
    new_file: Path
    foreign: bytes
    """Signed with a key that MCUboot does not know."""

    @property
    def new(self) -> bytes:
        return self.new_file.read_bytes()


@pytest.fixture(scope="session")
def build(pytestconfig: pytest.Config) -> Build:
    return Build(pytestconfig.option.build)


@pytest.fixture(scope="session")
def images(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Images:
    folder = tmp_path_factory.mktemp("images")
    foreign_key = build.make_key(folder / "foreign.pem")
    return Images(
        old=build.signed,
        new_file=build.sign(folder / "new.bin", NEW_VERSION, TAIL),
        foreign=build.sign(folder / "foreign.bin", NEW_VERSION, TAIL, foreign_key).read_bytes(),
    )


@pytest.fixture
def start(pytestconfig: pytest.Config):
    """Starts boards, and ends those that still run when the test is over."""
    machines: list[Machine] = []

    def started(file: Path, **arguments: str) -> Machine:
        machine = Machine(file, pytestconfig.option.qemu, **arguments)
        machines.append(machine)
        return machine

    yield started
    for machine in machines:
        machine.cut_power()
        # Shown by pytest if the test failed.
        print(machine.output)


@dataclass
class Board:
    """A machine and its flash; the machine is another one after each loss of power."""

    file: Path
    machine: Machine
    start: Callable[..., Machine]

    def lose_power(self) -> None:
        """And get it back."""
        self.machine.cut_power()
        self.machine = self.start(self.file)


@pytest.fixture
def board(build: Build, images: Images, start: Callable[..., Machine], tmp_path: Path) -> Board:
    """A board that has only ever known the old image."""
    file = tmp_path / "flash.bin"
    flash.create(file, build.bootloader, images.old)
    return Board(file, start(file), start)


@pytest.fixture
def uploaded(build: Build, images: Images, start: Callable[..., Machine], tmp_path: Path) -> Board:
    """A board to which the new image has been uploaded; written into its file, for an upload takes its time."""
    file = tmp_path / "flash.bin"
    flash.create(file, build.bootloader, images.old, images.new, build.upload_start)
    return Board(file, start(file), start)
