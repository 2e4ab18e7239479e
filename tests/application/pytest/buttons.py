# SPDX-License-Identifier: Apache-2.0
"""Presses the button sw0 of the board under test: on native_sim by a shell command of ../devices.c, in QEMU by its keyboard."""

import json
import os
import socket
import time

from smp_line import WRITE

SETTLED_SECONDS = 0.3
"""After which a contact has settled, even where it is looked at every 30 ms only and the machine has other work."""


class ShellButton:
    """native_sim: the level of an emulated pin, set by a command of the shell."""

    def __init__(self, client):
        self.client = client

    def set(self, pressed):
        answer = self.client.ask(WRITE, 9, 0, {"argv": ["button", "press" if pressed else "release"]})
        assert answer.map == {"o": "", "ret": 0}, answer
        time.sleep(SETTLED_SECONDS)

    def close(self):
        pass


class KeyboardButton:
    """QEMU: the control key is the lm3s6965evb's select button."""

    def __init__(self, path):
        # Through a descriptor of the folder: the path of a Unix socket may not exceed 107 bytes, a build folder may.
        folder = os.open(path.parent, os.O_PATH)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        try:
            self.socket.connect(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
        self.lines = self.socket.makefile("rw")
        assert "QMP" in json.loads(self.lines.readline())
        self._execute("qmp_capabilities")

    def _execute(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        # What is no answer tells of events.
        while "event" in (answer := json.loads(self.lines.readline())):
            pass
        assert answer == {"return": {}}, answer

    def set(self, pressed):
        key = {"type": "qcode", "data": "ctrl"}
        self._execute("input-send-event", events=[{"type": "key", "data": {"down": pressed, "key": key}}])
        time.sleep(SETTLED_SECONDS)

    def close(self):
        self.lines.close()
        self.socket.close()


def open_button(board, client):
    """The board's, let go."""
    if board.is_native:
        button = ShellButton(client)
    else:
        button = KeyboardButton(board.device.device_config.app_build_dir / "qmp.socket")
        # QEMU holds the buttons down until their keys are first touched, and passes on changes only.
        button.set(True)
    button.set(False)
    return button
