"""The network half of a run: one network for all its domains, and a task for each domain that is being asked.

One network means one set of limits: whatever the domains of a run have in common, a hoster's web server or the ISPDB,
gets at most two connections at a time, however many domains lead there.

An iterator may not hold a task group while its caller does something else, so the tasks have an owner of their own,
which the iterator starts and ends.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import anyio

from mailsetup.asking import proceed
from mailsetup.discovery import Case, ask_here
from mailsetup.many.skeleton import skeleton_of
from mailsetup.net import open_network

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from anyio.abc import TaskGroup

    from mailsetup.many.queue import Job, Queue
    from mailsetup.model import Options


class Workers:
    """Takes the jobs of a queue to the network."""

    def __init__(self, queue: Queue, options: Options, /) -> None:
        self._queue = queue
        self._options = options
        self._opened, self._changed, self._closed = anyio.Event(), anyio.Event(), anyio.Event()
        self._group: TaskGroup | None = None
        self._owner: object = None
        self._failure: BaseException | None = None

    async def own(self) -> None:
        """Hold network and tasks until ``close``. Never raises: ``open`` and ``wait`` do it in its place."""
        try:
            async with open_network(self._options) as network:
                self._options = self._options.model_copy(update={"network": network})
                async with anyio.create_task_group() as self._group:
                    self._opened.set()
                    await anyio.sleep_forever()
        except Exception as error:  # noqa: BLE001  (told to the one who waits)
            self._failure = error
        finally:
            self._opened.set()
            self._changed.set()
            self._closed.set()

    async def open(self) -> None:
        """Start, and wait until jobs can be taken; once it is open, there is nothing to it.

        Raises:
            InvalidOptions: the network cannot be opened as the options say.
        """
        if self._owner is None:
            self._owner = _start(self.own)
        await self._opened.wait()
        if self._failure is not None:
            raise self._failure

    def take(self, jobs: Iterable[Job], /) -> None:
        """Start on jobs."""
        assert self._group is not None  # noqa: S101  (after ``open`` it is there)
        for job in jobs:
            self._group.start_soon(self._do, job)

    async def wait(self) -> None:
        """Wait until a job is done that nobody has noticed."""
        while not self._queue.finished:
            if self._failure is not None:
                raise self._failure
            self._changed = anyio.Event()
            await self._changed.wait()

    async def close(self) -> None:
        """End every task and the network."""
        if self._group is not None:
            self._group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await self._closed.wait()

    async def _do(self, job: Job) -> None:
        case = ask_here(Case(job.address, self._options))
        await proceed(case)
        job.skeleton = skeleton_of(case)
        self._queue.finished.append(job)
        self._changed.set()


def _start(work: Callable[[], Awaitable[None]], /) -> object:
    """Start a task that belongs to the running event loop; keep what is given back as long as it is to run."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return trio.lowlevel.spawn_system_task(work)
    import asyncio

    return asyncio.ensure_future(work())
