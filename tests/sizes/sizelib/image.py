# SPDX-License-Identifier: Apache-2.0
"""What one image takes of the memory its linker was given.

The regions are those of the linker's map, which knows what the devicetree and the bootloader leave; what is in them is read from
the ELF. As in the linker's own report a region is used from its start to its last byte. What a region holds of no content (a
simulated flash, a kept crash record) has regions of its own names and is not looked at.
"""

import re

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from .failure import Failure

# As the boards' linker scripts call them. What is not named here is no room that the firmware grows into.
REGIONS = {"FLASH": "flash", "RAM": "RAM", "dram0_0_seg": "RAM"}

REGION_LINE = re.compile(r"(\w+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)")
# A thread's stack and those of interrupts, as Zephyr and Westerly name them.
STACK = re.compile(r"(^_k_thread_stack_\w+|(^|_)stacks?(\.\d+)?)$")


def regions(map_file):
    """(start, length) by flash and RAM, from the map's table of them."""
    text = map_file.read_text(errors="replace")
    _, found, rest = text.partition("Memory Configuration")
    if not found:
        raise Failure(f"{map_file} is no map of the linker")
    lines = rest.partition("Linker script and memory map")[0].splitlines()
    matches = (REGION_LINE.match(line) for line in lines)
    told = {match[1]: (int(match[2], 16), int(match[3], 16)) for match in matches if match}
    return {REGIONS[name]: place for name, place in told.items() if name in REGIONS}


def used(segments, start, length):
    """Bytes from the region's start to the last one used: loaded into it, or living in it."""
    end = start
    for segment in segments:
        loaded, lives = segment["p_paddr"], segment["p_vaddr"]
        if start <= loaded < start + length and segment["p_filesz"]:
            end = max(end, loaded + segment["p_filesz"])
        if start <= lives < start + length and segment["p_memsz"]:
            end = max(end, lives + segment["p_memsz"])
    return end - start


def measure(elf_file, map_file):
    """{"flash": [used, of], "RAM": [used, of], "stacks": bytes}; without flash where code runs in RAM."""
    try:
        with elf_file.open("rb") as file:
            elf = ELFFile(file)
            segments = [segment.header for segment in elf.iter_segments("PT_LOAD")]
            places = regions(map_file)
            sizes = {name: [used(loadable(name, segments), *place), place[1]] for name, place in places.items()}
            sizes["stacks"] = sum(stacks(elf).values())
    except (ELFError, OSError) as error:
        raise Failure(f"{elf_file}: {error}") from None
    return sizes


def loadable(region, segments):
    """Flash holds what is loaded. A memory that is simulated at the same addresses lives there, and is not loaded."""
    return segments if region == "RAM" else [segment for segment in segments if segment["p_filesz"]]


def stacks(elf):
    """Bytes by symbol."""
    table = elf.get_section_by_name(".symtab")
    found = {}
    for symbol in table.iter_symbols() if table else ():
        if symbol["st_info"]["type"] == "STT_OBJECT" and symbol["st_size"] and STACK.search(symbol.name):
            # Static ones may share a name.
            found[symbol.name, symbol["st_value"]] = symbol["st_size"]
    return found
