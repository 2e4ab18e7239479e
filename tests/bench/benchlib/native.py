# SPDX-License-Identifier: Apache-2.0
"""Runs an application of native_sim as a process with a flash of its own."""

import re
import socket
import subprocess
import time
from pathlib import Path

from . import smp
from .failure import Failure

BOARD = "native_sim/native/64"
START_SECONDS = 10
PTY = re.compile(r"^uart_1 connected to pseudotty: (\S+)")


class Device:
    """A process that answers SMP over UDP and on a pty."""

    def __init__(self, program, folder, udp, arguments=(), flash=()):
        """flash: what it holds at the start, as (offset, bytes, size of the whole)."""
        self.udp, self.pty = udp, None
        path = Path(folder) / "flash.bin"
        path.unlink(missing_ok=True)
        if flash:
            content = bytearray(b"\xff" * max(size for _, _, size in flash))
            for offset, data, _ in flash:
                content[offset:offset + len(data)] = data
            path.write_bytes(content)
        self.process = subprocess.Popen((str(program), "-rt", f"--flash={path}", *arguments), cwd=folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def _wait_until_ready(self):
        for line in self.process.stdout:
            if match := PTY.match(line):
                self.pty = match.group(1)
                break
        else:
            raise Failure("the device ended before it said where its serial port is")
        # The transport's thread binds a little later.
        until = time.monotonic() + START_SECONDS
        with self.socket(0.5) as client:
            while time.monotonic() < until:
                try:
                    client.send(smp.packet(smp.WRITE, 0, 0))
                    client.recv(2048)
                    return
                except (ConnectionRefusedError, TimeoutError):
                    time.sleep(0.02)
        raise Failure("the device does not answer")

    def socket(self, seconds):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.connect(self.udp)
        client.settimeout(seconds)
        return client

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
