# SPDX-License-Identifier: Apache-2.0
"""Builds by Twister what sample.yaml says of the boards, and runs nothing."""

import os
import subprocess
import sys

from benchlib import build as zephyr_build

from .builds import SCENARIOS, SETS
from .failure import Failure


def boards(limits):
    """Every board with a limit."""
    found = sorted({board for kind in SETS for board in limits.figures.get(kind, {})})
    if not found:
        raise Failure("there is no limit yet: name boards with --board")
    return found


def build(root, folder, of):
    """Every feature set that sample.yaml allows of these boards; gives the folder with the builds."""
    zephyr = zephyr_build.find_zephyr()
    if zephyr is None:
        raise Failure("no Zephyr found (ZEPHYR_BASE, CMake's package registry, a west workspace above)")
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(zephyr / "scripts" / "twister"), "--build-only", "-T", str(root), "--outdir", str(folder), "--clobber-output"]
    # A build takes more than one processor by itself.
    command += ["--jobs", str(os.cpu_count()), "--inline-logs", "-v"]
    command += [option for scenario in SCENARIOS for option in ("-s", scenario)]
    command += [option for board in of for option in ("-p", board)]
    environment = {**os.environ, "ZEPHYR_BASE": str(zephyr), **zephyr_build.compiler_environment()}
    if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, cwd=folder.parent).returncode != 0:
        raise Failure(f"not everything builds; what Twister has to say of it is in {folder}")
    return folder
