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


def pump(line, master):
    """Carries bytes both ways until one side ends, or standard input.

    Neither direction may wait for the other: while a board does not read, QEMU takes nothing from the socket, and while
    nobody reads what it sends, the whole of QEMU waits.
    """
    line.setblocking(False)
    # Or some 200 KB wait in it, which no serial line holds.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    os.set_blocking(master, False)
    socket_end = line.fileno()
    # What was read from the key and waits to be written to the other one.
    waiting = {socket_end: b"", master: b""}
    other = {socket_end: master, master: socket_end}
    while True:
        readers = [end for end, data in waiting.items() if not data]
        writers = [other[end] for end, data in waiting.items() if data]
        readable, writable, _ = select.select([*readers, sys.stdin], writers, [])
        if sys.stdin in readable:
            return
        for end in readers:
            if end in readable:
                waiting[end] = os.read(end, 4096)
                if not waiting[end]:
                    return
        for end in writable:
            data = waiting[other[end]]
            waiting[other[end]] = data[os.write(end, data) :]


def main():
    line = connect(Path(sys.argv[1]))
    master, slave = os.openpty()
    # The slave stays open here, so that the pty does not hang up between two clients.
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    pump(line, master)


if __name__ == "__main__":
    main()
