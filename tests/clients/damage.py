# SPDX-License-Identifier: Apache-2.0
"""What a bad link does to what passes, by a seed."""

import math
import random
import sys


class Damage:
    """Drops, repeats or changes one in so many bytes or datagrams, each a third of the time."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)
        self._rate = rate
        self.count = 0

    def bytes(self, data: bytes) -> bytes:
        damaged = bytearray()
        at = 0
        while (until := at + self._next()) < len(data):
            self.count += 1
            damaged += data[at:until]
            match self._random.randrange(3):
                case 0:
                    damaged += bytes([data[until]] * 2)
                case 1:
                    damaged.append(data[until] ^ self._random.randrange(1, 256))
            at = until + 1
        return bytes(damaged + data[at:])

    def datagram(self, data: bytes) -> list[bytes]:
        """A datagram that was changed on its way fails the checksum of UDP, and whoever is to receive it never sees it."""
        if self._random.random() >= self._rate:
            return [data]
        self.count += 1
        return [data, data] if self._random.randrange(3) == 0 else []

    def _next(self) -> int:
        """Bytes before the next one to be damaged."""
        if self._rate == 0:
            return sys.maxsize
        return int(math.log(1 - self._random.random()) / math.log(1 - self._rate))
