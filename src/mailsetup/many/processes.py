"""The network half of a run in processes of its own: Python runs one thread at a time, and a domain is mostly work.

What crosses the pipe: to a process, a number and an address; from it, the number and the result as packed JSON. The
limits that hold between a run and one host (HE-05) are shared out: with two processes each has one connection at a
time to one address, where a run in one process has two.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

import anyio.to_thread

from mailsetup.errors import InvalidOptions, MailsetupError
from mailsetup.many.skeleton import Skeleton
from mailsetup.many.worker_process import serve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.connection import Connection

    from mailsetup.many.queue import Job, Queue
    from mailsetup.model import Options

AT_ONCE = 128
"""Domains that one process is given at a time; what has been sent must fit into a pipe that nobody reads just now."""

PATIENCE = 0.1
"""Seconds after which a thread that waits looks whether anybody still wants the result."""

FAREWELL = 5.0
"""Seconds that a process gets to end by itself."""


class Processes:
    """Takes the jobs of a queue to several processes; no event loop here.

    Raises:
        InvalidOptions: for options that cannot be taken to another process.
    """

    def __init__(self, queue: Queue, options: Options, /, *, number: int) -> None:
        _check(options)
        self._queue = queue
        self._options = options
        self._number = number
        self._backlog: deque[Job] = deque()
        self._crew: list[_Process] = []

    def open(self) -> None:
        """Start the processes; once they run, there is nothing to it."""
        while len(self._crew) < self._number:
            self._crew.append(_Process(self._options, of=self._number))

    def take(self, jobs: Iterable[Job], /) -> None:
        """Start on jobs."""
        self._backlog.extend(jobs)
        self._hand_out()

    def wait(self, at_most: float | None = None) -> None:
        """Wait until a job is done that nobody has noticed, or for so many seconds.

        Raises:
            InvalidOptions: the network cannot be opened as the options say.
            MailsetupError: a process has died.
        """
        by_pipe = {each.pipe: each for each in self._crew}
        while not self._queue.finished:
            for pipe in (there := wait(list(by_pipe), at_most)):
                self._queue.finished.extend(by_pipe[pipe].receive())  # type: ignore[index]  # one of our own pipes
            self._hand_out()
            if not there:
                return

    def close(self) -> None:
        """End every process, whatever it is doing."""
        for each in self._crew:
            each.pipe.close()
        for each in self._crew:
            each.end()

    def _hand_out(self) -> None:
        while self._backlog:
            idlest = min(self._crew, key=lambda each: len(each.jobs))
            if len(idlest.jobs) >= AT_ONCE:
                return
            idlest.send(self._backlog.popleft())


class _Process:
    """One process, and what it has been given."""

    def __init__(self, options: Options, *, of: int) -> None:
        # Spawned and not forked: the caller's program has threads and event loops that would not survive it.
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.jobs: dict[int, Job] = {}
        self._given = 0
        self._process = context.Process(target=serve, args=(theirs, options, of), daemon=True, name="mailsetup-many")
        self._process.start()
        theirs.close()

    def send(self, job: Job) -> None:
        self._given += 1
        self.jobs[self._given] = job
        try:
            self.pipe.send((self._given, job.address))
        except OSError:
            self._raise()

    def receive(self) -> list[Job]:
        """Fill in the jobs that have come back."""
        done = []
        try:
            while self.pipe.poll():
                number, packed = self.pipe.recv()
                if isinstance(packed, BaseException):
                    raise packed
                job = self.jobs.pop(number)
                job.skeleton = Skeleton.unpack(packed)
                done.append(job)
        except (EOFError, OSError):
            self._raise()
        return done

    def _raise(self) -> None:
        self._process.join(FAREWELL)
        raise MailsetupError(f"a process of the run has died (exit status {self._process.exitcode})") from None

    def end(self) -> None:
        self._process.join(FAREWELL)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._process.close()


def _check(options: Options) -> None:
    try:
        pickle.dumps(options)
    except Exception as error:
        raise InvalidOptions(
            "several processes take options that can be pickled: no TLS context of your own"
        ) from error


class ProcessesBeside:
    """``Processes`` for a program with an event loop: what blocks is done in a thread."""

    def __init__(self, queue: Queue, options: Options, /, *, number: int) -> None:
        self._queue = queue
        self._processes = Processes(queue, options, number=number)

    async def open(self) -> None:
        """Start."""
        await anyio.to_thread.run_sync(self._processes.open)

    def take(self, jobs: Iterable[Job], /) -> None:
        """Start on jobs."""
        self._processes.take(jobs)

    async def wait(self) -> None:
        """Wait until a job is done that nobody has noticed."""
        while not self._queue.finished:
            await anyio.to_thread.run_sync(self._processes.wait, PATIENCE)

    async def close(self) -> None:
        """End every process."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._processes.close)
