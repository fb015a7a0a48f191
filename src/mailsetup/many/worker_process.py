"""What one process of a run does: domains in through a pipe, results out."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from mailsetup.asking import proceed
from mailsetup.discovery import Case, ask_here
from mailsetup.errors import MailsetupError
from mailsetup.many.skeleton import skeleton_of
from mailsetup.net import open_network
from mailsetup.net.http import PER_HOST

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from mailsetup.address import Address
    from mailsetup.model import Options

IS_WINDOWS = os.name == "nt"

GARBAGE = 50_000
"""Objects between two collections: a look-up leaves few cycles, and what was imported is no garbage."""


def serve(pipe: Connection, options: Options, processes: int, /) -> None:
    """Answer until the other end of the pipe is closed. Ctrl-C is the parent's to decide about."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    try:
        anyio.run(_serve, pipe, options, max(1, PER_HOST // processes))
    except Exception as error:
        # Another's exception may not be fit to travel, and its text could hold anything.
        told = (
            error if isinstance(error, MailsetupError) else MailsetupError(f"a process failed ({type(error).__name__})")
        )
        with suppress(OSError):
            pipe.send((0, told))
        if told is not error:
            raise


async def _serve(pipe: Connection, options: Options, per_host: int) -> None:
    async with open_network(options, per_host=per_host) as network, anyio.create_task_group() as group:
        own = options.model_copy(update={"network": network})
        while True:
            await something_to_read(pipe)
            try:
                while pipe.poll():
                    number, address = pipe.recv()
                    group.start_soon(_answer, pipe, number, address, own)
            except (EOFError, OSError):
                group.cancel_scope.cancel()
                return


async def something_to_read(pipe: Connection, /, *, in_thread: bool = IS_WINDOWS) -> None:
    """Wait until there is something to read, or the other end is closed."""
    if in_thread:  # an event loop cannot wait for a pipe of Windows
        await anyio.to_thread.run_sync(pipe.poll, None)
    else:
        await anyio.wait_readable(pipe.fileno())


async def _answer(pipe: Connection, number: int, address: Address, options: Options) -> None:
    case = ask_here(Case(address, options))
    await proceed(case)
    with suppress(OSError):  # nobody is there any more: the one who reads will see it
        pipe.send((number, skeleton_of(case).pack()))
