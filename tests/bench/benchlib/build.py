# SPDX-License-Identifier: Apache-2.0
"""Finds Zephyr and a compiler, builds, and compares configurations."""

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .failure import Failure

BOARD = "qemu_cortex_m3"
LINES_OF_A_FAILURE = 30
AT_A_TIME = 2


def find_zephyr():
    """Zephyr's folder: ZEPHYR_BASE, else what CMake has registered, else a west workspace above; or None."""
    if os.environ.get("ZEPHYR_BASE"):
        return Path(os.environ["ZEPHYR_BASE"])
    for registered in sorted((Path.home() / ".cmake" / "packages" / "Zephyr").glob("*")):
        # The registry names <Zephyr>/share/zephyr-package/cmake.
        zephyr = Path(registered.read_text().strip()).parents[2]
        if (zephyr / "VERSION").is_file():
            return zephyr
    for folder in Path(__file__).resolve().parents:
        configuration = configparser.ConfigParser()
        if configuration.read(folder / ".west" / "config"):
            zephyr = folder / configuration.get("zephyr", "base", fallback="zephyr")
            if (zephyr / "VERSION").is_file():
                return zephyr
    return None


def compiler_environment():
    """Where neither a variant was chosen nor a Zephyr SDK is installed, the distribution's compiler does."""
    if os.environ.get("ZEPHYR_TOOLCHAIN_VARIANT") or os.environ.get("ZEPHYR_SDK_INSTALL_DIR"):
        return {}
    if any((Path.home() / ".cmake" / "packages" / "Zephyr-sdk").glob("*")):
        return {}
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        return {}
    return {"ZEPHYR_TOOLCHAIN_VARIANT": "gnuarmemb", "GNUARMEMB_TOOLCHAIN_PATH": str(Path(compiler).parent.parent)}


class Builder:
    """Builds applications into folders of their own under one folder, with the output kept in a log beside each."""

    def __init__(self, folder):
        self.folder = folder.resolve()
        self.environment = None

    def require_tools(self):
        zephyr = find_zephyr()
        if zephyr is None:
            raise Failure("no Zephyr found (ZEPHYR_BASE, CMake's package registry, a west workspace above); nothing measured")
        for tool in ("cmake", "ninja", "cargo"):
            if shutil.which(tool) is None:
                raise Failure(f"{tool} is not on PATH")
        self.environment = {**os.environ, "ZEPHYR_BASE": str(zephyr), **compiler_environment()}

    def build(self, name, source, extra=(), board=BOARD):
        """Configures where needed and builds; gives the build folder."""
        if not (source / "CMakeLists.txt").is_file():
            raise Failure(f"{source} is no application")
        print(f"building {name} ...", file=sys.stderr, flush=True)
        folder = self.folder / name.replace(" ", "_")
        log = folder.with_suffix(".log")
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            if not (folder / "build.ninja").is_file():
                self._run(("cmake", "-GNinja", f"-B{folder}", f"-S{source}", f"-DBOARD={board}", *extra), name, log, output)
            # The image alone: the default target lints as well, which takes as long again.
            target = "native_runner_executable" if board.startswith("native_sim") else "zephyr_final"
            self._run(("cmake", "--build", str(folder), "--target", target), name, log, output)
        return folder

    def build_all(self, applications):
        """As build() for each, two at a time: configuring and cargo's last crate keep one processor only. The folders, by name."""
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            waiting = {name: pool.submit(self.build, name, *rest) for name, *rest in applications}
            return {name: build.result() for name, build in waiting.items()}

    def _run(self, command, name, log, output):
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=self.environment, check=False)
        if result.returncode != 0:
            output.flush()
            print("\n".join(log.read_text().splitlines()[-LINES_OF_A_FAILURE:]), file=sys.stderr)
            raise Failure(f"{name} does not build; everything it said is in {log}")


def options(path):
    """A Kconfig file's settings; an option that is not set is not in it."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line.startswith("CONFIG_"))


def require_same_options(name, wanted, configuration):
    """The options common to all applications must have arrived, or the difference to a hello world is not the server."""
    for option, value in wanted.items():
        if configuration.get(option, "n") != value:
            raise Failure(f"{name} is built with {option}={configuration.get(option, 'n')}, the others with {value}")


def difference(first, second):
    """Settings that only the first has, and only the second."""
    def only(one, other):
        return sorted(f"{option}={value}" for option, value in one.items() if other.get(option) != value)

    return only(first, second), only(second, first)


def require_same_profile(*folders):
    """All Rust crates compared must be compiled alike."""
    profiles = [tomllib.loads((folder / "Cargo.toml").read_text()).get("profile", {}).get("release", {}) for folder in folders]
    for folder, profile in zip(folders, profiles):
        if profile != profiles[0]:
            raise Failure(f"[profile.release] of {folder}/Cargo.toml is not that of {folders[0]}/Cargo.toml")
