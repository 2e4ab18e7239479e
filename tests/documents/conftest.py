# SPDX-License-Identifier: Apache-2.0
"""Options."""

import os
from pathlib import Path

import pytest
from blocks import ROOT


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("westerly")
    group.addoption("--westerly", type=Path, help="the command line (default: target/debug/westerly)")
    group.addoption("--stages", default="repository,simulator", help="where to run commands (default: repository,simulator)")
    group.addoption("--qemu-elf", type=Path, help="zephyr.elf of the firmware for qemu_cortex_m3, which the stage qemu needs")
    group.addoption("--native-sim", type=Path, help="zephyr.exe of the firmware, which the stage native_sim needs")


def pytest_configure(config: pytest.Config) -> None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    westerly = config.getoption("--westerly") or target / "debug" / "westerly"
    if not westerly.is_file():
        raise pytest.UsageError(f"{westerly} does not exist: build it (cargo build -p westerly) or name another with --westerly")
    config.option.westerly = westerly.resolve()
    for stage, option in (("qemu", "qemu_elf"), ("native_sim", "native_sim")):
        file = getattr(config.option, option)
        if stage in config.getoption("--stages").split(","):
            if file is None or not file.is_file():
                raise pytest.UsageError(f"the stage {stage} needs --{option.replace('_', '-')}: the application built for it")
            setattr(config.option, option, file.resolve())
