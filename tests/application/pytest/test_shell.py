# SPDX-License-Identifier: Apache-2.0
"""The shell group over Zephyr's shell, where the board has room for one."""

import re

import pytest

from smp_line import WRITE

SHELL = 9


@pytest.fixture(autouse=True)
def needs_a_shell(board):
    if "WESTERLY_SHELL" not in board.configuration:
        pytest.skip("no shell in this build")


def run(client, *words):
    return client.ask(WRITE, SHELL, 0, {"argv": list(words)}).map


def test_a_command(serial):
    assert run(serial, "kernel", "version") == {"o": "Zephyr version 4.3.0\n", "ret": 0}
    assert run(serial, "kernel version") == {"o": "Zephyr version 4.3.0\n", "ret": 0}


def test_what_a_command_returns(serial):
    answer = run(serial, "none")
    assert (answer["o"], answer["ret"]) == ("none: command not found\n", -8)
    assert run(serial, "kernel", "none")["ret"] != 0


def test_output_that_does_not_fit_is_cut_and_says_so(board, serial):
    packet = int(board.configuration["WESTERLY_SERIAL_PACKET_SIZE"])
    answer = serial.ask(WRITE, SHELL, 0, {"argv": ["help"]})
    assert packet - 60 < len(answer.raw) <= packet
    (cut,) = re.findall(r"\n\[(\d+) bytes cut\]$", answer.map["o"])
    assert int(cut) > 0
    # And the next one is whole again.
    assert run(serial, "kernel", "version")["o"] == "Zephyr version 4.3.0\n"


def test_errors(board, serial):
    line = int(board.configuration["WESTERLY_SHELL_LINE_SIZE"]) - 1
    assert run(serial, " ") == {"err": {"group": SHELL, "rc": 3}}
    assert run(serial, "x" * (line + 1)) == {"err": {"group": SHELL, "rc": 2}}
    assert run(serial, "x" * line)["ret"] == -8


def test_not_over_udp(board, udp):
    assert "WESTERLY_UDP_SHELL" not in board.configuration
    assert run(udp, "kernel", "version") == {"rc": 11}
