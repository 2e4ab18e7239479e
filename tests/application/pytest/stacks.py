# SPDX-License-Identifier: Apache-2.0
"""How much of their stacks the threads and the interrupts have used, over all starts of the board.

A restart forgets how deep a stack was, so it is asked after every test; what is kept is the most that was seen.
"""

import json

from elftools.elf.elffile import ELFFile

from debugger import Debugger
from smp_line import READ, SerialClient, Silence

OS, TASKS = 0, 2
# The task statistics count stacks in words of this many bytes.
WORD = 4
# What the kernel fills stacks with before their first use (CONFIG_INIT_STACKS).
UNUSED = b"\xaa"
INTERRUPTS = "interrupts"
# Where tests/sizes finds it, in the build's folder.
FILE = "stacks.json"


class Stacks:
    """[used at most, size] in bytes, by thread."""

    def __init__(self, board):
        self.board = board
        self.figures = {}
        self.looks = 0
        self.interrupt_stack = None
        self.debugger = board.device.device_config.app_build_dir / "gdb.socket"

    def look(self):
        """Asks the board. One that does not answer is for the next test to find."""
        # On native_sim threads run on stacks of the host.
        if self.board.is_native:
            return
        client = SerialClient(self.board.pty)
        try:
            tasks = client.ask(READ, OS, TASKS).map.get("tasks", {})
        except Silence:
            return
        finally:
            client.close()
        for name, task in tasks.items():
            self.note(name, WORD * task["stkuse"], WORD * task["stksiz"])
        if self.debugger.exists():
            self.note(INTERRUPTS, *self.interrupts())
        self.looks += 1

    def note(self, name, used, size):
        self.figures[name] = [max(used, self.figures.get(name, [0])[0]), size]

    def interrupts(self):
        """Of the stack that interrupts share, which no thread's statistics tell: read by QEMU's stub for debuggers."""
        if self.interrupt_stack is None:
            with open(self.board.executable, "rb") as file:
                (symbol,) = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name("z_interrupt_stacks")
            size = int(self.board.configuration["ISR_STACK_SIZE"])
            # Before the stack itself lies what guards its end.
            self.interrupt_stack = (symbol["st_value"] + symbol["st_size"] - size, size)
        with Debugger(self.debugger) as debugger:
            memory = debugger.read(*self.interrupt_stack)
        return len(memory.lstrip(UNUSED)), len(memory)

    def write(self):
        file = self.board.device.device_config.app_build_dir / FILE
        file.write_text(json.dumps(self.figures, indent=1) + "\n")
