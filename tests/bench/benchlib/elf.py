# SPDX-License-Identifier: Apache-2.0
"""Flash and RAM of a Zephyr ELF, as the linker's memory report counts them.

Flash is everything that is loaded, the initial values of data included, from the start of the
region to the last byte used. RAM is data, bss and noinit, in which thread stacks lie, likewise.
"""

import struct

from .failure import Failure

PT_LOAD = 1
HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIIIIIII")


def segments(path):
    """The loadable segments of a 32-bit little-endian ELF: (virtual address, load address, file size, memory size)."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x01\x01":
        raise Failure(f"{path} is no 32-bit little-endian ELF")
    fields = HEADER.unpack_from(data)
    offset, entry_size, count = fields[5], fields[9], fields[10]
    for index in range(count):
        kind, _, virtual, load, file_size, memory_size, _, _ = PROGRAM_HEADER.unpack_from(data, offset + index * entry_size)
        if kind == PT_LOAD:
            yield virtual, load, file_size, memory_size


def size(path, configuration):
    """{"flash", "RAM"} in bytes."""
    flash_start = int(configuration["CONFIG_FLASH_BASE_ADDRESS"], 0)
    ram_start = int(configuration["CONFIG_SRAM_BASE_ADDRESS"], 0)
    ram_end = ram_start + int(configuration["CONFIG_SRAM_SIZE"], 0) * 1024
    loaded, used = flash_start, ram_start
    for virtual, load, file_size, memory_size in segments(path):
        if file_size:
            loaded = max(loaded, load + file_size)
        if ram_start <= virtual < ram_end:
            used = max(used, virtual + memory_size)
    return {"flash": loaded - flash_start, "RAM": used - ram_start}
