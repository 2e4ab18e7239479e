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
from monitor import Monitor
from smp_line import WRITE, SerialClient, UdpClient
from stacks import Stacks

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
        # Zephyr's own network stack, behind QEMU's.
        self.has_network = "WESTERLY_NETWORK" in self.configuration
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
        self.stacks = Stacks(self)

    def launch(self):
        device = self.device
        if self.is_native or self.has_network:
            # An address of its own, as smpmgr cannot be told a port, and other boards may run beside this one.
            self.udp = (f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}", UDP_PORT)
        if self.is_native:
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
        if self.has_network:
            self.forward()

    def forward(self):
        """What comes to the address on the host goes on to the board."""
        monitor = Monitor(self.device.device_config.app_build_dir / "qmp.socket")
        try:
            address, port = self.udp
            line = f"hostfwd_add net0 udp:{address}:{port}-:{UDP_PORT}"
            assert monitor.execute("human-monitor-command", **{"command-line": line}) == ""
        finally:
            monitor.close()

    def wait_for_boot(self):
        """Waits for the banner; on native_sim also for the line's pty, which each boot makes anew."""
        lines = self.device.readlines_until(regex=BANNER, timeout=30)
        self.boots += 1
        if self.is_native:
            ptys = dict(re.findall(r"^uart_(\d) connected to pseudotty: (\S+)", "\n".join(lines), re.MULTILINE))
            self.pty, self.frames_pty = ptys["1"], ptys["2"]
            self.device.readlines_until(regex=re.escape(f"SMP over UDP on {self.udp[0]}"), timeout=10)
        elif self.has_network:
            self.device.readlines_until(regex="SMP over UDP on", timeout=10)

    def processor_time(self):
        """Milliseconds of the host's processor that the simulated board has had; of QEMU not known, and 0."""
        return processor_time(self.device._process) if self.is_native else 0

    def restart(self):
        """By a reset over the serial line, which nobody else may have open."""
        self.stacks.look()
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


def pytest_collection_modifyitems(items):
    """What is to be seen of the stacks is seen after everything else."""
    items.sort(key=lambda item: item.path.stem == "test_stacks")


@pytest.fixture(autouse=True)
def stacks_seen(board):
    """Behind every test, and behind what its own fixtures put in order."""
    yield
    board.stacks.look()


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
