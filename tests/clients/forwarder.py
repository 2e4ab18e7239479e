# SPDX-License-Identifier: Apache-2.0
"""Forwards datagrams between clients and a board, and damages some, until its input ends; then tells how many.

forwarder.py OWN_ADDRESS BOARD_ADDRESS PORT SEED RATE
"""

import select
import socket
import sys

from damage import Damage

LONGEST_DATAGRAM = 65535


def main(own_address: str, address: str, port: int, damage: Damage) -> None:
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.bind((own_address, port))
    # Each client has a port of its own towards the board.
    far: dict[tuple[str, int], socket.socket] = {}
    print("ready", flush=True)
    while sys.stdin not in (ready := select.select([sys.stdin, near, *far.values()], [], [])[0]):
        for client, one in list(far.items()):
            if one in ready:
                for copy in damage.datagram(one.recv(LONGEST_DATAGRAM)):
                    near.sendto(copy, client)
        if near in ready:
            data, client = near.recvfrom(LONGEST_DATAGRAM)
            if client not in far:
                far[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                far[client].connect((address, port))
            for copy in damage.datagram(data):
                far[client].send(copy)
    print(damage.count)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Damage(int(sys.argv[4]), float(sys.argv[5])))
