# SPDX-License-Identifier: Apache-2.0
"""The file that is the board's flash: where its parts are, and what MCUboot notes in it.

The places are those of boards/mps2_an385_flash.dtsi; the note is the end of MCUboot's trailer, in a slot's last bytes (MCUboot's
docs/design.md, "Image trailer").
"""

from pathlib import Path

SIZE = 16 << 20
"""The board's whole PSRAM; QEMU takes no other size."""
SLOT_SIZE = 512 << 10
SLOTS = (0x000000, 0x080000)
BOOTLOADER = 0x200000
PAGE = 4096
ERASED = b"\xff"

_MAGIC = bytes.fromhex("77c295f360d2ef7f3552500f2cb67980")
# Before the magic, each in eight bytes: image confirmed, swap completed, kind of swap, size.
_COPY_DONE = len(_MAGIC) + 2 * 8
_STATUS_END = len(_MAGIC) + 4 * 8
# And before these a byte for each of the three steps with each page, padded to a block that can be written.
_STATUS_SIZE = SLOT_SIZE // PAGE * 3 * 4
_DONE = 1


def create(path: Path, bootloader: bytes, first: bytes, second: bytes = b"", second_start: int = 0) -> None:
    """A flash that is erased but for MCUboot and what is in the slots; in the second one from there on."""
    with path.open("wb") as file:
        file.write(ERASED * SIZE)
        for offset, contents in ((BOOTLOADER, bootloader), (SLOTS[0], first), (SLOTS[1] + second_start, second)):
            file.seek(offset)
            file.write(contents)


def _slot(path: Path, number: int) -> bytes:
    with path.open("rb") as file:
        file.seek(SLOTS[number])
        return file.read(SLOT_SIZE)


def holds(path: Path, number: int, image: bytes) -> bool:
    """Whether a slot holds that image. In the second one a MCUboot that swaps "using offset" may keep a page before it."""
    contents = _slot(path, number)
    return contents.startswith(image) or number == 1 and contents.startswith(image, PAGE)


def is_swapping(path: Path) -> bool:
    """Whether MCUboot has begun to swap the slots and not come to the end."""
    contents = _slot(path, 0)
    return contents.endswith(_MAGIC) and contents[-_COPY_DONE] != _DONE


def swap_steps(path: Path) -> int:
    """How many steps of the swap, or of the last one, MCUboot has noted as done."""
    with path.open("rb") as file:
        file.seek(SLOTS[0] + SLOT_SIZE - _STATUS_END - _STATUS_SIZE)
        return sum(byte != ERASED[0] for byte in file.read(_STATUS_SIZE))
