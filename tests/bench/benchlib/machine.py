# SPDX-License-Identifier: Apache-2.0
"""Runs a measuring application in QEMU and reads what it reports (common/clock.h has the other end)."""

import shutil
import subprocess
import threading

from .failure import Failure

QEMU = "qemu-system-arm"
TIMEOUT_SECONDS = 120
FLAGS = ("-cpu", "cortex-m3", "-machine", "lm3s6965evb", "-nographic", "-vga", "none", "-net", "none")
# One instruction, one nanosecond of the machine's time, whatever the host does meanwhile.
COUNTING = ("-icount", "shift=0,align=off,sleep=off")
STEPS = ("decode", "process", "encode")


class Report:
    """What one run of a measuring application said."""

    def __init__(self, lines):
        self.clocks, self.iterations, self.bytes = {}, {}, {}
        for words in (line.split() for line in lines):
            match words:
                case ["bench", "calibration", instructions, clocks]:
                    self.instructions_per_clock = int(instructions) / int(clocks)
                case ["bench", "measure", name, step, clocks, iterations]:
                    self.clocks[name, step] = int(clocks)
                    self.iterations[name, step] = int(iterations)
                case ["bench", ("request" | "request-lines" | "answer" | "answer-lines") as what, name, text]:
                    self.bytes[name, what] = bytes.fromhex(text)

    def requests(self):
        return dict.fromkeys(name for name, step in self.clocks if step == "process")

    def _instructions(self, name, step):
        return self.clocks[name, step] * self.instructions_per_clock / self.iterations[name, step]

    def steps(self, name):
        """Instructions of each step of one request, the cost of measuring taken off."""
        return {
            step: round(self._instructions(name, step) - self._instructions(*self._beside(name, step)), 1)
            for step in STEPS
        }

    def store(self):
        """Instructions of what Westerly's store does, which C has no counterpart of."""
        names = (name for name, step in self.clocks if step == "store")
        return {name: round(self._instructions(name, "store") - self._instructions("none", "empty"), 1) for name in names}

    def _beside(self, name, step):
        """The measurement of what a step did beside its work: only C has to copy the packet it processes."""
        if step == "process" and (name, "copy") in self.clocks:
            return name, "copy"
        return "none", "empty"


def run(image):
    """The lines one run printed, up to "bench finished"."""
    if shutil.which(QEMU) is None:
        raise Failure(f"{QEMU} is not on PATH")
    process = subprocess.Popen((QEMU, *FLAGS, *COUNTING, "-kernel", str(image)),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watchdog = threading.Timer(TIMEOUT_SECONDS, process.kill)
    watchdog.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("bench finished"):
                return lines
            if line.startswith("bench failed"):
                break
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
    raise Failure(f"{image} did not finish; it said last: {lines[-1] if lines else 'nothing'}")


def measure(image):
    """Runs the image twice; the figures must repeat exactly."""
    first, second = run(image), run(image)
    if first != second:
        raise Failure(f"two runs of {image} differ: the figures cannot be trusted")
    return Report(first)
