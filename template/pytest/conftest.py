# SPDX-License-Identifier: Apache-2.0
"""The running application, and the pty of its SMP line."""

import os
import re
import select
import socket
import threading
import time
import tty

import pytest

BANNER = r"\*\*\* Booting Zephyr OS build"


def connect(folder):
    """QEMU's second UART. Through a descriptor of the folder: the path of a Unix socket may not exceed 107 bytes."""
    descriptor = os.open(folder, os.O_PATH)
    end = time.monotonic() + 30
    while True:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(f"/proc/self/fd/{descriptor}/smp.socket")
            return line
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def carry(line, master):
    """Bytes both ways, until QEMU ends."""
    while True:
        readable, _, _ = select.select([line, master], [], [])
        if line in readable:
            data = line.recv(4096)
            if not data:
                return
            os.write(master, data)
        if master in readable:
            line.sendall(os.read(master, 4096))


@pytest.fixture(scope="session")
def port(device_object):
    """The path of a pty, as of a serial port."""
    device = device_object
    device.initialize_log_files("doorbell")
    folder = device.device_config.app_build_dir
    is_native = (folder / "zephyr" / "zephyr.exe").exists()
    if is_native:
        # Its UDP port would be that of whatever else runs here, and its flash that of the last run.
        device.generate_command()
        address = f"127.71.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
        device.command += [f"--udp-address={address}", "--flash_rm"]
    device.launch()
    lines = device.readlines_until(regex=BANNER, timeout=30)
    if is_native:
        yield re.search(r"^uart_1 connected to pseudotty: (\S+)", "\n".join(lines), re.MULTILINE)[1]
    else:
        line = connect(folder)
        master, slave = os.openpty()
        tty.setraw(slave)
        threading.Thread(target=carry, args=(line, master), daemon=True).start()
        yield os.ttyname(slave)
    device.close()
