# SPDX-License-Identifier: Apache-2.0
"""Presses the button sw0 of the board under test: by a shell command of ../devices.c, or by QEMU's keyboard."""

import time

from monitor import Monitor
from smp_line import WRITE

SETTLED_SECONDS = 0.3
"""After which a contact has settled, even where it is looked at every 30 ms only and the machine has other work."""


class ShellButton:
    """native_sim and qemu_riscv32: the level of an emulated pin, set by a command of the shell."""

    def __init__(self, client):
        self.client = client

    def set(self, pressed):
        answer = self.client.ask(WRITE, 9, 0, {"argv": ["button", "press" if pressed else "release"]})
        assert answer.map == {"o": "", "ret": 0}, answer
        time.sleep(SETTLED_SECONDS)

    def close(self):
        pass


class KeyboardButton:
    """qemu_cortex_m3: the control key is the lm3s6965evb's select button."""

    def __init__(self, path):
        self.monitor = Monitor(path)

    def set(self, pressed):
        key = {"type": "qcode", "data": "ctrl"}
        events = [{"type": "key", "data": {"down": pressed, "key": key}}]
        assert self.monitor.execute("input-send-event", events=events) == {}
        time.sleep(SETTLED_SECONDS)

    def close(self):
        self.monitor.close()


def open_button(board, client):
    """The board's, let go."""
    if "WESTERLY_TEST_DEVICES" in board.configuration:
        button = ShellButton(client)
    else:
        button = KeyboardButton(board.device.device_config.app_build_dir / "qmp.socket")
        # QEMU holds the buttons down until their keys are first touched, and passes on changes only.
        button.set(True)
    button.set(False)
    return button
