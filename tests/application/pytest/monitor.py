# SPDX-License-Identifier: Apache-2.0
"""QEMU's monitor, on the Unix socket qmp.socket in the build folder."""

import json
import os
import socket


class Monitor:
    """A connection. QEMU has one at a time."""

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
        assert self.execute("qmp_capabilities") == {}

    def execute(self, command, **arguments):
        """Returns what the command does."""
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        # What is no answer tells of events.
        while "event" in (answer := json.loads(self.lines.readline())):
            pass
        assert "return" in answer, answer
        return answer["return"]

    def close(self):
        self.lines.close()
        self.socket.close()
