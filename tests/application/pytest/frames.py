# SPDX-License-Identifier: Apache-2.0
"""defmt frames as the board's third UART sends them, and the lines that the command line tool makes of them."""

import os
import re
import select
import subprocess
import tempfile
import termios
import tty
from pathlib import Path

from bridge import connect

REPOSITORY = Path(__file__).resolve().parents[3]


class Capture:
    """The bytes of the UART from now on; on native_sim also those that wait in its pty, which each boot makes anew."""

    def __init__(self, board):
        if board.is_native:
            self.socket = None
            self.file = os.open(board.frames_pty, os.O_RDWR | os.O_NOCTTY)
            # At once: by default it would drop what waits there.
            tty.setraw(self.file, termios.TCSANOW)
        else:
            self.socket = connect(board.device.device_config.app_build_dir / "defmt.socket")
            self.file = self.socket.fileno()

    def read(self, first=0.5, silence=0.5):
        """What has come, once nothing comes for so many seconds, or for so many before the first byte."""
        data = b""
        while select.select([self.file], [], [], silence if data else first)[0]:
            read = os.read(self.file, 4096)
            assert read, "the board is gone"
            data += read
        return data

    def close(self):
        if self.socket:
            self.socket.close()
        else:
            os.close(self.file)


def westerly(*arguments, command="logs"):
    """The lines that `westerly logs`, or another of its commands, prints. cargo builds it, unless it is built."""
    command = ["cargo", "run", "--quiet", "--locked", "--package", "westerly", "--", command, *map(str, arguments)]
    # Twister passes on a make's jobs, whose files this process does not have: cargo would warn of it.
    environment = {name: value for name, value in os.environ.items() if not name.endswith("MAKEFLAGS")}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def decoded(board, data):
    """The lines of captured bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        lines, summary = westerly("--elf", board.executable, "--frames", file.name)
    assert ", 0 that cannot be decoded" in summary, summary + "\n".join(lines)
    return lines


def messages(lines):
    """Without the time at their beginning, which is checked to be one."""
    found = [re.fullmatch(r" *\d+\.\d{6} ([A-Z]+ .*)", line) for line in lines]
    assert all(found), lines
    return [match[1] for match in found]
