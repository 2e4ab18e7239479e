# SPDX-License-Identifier: Apache-2.0
"""Zephyr's own network stack: where the board says that it is, and that it is there again after a restart."""

import re

import pytest

from smp_line import READ, WRITE, UdpClient


@pytest.fixture(autouse=True)
def needs_network(board):
    if not board.has_network:
        pytest.skip("the network is the host's, or there is none")


def test_the_address_by_dhcp_is_told(board):
    """Its own until then; QEMU's DHCP server gives the same one, after the seconds that a client is to wait."""
    own = re.escape(board.configuration["WESTERLY_NETWORK_ADDRESS"])
    board.restart()
    board.device.readlines_until(regex=f"Address {own} by DHCP", timeout=60)
    client = UdpClient(board.udp)
    try:
        assert client.ask(WRITE, 0, 0, {"d": "leased"}).map == {"r": "leased"}
    finally:
        client.close()


def test_udp_is_there_at_once_after_a_restart(board):
    for _ in range(3):
        board.restart()
        client = UdpClient(board.udp)
        try:
            assert client.ask(READ, 0, 6).map.keys() == {"buf_size", "buf_count"}
        finally:
            client.close()


def test_a_restart_over_udp_is_answered_before_it_happens(board):
    client = UdpClient(board.udp)
    try:
        board.device.clear_buffer()
        assert client.ask(WRITE, 0, 5).map == {}
        board.wait_for_boot()
        assert client.ask(WRITE, 0, 0, {"d": "again"}).map == {"r": "again"}
    finally:
        client.close()
