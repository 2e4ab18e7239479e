# SPDX-License-Identifier: Apache-2.0
"""The checker finds what it is there for: images and builds made by hand, limits that are exceeded."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

sys.dont_write_bytecode = True

from sizelib import document, limits as limits_module  # noqa: E402
from sizelib.builds import Builds  # noqa: E402
from sizelib.failure import Failure  # noqa: E402
from sizelib.image import measure  # noqa: E402
from sizelib.limits import Limits  # noqa: E402

RUN = Path(__file__).with_name("run")
BOARD = "someboard/somesoc"

ELF_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIIIIIII")
SECTION_HEADER = struct.Struct("<IIIIIIIIII")
SYMBOL = struct.Struct("<IIIBBH")

FLASH, RAM = 0x0800_0000, 0x2000_0000
KB = 1024


def elf(segments, symbols=()):
    """A 32-bit ELF: segments as (where it lives, where it is loaded, bytes in the file, bytes in memory), objects by name and size."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _ in symbols)
    table, at = SYMBOL.pack(0, 0, 0, 0, 0, 0), 1
    for place, (name, size) in enumerate(symbols):
        # A global object.
        table += SYMBOL.pack(at, RAM + KB * place, size, 0x11, 0, 0xFFF1)
        at += len(name) + 1
    section_names = b"\0.symtab\0.strtab\0.shstrtab\0"
    programs_at = ELF_HEADER.size
    table_at = programs_at + PROGRAM_HEADER.size * len(segments)
    names_at = table_at + len(table)
    section_names_at = names_at + len(names)
    sections_at = section_names_at + len(section_names)
    sections = (
        SECTION_HEADER.pack(*[0] * 10),
        SECTION_HEADER.pack(1, 2, 0, 0, table_at, len(table), 2, 1, 4, SYMBOL.size),
        SECTION_HEADER.pack(9, 3, 0, 0, names_at, len(names), 0, 0, 1, 0),
        SECTION_HEADER.pack(17, 3, 0, 0, section_names_at, len(section_names), 0, 0, 1, 0),
    )
    identity = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header = ELF_HEADER.pack(identity, 2, 40, 1, FLASH, programs_at, sections_at, 0, ELF_HEADER.size, PROGRAM_HEADER.size,
                             len(segments), SECTION_HEADER.size, len(sections), 3)
    programs = b"".join(PROGRAM_HEADER.pack(1, 0, lives, loaded, in_file, in_memory, 7, 4) for lives, loaded, in_file, in_memory in segments)
    return header + programs + table + names + section_names + b"".join(sections)


MAP = f"""Discarded input sections
Memory Configuration

Name             Origin             Length             Attributes
FLASH            {FLASH:#010x}         {256 * KB:#010x}         xr
RAM              {RAM:#010x}         {32 * KB:#010x}         xw
KEPT             {RAM + 32 * KB:#010x}         {32 * KB:#010x}         rw
IDT_LIST         0xffff7fff         0x00008000         xw
*default*        0x00000000         0xffffffff

Linker script and memory map

FLASH            0x00000000         0x00000001         xr
"""

# Code, the data's initial values behind it, bss, and a simulated flash behind all RAM that is the firmware's.
SEGMENTS = (
    (FLASH, FLASH, 100 * KB, 100 * KB),
    (RAM, FLASH + 100 * KB, 2 * KB, 2 * KB),
    (RAM + 2 * KB, RAM + 2 * KB, 0, 18 * KB),
    (RAM + 32 * KB, RAM + 32 * KB, 0, 32 * KB),
)
STACKS = (("z_main_stack", 4 * KB), ("_k_thread_stack_westerly_defmt", KB), ("z_interrupt_stacks", 2 * KB), ("stack_of_cards", 512))


def make_build(folder, *, segments=SEGMENTS, options=("CONFIG_WESTERLY_NODE_NAME=\"westerly\"",), map_text=MAP):
    zephyr = folder / "zephyr"
    zephyr.mkdir(parents=True)
    (zephyr / "zephyr.elf").write_bytes(elf(segments, STACKS))
    (zephyr / "zephyr.map").write_text(map_text)
    (zephyr / ".config").write_text("\n".join((f'CONFIG_BOARD_TARGET="{BOARD}"', *options)))
    return folder


@pytest.fixture
def builds(tmp_path):
    found = Builds()
    found.take(make_build(tmp_path / "build"))
    return found


def figures(flash=110 * KB, ram=21 * KB):
    return {"own": {BOARD: {"flash": [flash, 256 * KB], "RAM": [ram, 32 * KB]}}}


def test_an_image_is_measured_as_its_linker_counts(tmp_path):
    build = make_build(tmp_path / "build") / "zephyr"
    assert measure(build / "zephyr.elf", build / "zephyr.map") == {
        "flash": [102 * KB, 256 * KB], "RAM": [20 * KB, 32 * KB], "stacks": 7 * KB,
    }


def test_a_simulated_flash_at_the_code_s_place_is_not_code(tmp_path):
    build = make_build(tmp_path / "build", segments=(*SEGMENTS, (FLASH, FLASH, 0, 200 * KB))) / "zephyr"
    assert measure(build / "zephyr.elf", build / "zephyr.map")["flash"] == [102 * KB, 256 * KB]


def test_code_in_ram_is_ram(tmp_path):
    only_ram = "\n".join(line for line in MAP.splitlines() if not line.startswith("FLASH"))
    segments = ((RAM, RAM, 12 * KB, 12 * KB), (RAM + 12 * KB, RAM + 12 * KB, 0, KB))
    build = make_build(tmp_path / "build", segments=segments, map_text=only_ram) / "zephyr"
    assert measure(build / "zephyr.elf", build / "zephyr.map") == {"RAM": [13 * KB, 32 * KB], "stacks": 7 * KB}


def test_what_is_no_image_is_said_to_be_none(tmp_path):
    build = make_build(tmp_path / "build") / "zephyr"
    (build / "zephyr.elf").write_bytes(b"text")
    with pytest.raises(Failure, match="zephyr.elf: Magic number does not match"):
        measure(build / "zephyr.elf", build / "zephyr.map")
    with pytest.raises(Failure, match="no build in"):
        (tmp_path / "empty").mkdir()
        Builds().take(tmp_path / "empty")


def test_builds_are_known_by_scenario_and_configuration(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "testplan.json").write_text("{}")
    westerly = 'CONFIG_WESTERLY_NODE_NAME="westerly"'
    for scenario in ("westerly.smallest", "westerly.boards", "westerly.application", "westerly.somebodys_own"):
        make_build(out / "someboard" / "gcc" / scenario, options=(westerly,))
    make_build(out / "someboard" / "gcc" / "westerly.mcuboot" / "westerly", options=(westerly, "CONFIG_BOOTLOADER_MCUBOOT=y"))
    make_build(out / "someboard" / "gcc" / "westerly.mcuboot" / "mcuboot", options=("CONFIG_MCUBOOT=y",))
    make_build(out / "someboard" / "gcc" / "tests" / "westerly.vectors", options=())
    make_build(out / "host" / "gcc" / "westerly.application", options=(westerly, "CONFIG_ARCH_POSIX=y"))
    found = Builds()
    found.take(out)
    assert {(kind, board) for kind, boards in found.sizes.items() for board in boards} == {
        (kind, BOARD) for kind in ("smallest", "own", "tested", "mcuboot", "bootloader")
    }
    # What is no build of Twister's is the board's own.
    alone = Builds()
    alone.take(make_build(tmp_path / "alone", options=(westerly, "CONFIG_BOOTLOADER_MCUBOOT=y")))
    assert list(alone.sizes) == ["mcuboot"]


def test_of_two_builds_the_larger_one_counts(tmp_path, builds):
    builds.take(make_build(tmp_path / "smaller_ram", segments=((FLASH, FLASH, 103 * KB, 103 * KB), *SEGMENTS[2:3])))
    assert builds.sizes == {"own": {BOARD: {"flash": [103 * KB, 256 * KB], "RAM": [20 * KB, 32 * KB], "stacks": 7 * KB}}}
    other = MAP.replace(f"{256 * KB:#010x}", f"{512 * KB:#010x}")
    with pytest.raises(Failure, match="two builds of own for someboard/somesoc that are not of one memory"):
        builds.take(make_build(tmp_path / "other", map_text=other))


def test_what_was_measured_can_be_kept(tmp_path, builds):
    builds.stacks[BOARD] = {"main": [1000, 4096]}
    builds.write(tmp_path / "there" / "figures.json")
    again = Builds()
    again.read(tmp_path / "there" / "figures.json")
    assert (again.sizes, again.stacks, again.compilers) == (builds.sizes, builds.stacks, builds.compilers)


def test_within_the_limits_nothing_is_said(builds):
    builds.stacks[BOARD] = {"main": [3000, 4096]}
    complaints, remarks = Limits({**figures(), "stacks": {BOARD: {"main": [3200, 4096]}}}).judge(builds)
    assert (complaints, remarks) == ([], [])


def complaints_of(builds, wanted):
    return Limits(wanted).judge(builds)[0]


def test_an_exceeded_limit_says_what_and_where(builds):
    assert complaints_of(builds, figures(flash=102 * KB - 1)) == [
        "someboard/somesoc, own, flash: 104,448 bytes are taken, 1 more than the limit of 104,447"
    ]
    assert complaints_of(builds, figures(ram=20 * KB - 100)) == [
        "someboard/somesoc, own, RAM: 20,480 bytes are taken, 100 more than the limit of 20,380"
    ]
    builds.stacks[BOARD] = {"main": [3000, 4096]}
    assert complaints_of(builds, {**figures(), "stacks": {BOARD: {"main": [2944, 4096]}}}) == [
        "someboard/somesoc, stack of main: 3,000 bytes are taken, 56 more than the limit of 2,944"
    ]


def test_the_limit_itself_may_be_taken(builds):
    assert complaints_of(builds, figures(flash=102 * KB, ram=20 * KB)) == []


def test_a_reserve_that_is_too_small_says_what_and_where(tmp_path):
    full = Builds()
    # 247 of 256 KB of flash, 31 of 32 KB of RAM.
    segments = ((FLASH, FLASH, 247 * KB, 247 * KB), (RAM, RAM, 0, 31 * KB))
    full.take(make_build(tmp_path / "full", segments=segments))
    full.stacks[BOARD] = {"idle": [300, 320]}
    wanted = {**figures(flash=256 * KB, ram=32 * KB), "stacks": {BOARD: {"idle": [320, 320]}}}
    assert complaints_of(full, wanted) == [
        "someboard/somesoc, own, flash: 252,928 of 262,144 bytes are taken, which leaves 9,216; 13,108 (5%) must be left",
        "someboard/somesoc, own, RAM: 31,744 of 32,768 bytes are taken, which leaves 1,024; 1,639 (5%) must be left",
        "someboard/somesoc, stack of idle: 300 of 320 bytes are taken, which leaves 20; 48 (15%) must be left",
    ]
    # Nor may a limit allow it.
    assert len(Limits(wanted).inconsistent()) == 3
    assert Limits(figures()).inconsistent() == []


def test_a_board_without_a_limit_and_one_without_a_build_are_told(builds):
    (first, second) = complaints_of(builds, {})
    assert first.startswith("someboard/somesoc, own, flash: 104,448 of 262,144 bytes are taken, and there is no limit for it: ")
    assert second.startswith("someboard/somesoc, own, RAM: ")
    wanted = figures()
    wanted["own"]["other"] = {"RAM": [1, 2]}
    assert Limits(wanted).missing(builds) == ["other, own, RAM: there is a limit, and no build to hold against it"]


def test_another_size_of_the_memory_is_told(builds):
    wanted = figures()
    wanted["own"][BOARD]["flash"][1] = 512 * KB
    assert complaints_of(builds, wanted) == [
        "someboard/somesoc, own, flash: there are 262,144 bytes of it, and limits.toml says 524,288"
    ]


def test_a_limit_far_above_is_remarked_and_another_compiler_too(builds):
    complaints, remarks = Limits(figures(flash=120 * KB)).judge(builds)
    assert complaints == []
    assert remarks == ["someboard/somesoc, own, flash: the limit of 122,880 bytes is far above the 104,448 that are taken"]
    _, remarks = Limits({**figures(flash=KB), "compilers": ["gcc 1"]}).judge(builds)
    assert remarks == ["built with unknown; the limits are for gcc 1, and another compiler makes other sizes"]


def test_limits_are_written_with_room_and_found_again(tmp_path, builds):
    builds.stacks[BOARD] = {"main": [3000, 4096]}
    file = tmp_path / "limits.toml"
    wanted = Limits({}, "# A word.\n")
    assert len(wanted.update(builds)) == 3
    wanted.write(file)
    again = Limits.read(file)
    assert again.heading == "# A word.\n" and again.compilers == ["unknown"]
    # 3 % more, to the next KB; 3 % more, to the next 256 bytes; 10 % more, to the next 64.
    assert again.figures == {**figures(flash=106 * KB, ram=21248), "stacks": {BOARD: {"main": [3328, 4096]}}}
    assert again.judge(builds) == ([], [])
    # What fits stays as it is, what is far too large does not.
    assert again.update(builds) == []
    again.figures["own"][BOARD]["flash"][0] = 200 * KB
    assert again.update(builds) == ["someboard/somesoc, own, flash: 108,544 of 262,144 bytes"]


def test_a_jump_of_a_few_percent_does_not_fit_a_new_limit():
    for used in (20_000, 130_000, 400_000):
        at_most, _ = limits_module.limit_for("own", "flash", used, 1 << 20)
        assert used * 1.02 < at_most < used * 1.09


def test_what_is_no_feature_set_is_told(tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text('[largest]\n"board" = { RAM = [1, 2] }\n')
    with pytest.raises(Failure, match="no such feature set: largest"):
        Limits.read(file)


def test_the_document_is_made_from_the_limits_alone():
    text = document.markdown(Limits({**figures(), "stacks": {BOARD: {"main": [3200, 4096]}}}))
    assert "| someboard/somesoc | own | 110 KB | 256 KB | 43 % | 21 KB | 32 KB | 66 % |" in text
    assert "| someboard/somesoc | main | 3,200 B | 4,096 B | 78 % |" in text
    around = f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n"
    assert document.place_in(around, text) == f"before\n{text}\nafter\n"
    assert document.place_in("no place\n", text) is None


def test_the_command_fails_where_a_limit_is_exceeded(tmp_path):
    """As CI calls it: kept figures, the repository's own limits."""
    own = Limits.read(RUN.with_name("limits.toml"))
    kind, boards = next((kind, boards) for kind, boards in own.figures.items() if kind != "stacks")
    board, sizes = next(iter(boards.items()))
    figure = {name: list(limit) for name, limit in sizes.items()} | {"stacks": 0}
    found = Builds()
    found.add(kind, board, figure)
    found.write(tmp_path / "figures.json")
    command = [sys.executable, str(RUN), "--read", str(tmp_path / "figures.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and board in done.stdout, done.stderr
    figure["RAM"][0] += 1
    found.write(tmp_path / "figures.json")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"sizes: {board}, {kind}, RAM: {figure['RAM'][0]:,} bytes are taken, 1 more than the limit" in done.stderr
    # That the other limits have no build is one as well, where all must have.
    assert "no build to hold against it" not in done.stderr
    done = subprocess.run([*command, "--complete"], capture_output=True, text=True)
    assert "no build to hold against it" in done.stderr
