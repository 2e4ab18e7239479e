# SPDX-License-Identifier: Apache-2.0
"""The running application, on native_sim or QEMU, with its SMP line as a pty on both."""

import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from twister_harness import DeviceAdapter

from load import processor_time
from smp_line import WRITE, SerialClient, UdpClient

BANNER = r"\*\*\* Booting Zephyr OS build"
UDP_PORT = 1337


def symbols(build_dir):
    """The build's Kconfig symbols, as text."""
    found = {}
    for line in (build_dir / "zephyr" / ".config").read_text().splitlines():
        match = re.fullmatch(r'CONFIG_(\w+)="?(.*?)"?', line)
        if match:
            found[match[1]] = match[2]
    return found


class Bridge:
    """bridge.py in a process of its own, and the path of its pty."""

    def __init__(self, socket_path):
        script = Path(__file__).with_name("bridge.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(socket_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.path = self.process.stdout.readline().strip()
        assert self.path, "the bridge ended"

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Board:
    """The application under test."""

    def __init__(self, device):
        self.device = device
        self.configuration = symbols(device.device_config.app_build_dir)
        self.is_native = "ARCH_POSIX" in self.configuration
        self.packet_size = int(self.configuration["WESTERLY_SERIAL_PACKET_SIZE"])
        # What comes on top of a packet, for its seal.
        self.seal = 60 if "WESTERLY_ACCESS" in self.configuration else 0
        self.executable = device.device_config.app_build_dir / "zephyr" / ("zephyr.exe" if self.is_native else "zephyr.elf")
        # The repository.
        self.source = Path(__file__).resolve().parents[3]
        self.udp = None
        self.bridge = None
        self.folder = None
        self.boots = 0

    def launch(self):
        device = self.device
        if self.is_native:
            # An address of its own, as smpmgr cannot be told a port, and other boards may run beside this one.
            self.udp = (f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}", UDP_PORT)
            device.generate_command()
            device.command.append(f"--udp-address={self.udp[0]}")
            # As it comes a board lets nobody write over UDP without a key: test_access.py has one of its own for that.
            device.command.append("--access-udp=allow")
            # A flash that was never used, and is nobody else's.
            self.folder = tempfile.TemporaryDirectory(prefix="westerly-")
            device.command.append(f"--flash={self.folder.name}/flash.bin")
        device.launch()
        self.wait_for_boot()
        if not self.is_native:
            self.bridge = Bridge(device.device_config.app_build_dir / "smp.socket")
            self.pty = self.bridge.path

    def wait_for_boot(self):
        """Waits for the banner; on native_sim also for the line's pty, which each boot makes anew."""
        lines = self.device.readlines_until(regex=BANNER, timeout=30)
        self.boots += 1
        if self.is_native:
            ptys = dict(re.findall(r"^uart_(\d) connected to pseudotty: (\S+)", "\n".join(lines), re.MULTILINE))
            self.pty, self.frames_pty = ptys["1"], ptys["2"]
            self.device.readlines_until(regex=re.escape(f"SMP over UDP on {self.udp[0]}"), timeout=10)

    def processor_time(self):
        """Milliseconds of the host's processor that the simulated board has had; of QEMU not known, and 0."""
        return processor_time(self.device._process) if self.is_native else 0

    def restart(self):
        """By a reset over the serial line, which nobody else may have open."""
        client = SerialClient(self.pty)
        try:
            self.device.clear_buffer()
            assert client.ask(WRITE, 0, 5).map == {}
        finally:
            client.close()
        self.wait_for_boot()

    def close(self):
        if self.bridge:
            self.bridge.close()
        self.device.close()
        if self.folder:
            self.folder.cleanup()


@pytest.fixture(scope="session")
def board(device_object: DeviceAdapter):
    device_object.initialize_log_files("application")
    board = Board(device_object)
    board.launch()
    yield board
    board.close()


@pytest.fixture
def serial(board):
    client = SerialClient(board.pty)
    yield client
    client.close()


@pytest.fixture
def udp(board):
    if board.udp is None:
        pytest.skip("this board has no network")
    client = UdpClient(board.udp)
    yield client
    client.close()


@pytest.fixture(params=["serial", "udp"])
def client(request):
    """A client on each transport the board has."""
    return request.getfixturevalue(request.param)
