# SPDX-License-Identifier: Apache-2.0
"""The three clients, each connected to a board over the transport a test is to use."""

import subprocess
import sys

import boards
from mcumgr_toolkit import MCUmgrClient
from smpclient import SMPClient
from smpclient.transport.serial import SMPSerialTransport
from smpclient.transport.udp import SMPUDPTransport

SECONDS = 5
"""How long each waits for an answer."""


def toolkit(line) -> MCUmgrClient:
    if line.transport == "udp":
        return MCUmgrClient.udp(line.board.address, port=boards.UDP_PORT, timeout_ms=1000 * SECONDS)
    return MCUmgrClient.serial(line.board.serial, timeout_ms=1000 * SECONDS)


def smpclient(line) -> SMPClient:
    if line.transport == "udp":
        return SMPClient(SMPUDPTransport(), line.board.address, SECONDS)
    return SMPClient(SMPSerialTransport(), line.board.serial, SECONDS)


def smpmgr(board, transport: str, *arguments: object, seconds: float) -> subprocess.CompletedProcess:
    """Runs it for so long at most."""
    where = ["--ip", board.address] if transport == "udp" else ["--port", board.serial]
    command = [sys.executable, "-m", "smpmgr", "--timeout", str(SECONDS), *where, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds)
