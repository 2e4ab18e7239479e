# SPDX-License-Identifier: Apache-2.0
"""What the tests ask a board for, with smpclient."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from machine import Machine
from smp.image_management import ImageState
from smpclient import SMPClient
from smpclient.generics import success
from smpclient.requests import image_management as image
from smpclient.requests import os_management as os
from smpclient.transport.serial import SMPSerialTransport

TIMEOUT_SECONDS = 5


@asynccontextmanager
async def connected(machine: Machine) -> AsyncIterator[SMPClient]:
    client = SMPClient(SMPSerialTransport(), machine.serial, TIMEOUT_SECONDS)
    async with client:
        yield client


def ask(machine: Machine, request):
    async def exchange():
        async with connected(machine) as client:
            return await client.request(request)

    answer = asyncio.run(exchange())
    assert success(answer), answer
    return answer


def upload(machine: Machine, contents: bytes, until: int | None = None) -> int:
    """Uploads to the second slot; stops there when so many bytes have been taken. Gives how many were."""

    async def transfer() -> int:
        offset = 0
        async with connected(machine) as client:
            async for offset in client.upload(contents):
                if until is not None and offset >= until:
                    break
        return offset

    return asyncio.run(transfer())


def states(machine: Machine) -> dict[int, ImageState]:
    """The images by slot."""
    return {state.slot: state for state in ask(machine, image.ImageStatesRead()).images}


def mark_for_test(machine: Machine, digest: bytes) -> None:
    ask(machine, image.ImageStatesWrite(hash=digest, confirm=False))


def confirm(machine: Machine) -> None:
    """Confirms the image that runs."""
    ask(machine, image.ImageStatesWrite(confirm=True))


def reset(machine: Machine) -> None:
    """Resets the board and waits until an application runs again."""
    starts = machine.starts()
    ask(machine, os.ResetWrite())
    machine.wait_for_start(starts + 1)
