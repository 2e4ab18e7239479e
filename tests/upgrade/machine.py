# SPDX-License-Identifier: Apache-2.0
"""The board: QEMU's mps2-an385 with its PSRAM in a file. Ending QEMU is the loss of power; the file is what is left."""

from pathlib import Path

import boards
import flash

FLASH_ADDRESS = 0x21000000


class Machine(boards.Board):
    """Started by its reset vector in the file: MCUboot first, then the image it chooses."""

    STARTED = r"^\*\*\* Booting (Zephyr OS) build"
    """The application says so; MCUboot's own line is "Using Zephyr OS build"."""
    BOOTLOADER = r"^\*\*\* Booting (MCUboot)"
    SWAP = r"^I: (Starting swap)"
    JUMP = r"^I: (Jumping to the first image slot)"

    def __init__(self, file: Path, qemu: str, ready: str = STARTED) -> None:
        memory = f"memory-backend-file,id=flash,size={flash.SIZE},mem-path={file},share=on"
        start = f"armv7m.init-nsvtor={FLASH_ADDRESS + flash.BOOTLOADER:#x}"
        machine = ["-machine", "mps2-an385,memory-backend=flash", "-object", memory, "-global", start]
        uarts = ["-serial", "stdio", "-serial", "pty"]
        super().__init__([qemu, *machine, "-display", "none", "-monitor", "none", *uarts], ready)

    @property
    def serial(self) -> str:
        return self.wait_for(r"redirected to (\S+) \(label serial1\)")

    def starts(self) -> int:
        """How often an application has started so far."""
        return len(self.matches(self.STARTED))

    def wait_for_start(self, number: int) -> None:
        self.wait_for(self.STARTED, times=number)

    def cut_power(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(boards.END_SECONDS)
        self._process.stdout.close()

    stop = cut_power
