# SPDX-License-Identifier: Apache-2.0
"""What a build takes of a board, and what it may take."""

import sys
from pathlib import Path

# How Zephyr and a compiler are found, and how a configuration is read, is the comparison's.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
