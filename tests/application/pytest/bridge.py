# SPDX-License-Identifier: Apache-2.0
"""Makes a pty of QEMU's UART, which QEMU offers as a Unix socket. Prints the pty's path; ends with its standard input.

Not `-serial pty`: QEMU tells that pty's path on an output that Twister does not keep. A process of its own: clients written
in C or Rust may hold Python's lock while they wait for bytes that a thread of theirs would have to bring.
"""

import os
import select
import socket
import sys
import time
import tty
from pathlib import Path


def connect(path):
    # Through a descriptor of the folder: the path of a Unix socket may not exceed 107 bytes, a build folder may.
    folder = os.open(path.parent, os.O_PATH)
    end = time.monotonic() + 30
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(f"/proc/self/fd/{folder}/{path.name}")
            return line
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def main():
    line = connect(Path(sys.argv[1]))
    master, slave = os.openpty()
    # The slave stays open here, so that the pty does not hang up between two clients.
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    while True:
        ready, _, _ = select.select([line, master, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        if line in ready:
            data = line.recv(4096)
            if not data:
                return
            while data:
                data = data[os.write(master, data) :]
        if master in ready:
            line.sendall(os.read(master, 4096))


if __name__ == "__main__":
    main()
