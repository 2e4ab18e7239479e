# SPDX-License-Identifier: Apache-2.0
"""Where the documents' commands run: a folder with what they name, a board, and the words that stand for what a reader fills in."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from blocks import ROOT

sys.path.insert(0, str(ROOT / "tests" / "clients"))
import updates  # noqa: E402

COMMAND_SECONDS = 60
BUILD_SECONDS = 900
START_SECONDS = 60
"""Of a command that goes on: cargo may have to build it."""
END_SECONDS = 10
LINES, COLUMNS = 40, 120
SHOWN = 3000
"""Characters of a command's output in a report."""

# Commands that go on until Ctrl-C, and what they have printed when they are ready. None: they print only what happens.
LASTING = {
    r"cargo run$": r"^Serial ",
    r"cargo run -- monitor": r"connected",
    r"westerly simulate": r"^Serial ",
    r"westerly proxy": r"Ctrl-C ends it",
    r"westerly monitor": r"connected",
    r"westerly telemetry --follow": None,
    r"westerly logs": None,
    r"west build .*-t run": r"SMP over UDP on|\*\*\* Booting",
    r"build/zephyr/zephyr\.exe": r"SMP over UDP on",
}
SURVIVES_SECONDS = 2
"""How long a command that may print nothing must go on, if it does not end with 0, before it is taken for one that works."""


class Failed(Exception):
    """A command of a document did not do what the document promises."""


@dataclass
class Options:
    """What the test was given."""

    westerly: Path
    qemu_elf: Path | None
    native_sim: Path | None
    zephyr: dict[str, str] | None
    """The environment to build for Zephyr in; None where no Zephyr was found."""


class Lasting:
    """A command that goes on in the background, at a terminal of its own, until Ctrl-C."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str], ready: str | None) -> None:
        self.command = command
        self.output = ""
        self._terminal, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=folder, env=environment, stdin=other, stdout=other, stderr=other, start_new_session=True,
        )
        os.close(other)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait(ready)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._terminal, 4096)
            except OSError:
                return
            if not data:
                return
            # Without the colours and the moves of a screen.
            self.output += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", data.decode(errors="replace"))

    def _wait(self, ready: str | None) -> None:
        end = time.monotonic() + (START_SECONDS if ready else SURVIVES_SECONDS)
        while time.monotonic() < end:
            if ready and re.search(ready, self.output, re.MULTILINE):
                return
            if self._process.poll() is not None:
                if ready is None and self._process.returncode == 0:
                    return
                raise Failed(f"{self.command} ended with {self._process.returncode}:\n{self.output[-SHOWN:]}")
            time.sleep(0.05)
        if ready:
            self.stop()
            raise Failed(f"{self.command} did not print {ready!r} in {START_SECONDS} s:\n{self.output[-SHOWN:]}")

    def find(self, pattern: str) -> str | None:
        match = re.search(pattern, self.output, re.MULTILINE)
        return match and match[1]

    def stop(self) -> None:
        """As Ctrl-C does: to every process of the terminal's."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        self._reader.join(END_SECONDS)
        os.close(self._terminal)


class Stage:
    """A folder for the commands of one block. Subclasses start a board and say what stands for what."""

    seconds = COMMAND_SECONDS

    def __init__(self, folder: Path, options: Options, arguments: list[str]) -> None:
        self.folder = folder
        self.options = options
        self.words: dict[str, str] = {}
        """What a reader fills in, and what it is here."""
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(options.westerly.parent), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "TERM": "xterm-256color",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        self._lasting: list[Lasting] = []
        self._printed = ""
        self.start(arguments)

    def start(self, arguments: list[str]) -> None:
        if arguments:
            raise Failed(f"this stage takes no options: {arguments}")

    def run(self, command: str) -> None:
        """Raises Failed where it ends with another code than 0, or at once where it is to go on."""
        command = self._filled_in(command).removesuffix("&").strip()
        for beginning, ready in LASTING.items():
            if re.match(beginning, command):
                self._lasting.append(Lasting(command, self.folder, self.environment, ready))
                self.look_at(self._lasting[-1])
                return
        try:
            result = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=self.seconds,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"{command} did not end in {self.seconds} s") from None
        self._printed += result.stdout
        if result.returncode != 0:
            raise Failed(f"{command} ended with {result.returncode}:\n{(result.stdout + result.stderr)[-SHOWN:]}")

    def look_at(self, lasting: Lasting) -> None:
        """What a command that goes on tells and a reader uses: the path of a terminal."""
        if path := lasting.find(r"(?:redirected to|uart_1 connected to pseudotty:|^Serial ) (/\S+)"):
            self.words["/dev/pts/N"] = self.words["/dev/ttyACM0"] = path

    def _filled_in(self, command: str) -> str:
        for word, meaning in self.words.items():
            command = command.replace(word, meaning)
        if "HASH" in command:
            # As a reader does: the one that was printed last.
            hashes = re.findall(r"\b[0-9a-fA-F]{64}\b", self._printed)
            if not hashes:
                raise Failed(f"{command}: nothing printed a hash before")
            command = command.replace("HASH", hashes[-1])
        return command

    def stop(self) -> None:
        for lasting in reversed(self._lasting):
            lasting.stop()


class Repository(Stage):
    """In the repository itself, with no board but what the commands start."""

    def start(self, arguments: list[str]) -> None:
        super().start(arguments)
        self.folder = ROOT


class Simulator(Stage):
    """Beside a simulated board as `cargo run` starts it, with further options; files that the documents speak of are there.
    Of the stage's own is `key`: the file board.key is an administrator's, and the board has it."""

    def start(self, arguments: list[str]) -> None:
        with_key = "key" in arguments
        arguments = [argument for argument in arguments if argument != "key"]
        (self.folder / "clients").symlink_to(ROOT / "clients")
        (self.folder / "local.bin").write_bytes(bytes(range(256)) * 20)
        for name, version in (("app.signed.bin", "1.1.0"), ("zephyr.signed.bin", "1.2.0")):
            updates.make(self.folder, version).path.rename(self.folder / name)
        terminal = self.folder / "serial"
        self.words = {"/dev/ttyACM0": str(terminal), "/dev/pts/N": str(terminal), "board.local": "127.0.0.1"}
        board = " ".join(["westerly simulate", "--pty-link", str(terminal), *arguments])
        self._lasting.append(Lasting(board, self.folder, self.environment, LASTING["westerly simulate"]))
        if with_key:
            self.run("westerly key add board.key --serial /dev/ttyACM0")


class Qemu(Stage):
    """Beside the firmware on qemu_cortex_m3 under QEMU; its ELF file is where `west build` leaves it."""

    def start(self, arguments: list[str]) -> None:
        super().start(arguments)
        (self.folder / "build" / "zephyr").mkdir(parents=True)
        (self.folder / "build" / "zephyr" / "zephyr.elf").symlink_to(self.options.qemu_elf)
        machine = "qemu-system-arm -machine lm3s6965evb -cpu cortex-m3 -net none -display none -monitor none"
        uarts = f"-serial stdio -serial pty -serial file:{self.folder}/captured.bin"
        board = f"{machine} {uarts} -kernel {self.options.qemu_elf}"
        self._lasting.append(Lasting(board, self.folder, self.environment, r"\*\*\* Booting"))
        self.look_at(self._lasting[-1])
        self.words["/dev/ttyUSB1"] = f"{self.folder}/captured.bin"


class NativeSim(Stage):
    """Beside the firmware on native_sim/native/64."""

    def start(self, arguments: list[str]) -> None:
        super().start(arguments)
        self._lasting.append(Lasting(f"{self.options.native_sim} -rt", self.folder, self.environment, r"SMP over UDP on"))
        self.look_at(self._lasting[-1])


class West(Stage):
    """A folder that holds the repository as `westerly`, as west's workspaces do, and Zephyr's west."""

    seconds = BUILD_SECONDS

    def start(self, arguments: list[str]) -> None:
        super().start(arguments)
        (self.folder / "westerly").symlink_to(ROOT)
        self.environment = {**self.environment, **self.options.zephyr}


STAGES = {"repository": Repository, "simulator": Simulator, "qemu": Qemu, "native_sim": NativeSim, "west": West}
