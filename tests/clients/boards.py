# SPDX-License-Identifier: Apache-2.0
"""Boards as processes: the simulator, native_sim and QEMU."""

import itertools
import os
import re
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

UDP_PORT = 1337
START_SECONDS = 15
END_SECONDS = 5

_numbers = itertools.count()


def own_address() -> str:
    """A loopback address that no other board has: by process, then by number within it."""
    number = next(_numbers)
    process = os.getpid()
    return f"127.{64 + process % 128}.{process // 128 % 256}.{1 + number % 254}"


@dataclass(frozen=True)
class Traits:
    """What the clients see differently on different targets."""

    transports: tuple[str, ...]
    kernel_name: str
    bootloader: str | None
    """Its name, or None where there is none."""
    shell: tuple[str, ...]
    """The transports over which the shell may be used."""
    shell_version: str
    """The line for the shell that prints the version."""
    images: bool
    """Whether there are slots for images."""
    swaps: bool
    """Whether a restart swaps them, that is, whether a bootloader is there to do it."""
    mount_point: str = "/lfs1"
    """Where its file system is."""
    largest_file: int = 1024 * 1024
    """Bytes that fit there twice: the old content stays until the new one is whole."""
    many_parts: int = 64 * 1024
    """Bytes of a file whose upload takes long enough for many clients one after the other."""


class Board:
    """A process that answers SMP. Its output is kept, for what it tells about itself and for a failing test's report."""

    traits: Traits

    def __init__(self, command: list[str], ready: str) -> None:
        self.address: str | None = None
        self._restarts = 0
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(ready)

    def _read(self) -> None:
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.rstrip())
                self._changed.notify_all()

    @property
    def output(self) -> str:
        with self._changed:
            return "\n".join(self._lines)

    def matches(self, pattern: str) -> list[str]:
        """What the pattern's group matched in the output so far."""
        return re.findall(pattern, self.output, re.MULTILINE)

    def wait_for(self, pattern: str, times: int = 1) -> str:
        """Waits until the output matched so many times; gives the last match."""
        end = time.monotonic() + START_SECONDS
        while len(found := self.matches(pattern)) < times:
            if time.monotonic() > end or self._process.poll() is not None and not self._reader.is_alive():
                raise RuntimeError(f"no {pattern!r} from {self._process.args}:\n{self.output}")
            with self._changed:
                self._changed.wait(0.1)
        return found[-1]

    @property
    def serial(self) -> str:
        """The terminal that is its serial line."""
        raise NotImplementedError

    def wait_for_restart(self) -> None:
        """Waits until a reset that was answered has been carried out; to be called once for each."""
        self._restarts += 1
        self._wait_for_restarts(self._restarts)

    def _wait_for_restarts(self, times: int) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(END_SECONDS)
        self._process.stdout.close()


class Simulator(Board):
    """The command `westerly`."""

    traits = Traits(
        transports=("udp", "serial"),
        kernel_name="westerly-sim",
        bootloader="MCUboot",
        shell=("udp", "serial"),
        shell_version="version",
        images=True,
        swaps=True,
    )
    _SERIAL = r"^Serial  (\S+)$"

    def __init__(
        self, executable: Path, arguments: tuple[str, ...] = ("--shell-udp", "--example"), secured: bool = False
    ) -> None:
        address = own_address()
        open_to_all = () if secured else ("--access-udp=allow",)
        where = ["--address", address, "--port", str(UDP_PORT)]
        command = [str(executable), "simulate", *where, *open_to_all, *arguments]
        super().__init__(command, self._SERIAL)
        self.address = address

    @property
    def serial(self) -> str:
        return self.wait_for(self._SERIAL)

    def _wait_for_restarts(self, times: int) -> None:
        self.wait_for(r"^(restarted): boot \d+", times)


# What is alike on all boards of the firmware.
_FIRMWARE = {"kernel_name": "Zephyr", "bootloader": None, "shell_version": "kernel version", "swaps": False}


class NativeSim(Board):
    """The application built for native_sim/native/64. A reset starts the process anew, with a new pseudo-terminal."""

    traits = Traits(transports=("udp", "serial"), shell=("serial",), images=True, **_FIRMWARE)
    _BOOTED = r"^\*\*\* (Booting)"
    _UDP = r"^SMP over (UDP)"

    def __init__(self, executable: Path, secured: bool = False) -> None:
        address = own_address()
        open_to_all = [] if secured else ["--access-udp=allow"]
        self._folder = tempfile.TemporaryDirectory(prefix="westerly-")
        # Two boards on one flash would damage each other's, and flash.bin in the current folder is somebody's.
        flash = Path(self._folder.name, "flash.bin")
        super().__init__(
            [str(executable), f"--flash={flash}", f"--udp-address={address}", f"--udp-port={UDP_PORT}", *open_to_all],
            self._UDP,
        )
        self.address = address

    def stop(self) -> None:
        super().stop()
        self._folder.cleanup()

    @property
    def serial(self) -> str:
        return self.wait_for(r"^uart_1 connected to pseudotty: (\S+)$")

    def _wait_for_restarts(self, times: int) -> None:
        self.wait_for(self._BOOTED, times + 1)
        self.wait_for(self._UDP, times + 1)


class Qemu(Board):
    """The application built for qemu_cortex_m3. Not with the -icount of Zephyr's own run target: time would then leap ahead
    whenever the board waits, and its clock with it."""

    traits = Traits(
        transports=("serial",),
        shell=(),
        images=False,
        largest_file=6000,
        many_parts=3000,
        **_FIRMWARE,
    )
    _BOOTED = r"^\*\*\* (Booting)"
    _MACHINE = ["-machine", "lm3s6965evb", "-cpu", "cortex-m3", "-serial", "stdio", "-serial", "pty"]

    def __init__(self, executable: Path, qemu: str, secured: bool = False) -> None:
        # Serial is open to all in any case.
        nothing_else = ["-net", "none", "-display", "none", "-monitor", "none"]
        super().__init__([qemu, *self._MACHINE, *nothing_else, "-kernel", str(executable)], self._BOOTED)

    @property
    def serial(self) -> str:
        return self.wait_for(r"redirected to (\S+) \(label (?:serial1|smp)\)")

    def _wait_for_restarts(self, times: int) -> None:
        self.wait_for(self._BOOTED, times + 1)


class QemuRiscv(Qemu):
    """The application built for qemu_riscv32."""

    traits = replace(Qemu.traits, shell=("serial",))
    _MACHINE = ["-machine", "virt", "-bios", "none", "-m", "256", "-serial", "stdio"]
    _MACHINE += ["-chardev", "pty,id=smp", "-device", "pci-serial,addr=1,chardev=smp"]
