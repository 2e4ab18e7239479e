# SPDX-License-Identifier: Apache-2.0
"""What a debug probe does for RTT, by QEMU's gdb stub: reads and writes the memory of a board that otherwise runs."""

import re
import struct
import time

from elftools.elf.elffile import ELFFile

from bridge import connect

# A control block of RTT with one channel: mark, channels up and down, then name, buffer, size, write, read, flags.
BLOCK = struct.Struct("<16s2i6I")
READ_POSITION = 24 + 16
# Its place among the registers.
PROGRAM_COUNTER = {"arm": 15, "riscv": 32}


class Debugger:
    """One visit: the processor stands still until it ends."""

    def __init__(self, path):
        self.socket = connect(path)
        self.socket.settimeout(10)
        self.waiting = b""

    def __enter__(self):
        # It stops when somebody comes, and may say so unasked, before or after it is asked.
        self.send("?")
        assert self.packet().startswith("T"), "the processor does not stop"
        return self

    def __exit__(self, *_):
        self.ask("D")
        self.socket.close()

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))

    def packet(self):
        while not (found := re.search(rb"\$([^#]*)#..", self.waiting)):
            read = self.socket.recv(65536)
            assert read, "QEMU is gone"
            self.waiting += read
        self.waiting = self.waiting[found.end() :]
        self.socket.sendall(b"+")
        return found[1].decode()

    def ask(self, text):
        self.send(text)
        while (answer := self.packet()).startswith("T"):
            pass
        return answer

    def read(self, address, length):
        data = b""
        while len(data) < length:
            part = min(length - len(data), 512)
            data += bytes.fromhex(self.ask(f"m{address + len(data):x},{part:x}"))
        return data

    def write(self, address, data):
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def set_program_counter(self, address, architecture):
        # All registers as digits.
        registers = self.ask("g")
        place = PROGRAM_COUNTER[architecture] * 8
        changed = registers[:place] + struct.pack("<I", address).hex() + registers[place + 8 :]
        assert self.ask("G" + changed) == "OK"

    def monitor(self, command):
        """A command for QEMU itself."""
        self.send("qRcmd," + command.encode().hex())
        # Before the OK comes what it prints.
        while (answer := self.packet()) != "OK":
            assert answer[:1] in ("O", "T"), answer


class Rtt:
    """The host's end of the channel to the host."""

    def __init__(self, board):
        self.path = board.device.device_config.app_build_dir / "gdb.socket"
        with open(board.executable, "rb") as file:
            (symbol,) = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name("_SEGGER_RTT")
        self.address = symbol["st_value"]

    def block(self, debugger):
        mark, up, down, name, buffer, size, write, read, _ = BLOCK.unpack(debugger.read(self.address, BLOCK.size))
        assert mark == b"SEGGER RTT".ljust(16, b"\0")
        assert (up, down) == (1, 0)
        assert debugger.read(name, 6) == b"defmt\0"
        return buffer, size, write, read

    def take(self):
        """Takes what there is, as often as there is something, the board running in between."""
        data = b""
        while True:
            with Debugger(self.path) as debugger:
                buffer, size, write, read = self.block(debugger)
                if read == write:
                    return data
                memory = debugger.read(buffer, size)
                data += memory[read:write] if read < write else memory[read:] + memory[:write]
                debugger.write(self.address + READ_POSITION, struct.pack("<I", write))
            time.sleep(0.2)
