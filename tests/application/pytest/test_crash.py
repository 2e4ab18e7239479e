# SPDX-License-Identifier: Apache-2.0
"""Crashes, each a real one: what the device has recorded of it when it is there again, and where in the source that was."""

import json
import random
import re
import struct
import time

import pytest
from elftools.elf.elffile import ELFFile

from debugger import Debugger, Rtt
from frames import westerly
from smp_line import READ, WRITE, SerialClient, request

CRASH, LOG, CRASHES = 68, 65, 127
RECORD, LAST_FRAMES, CLEAR = 0, 1, 2
# By architecture: the record (boards/qemu_cortex_m3.overlay, boards/qemu_riscv32.overlay), where RAM begins, and somewhere in
# the program, which memory protection keeps as it is.
MEMORY = {"arm": 0x20007C00, "riscv": 0x80100000}
RAM = {"arm": 0x20000000, "riscv": 0x80000000}
PROGRAM = {"arm": 0x2000, "riscv": 0x80002000}
REGISTERS = {
    "arm": {f"r{number}" for number in range(13)} | {"xpsr"},
    "riscv": {f"a{number}" for number in range(8)} | {"mcause", "mtval", "mstatus", "t0", "s0", "s1"},
}

# Where an access to address 0 and the end of a stack are found, by the processor and its memory protection. On native_sim
# both are the host's: a signal ends the process, and what it runs on is no stack of Zephyr's.
FOUND_BY_THE_PROCESSOR = ("null_call", "stack_overflow")


def provoke(board, kind):
    """Crashes the board and waits until it is there again."""
    client = SerialClient(board.pty)
    try:
        board.device.clear_buffer()
        client.send(request(WRITE, CRASHES, 0, {"kind": kind}))
        board.wait_for_boot()
    finally:
        client.close()


def ask(board, operation, command, content=None, group=CRASH):
    client = SerialClient(board.pty)
    try:
        return client.ask(operation, group, command, content).map
    finally:
        client.close()


def record(board):
    return ask(board, READ, RECORD)


def clear(board):
    assert ask(board, WRITE, CLEAR) == {}
    assert record(board) == {"count": 0}


def told(board, *arguments):
    """What `westerly crash --elf` makes of the record."""
    lines, warnings = westerly("--serial", board.pty, "--elf", board.executable, "--json", *arguments, command="crash")
    assert "warning" not in warnings, warnings
    return json.loads("\n".join(lines))


def functions(crash):
    """The functions of pc, lr and the stack, in this order; each without its module."""
    located = [crash[name] for name in ("pc", "lr") if crash[name]] + crash["stack"]
    return [place["function"].split("::")[-1] for entry in located for place in entry["places"]]


def needs_the_processor(board, kind):
    if board.is_native and kind in FOUND_BY_THE_PROCESSOR:
        pytest.skip("the host ends the process for it, and with it the board")
    if kind == "stack_overflow" and "HW_STACK_PROTECTION" not in board.configuration:
        pytest.skip("no memory protection guards the stacks in this build")


CRASHES_AND_RECORDS = [
    # Kind, reason, Zephyr's number (None: the architecture's own), function, source file of a panic or an assertion.
    ("null_call", "fault", None, "crash_null_call", None),
    ("stack_overflow", "stack_overflow", 2, "crash_recursion", None),
    ("rust_panic", "rust_panic", 4, "panic_on_request", "crashes.rs"),
    ("oops", "kernel_oops", 3, "crash_oops", None),
    ("assertion", "assertion", 4, "crash_assertion", "crashes.c"),
]


@pytest.mark.parametrize("kind, reason, code, function, file", CRASHES_AND_RECORDS)
def test_a_crash_is_recorded_and_its_function_named(board, kind, reason, code, function, file):
    needs_the_processor(board, kind)
    clear(board)
    boot = ask(board, READ, 0, group=LOG)["boot"]
    started = time.monotonic()
    board.restart()
    time.sleep(0.5)
    provoke(board, kind)
    elapsed = 1000 * (time.monotonic() - started)

    found = record(board)
    assert found["count"] == 1
    assert found["reason"] == reason
    assert found["thread"] == "main"
    assert found["boot"] == boot + 1
    # The board's clock and the host's go alike, and it was a part of that time; QEMU's is ahead by some instructions.
    assert 450 <= found["uptime"] <= elapsed + 100
    if code is None:
        # On RISC-V all of them are one to Zephyr, and the register mcause says which.
        assert found["code"] == 0 if "RISCV" in board.configuration else found["code"] >= 16
    else:
        assert found["code"] == code
    with open(board.executable, "rb") as image:
        (note,) = ELFFile(image).get_section_by_name(".note.gnu.build-id").iter_notes()
    assert found["build"].hex() == note["n_desc"]
    if file:
        assert found["file"].endswith(file)
        source = board.source / ("crates/westerly-firmware/src" if kind == "rust_panic" else "tests/application") / file
        line = source.read_text().splitlines()[found["line"] - 1]
        assert "assert!(" in line or "__ASSERT" in line, line
    else:
        assert "file" not in found and "line" not in found

    crash = told(board)
    assert crash["reason"] == reason
    if "RISCV" in board.configuration and kind == "rust_panic":
        # There the compiler has made it a part of who calls it.
        function = "panic"
    assert function in functions(crash)
    if kind == "stack_overflow":
        assert functions(crash)[0] == function
    else:
        # Whoever has called it is there too, down to where the thread begins.
        assert functions(crash).index(function) < functions(crash).index("main")
    last = crash["log"][-1]
    assert re.search(rf"ERROR fatal error {found['code']} \(.*\) in thread main at 0x", last), last
    assert any("starts" in line for line in crash["log"])
    assert found["frames"] == len(crash["log"])


def test_what_people_see(board):
    clear(board)
    provoke(board, "oops")
    provoke(board, "oops")
    lines, _ = westerly("--serial", board.pty, "--elf", board.executable, command="crash")
    pattern = r"kernel oops in thread main, \d+\.\d{3} s after the start \(boot \d+\); crash 2 since the record was cleared"
    assert re.fullmatch(pattern, lines[0]), lines[0]
    assert any(re.fullmatch(r"  pc     0x[0-9a-f]{8}  crash_oops \(.*tests/application/crashes\.c:\d+\)", line) for line in lines), lines
    # Without the file there are addresses alone, and nobody is led astray.
    lines, _ = westerly("--serial", board.pty, command="crash")
    assert not any("crash_oops" in line for line in lines)


def test_the_registers_are_those_of_the_processor(board):
    if board.is_native:
        pytest.skip("nobody tells a process its registers")
    clear(board)
    provoke(board, "null_call")
    found = record(board)
    assert found["pc"] == 0
    architecture = board.configuration["ARCH"]
    assert set(found["registers"]) == REGISTERS[architecture]
    if architecture == "arm":
        # The Thumb bit is what a jump to 0 lacks.
        assert found["registers"]["xpsr"] & 1 << 24 == 0
    else:
        # An instruction that cannot be fetched, and from where.
        assert (found["registers"]["mcause"], found["registers"]["mtval"]) == (1, 0)
    assert RAM[architecture] <= found["sp"] < MEMORY[architecture]


def test_a_thread_that_has_stopped(board):
    clear(board)
    provoke(board, "stopped_sampler")
    found = record(board)
    assert (found["reason"], found["thread"]) == ("watchdog", "westerly_sampler")
    crash = told(board)
    assert "a thread that has stopped" in crash["log"][-1]
    if not board.is_native:
        # It waits for something to do.
        assert "westerly_event_wait" in functions(crash)


def test_a_record_outlasts_a_restart_and_goes_when_it_is_cleared(board):
    clear(board)
    provoke(board, "oops")
    found = record(board)
    frames = ask(board, READ, LAST_FRAMES)
    board.restart()
    assert record(board) == found
    assert ask(board, READ, LAST_FRAMES) == frames
    told(board, "--clear")
    assert record(board) == {"count": 0}
    assert ask(board, READ, LAST_FRAMES) == {"format": "defmt", "frames": []}
    board.restart()
    assert record(board) == {"count": 0}
    assert told(board) == {"count": 0}


def test_the_frames_in_parts(board):
    clear(board)
    provoke(board, "oops")
    frames = ask(board, READ, LAST_FRAMES)["frames"]
    assert len(frames) == record(board)["frames"] > 2
    for first in range(len(frames) + 2):
        assert ask(board, READ, LAST_FRAMES, {"from": first})["frames"] == frames[first:]


def reset_with(board, change):
    """Lets a debugger change the memory, and resets the board."""
    board.device.clear_buffer()
    with Debugger(Rtt(board).path) as debugger:
        change(debugger)
        debugger.monitor("system_reset")
    board.wait_for_boot()


def test_what_does_not_check_is_no_record(board):
    """As memory is after power was off: anything, or nearly what it was."""
    if board.is_native:
        pytest.skip("the memory of a new process is empty")
    size = int(board.configuration["WESTERLY_CRASH_SIZE"])
    begin = MEMORY[board.configuration["ARCH"]]
    clear(board)
    provoke(board, "oops")
    found = record(board)
    with Debugger(Rtt(board).path) as debugger:
        memory = debugger.read(begin, size)
    (length,) = struct.unpack_from("<I", memory, 8)
    generator = random.Random(68)
    for place in [0, 4, 8, 11, 12, 200, 8 + length - 1, *(generator.randrange(8 + length) for _ in range(5))]:
        damaged = bytes([memory[place] ^ 1 << generator.randrange(8)])
        reset_with(board, lambda debugger: debugger.write(begin + place, damaged))
        assert record(board) == {"count": 0}, place
        assert ask(board, READ, LAST_FRAMES)["frames"] == []
        reset_with(board, lambda debugger: debugger.write(begin + place, memory[place : place + 1]))
        assert record(board) == found
    reset_with(board, lambda debugger: debugger.write(begin, generator.randbytes(size)))
    assert record(board) == {"count": 0}
    # With the right mark, but a length beyond the memory.
    wrong = memory[:8] + struct.pack("<I", 0xFFFFFFF0) + memory[12:]
    reset_with(board, lambda debugger: debugger.write(begin, wrong))
    assert record(board) == {"count": 0}
    # A crash begins anew on top of it.
    provoke(board, "oops")
    assert record(board)["count"] == 1


def test_a_crash_while_one_is_recorded_restarts_with_what_there_is(board):
    """The log's ring has gone where nobody can write: the handler's third step faults."""
    if board.is_native:
        pytest.skip("the host ends the process for it")
    clear(board)
    with open(board.executable, "rb") as image:
        symbols = {symbol.name: symbol for symbol in ELFFile(image).get_section_by_name(".symtab").iter_symbols()}
    (shared,) = [symbol for name, symbol in symbols.items() if "westerly_defmt6logger6SHARED" in name]
    (ring,) = [symbol for name, symbol in symbols.items() if "westerly_firmware3log6FRAMES" in name]
    with Debugger(Rtt(board).path) as debugger:
        state = debugger.read(shared["st_value"], shared["st_size"])
        place = state.index(struct.pack("<I", ring["st_value"]))
        debugger.write(shared["st_value"] + place, struct.pack("<I", PROGRAM[board.configuration["ARCH"]]))
    provoke(board, "oops")
    found = record(board)
    assert (found["count"], found["reason"]) == (1, "kernel_oops")
    assert "crash_oops" in functions(told(board))
    # What the steps before have left, and no more.
    assert found["thread"] == "main"
    assert "frames" not in found
    # And the next one is recorded whole.
    provoke(board, "oops")
    assert (record(board)["count"], record(board)["thread"]) == (2, "main")
