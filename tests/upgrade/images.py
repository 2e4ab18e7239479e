# SPDX-License-Identifier: Apache-2.0
"""What `west build --sysbuild` has made, and further images from it: another version, another key."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import flash


def _options(path: Path) -> dict[str, str]:
    return {name: value.strip('"') for name, value in re.findall(r"^(\w+)=(.*)$", path.read_text(), re.MULTILINE)}


@dataclass(frozen=True)
class Build:
    """A build folder of sysbuild."""

    folder: Path

    @property
    def _application(self) -> Path:
        name = re.search(r"^default: (\S+)$", (self.folder / "domains.yaml").read_text(), re.MULTILINE).group(1)
        return self.folder / name

    @property
    def bootloader(self) -> bytes:
        return (self.folder / "mcuboot" / "zephyr" / "zephyr.bin").read_bytes()

    @property
    def signed(self) -> bytes:
        """The application as the build signed it."""
        return (self._application / "zephyr" / "zephyr.signed.bin").read_bytes()

    @property
    def key(self) -> Path:
        return Path(_options(self.folder / "mcuboot" / "zephyr" / ".config")["CONFIG_BOOT_SIGNATURE_KEY_FILE"])

    @property
    def upload_start(self) -> int:
        """Where in the second slot MCUboot looks for an image to be tested."""
        offset = _options(self._application / "zephyr" / ".config").get("CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_OFFSET")
        return flash.PAGE if offset == "y" else 0

    @property
    def _imgtool(self) -> list[str]:
        cache = (self._application / "CMakeCache.txt").read_text()
        return [sys.executable, re.search(r"^IMGTOOL:\w+=(.+)$", cache, re.MULTILINE).group(1)]

    def make_key(self, path: Path) -> Path:
        """A key that MCUboot does not know."""
        subprocess.run([*self._imgtool, "keygen", "--key", str(path), "--type", "ecdsa-p256"], check=True, capture_output=True)
        return path

    def sign(self, into: Path, version: str, tail: bytes = b"", key: Path | None = None) -> Path:
        """The application once more, as another version, with some bytes more at its end."""
        zephyr = self._application / "zephyr"
        header = _options(zephyr / ".config")["CONFIG_ROM_START_OFFSET"]
        unsigned = into.with_suffix(".unsigned")
        unsigned.write_bytes((zephyr / "zephyr.bin").read_bytes() + tail)
        sign = ["sign", "--version", version, "--align", "4", "--header-size", header, "--slot-size", hex(flash.SLOT_SIZE)]
        command = [*self._imgtool, *sign, "--key", str(key or self.key), str(unsigned), str(into)]
        subprocess.run(command, check=True, capture_output=True)
        return into
