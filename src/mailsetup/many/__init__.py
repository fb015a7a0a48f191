"""Many addresses: each domain is looked up once, in bounded memory, politely; results as they come or in order.

The rules are in ``queue.py`` (who waits for what) and ``workers.py`` (one network, one set of limits). Both doors drive
the same queue: in an event loop that is already there (``answers``), or in the caller's thread, with a loop of its own
only from the first domain on that has to be asked (``answers_blocking``). Either can leave the asking to other
processes (``processes.py``).
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidOptions
from mailsetup.many.queue import Queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from mailsetup.many.processes import ProcessesBeside
    from mailsetup.many.queue import Job, Result
    from mailsetup.many.workers import Workers
    from mailsetup.model import Options

BREATH = 64
"""Addresses that are answered at one go before other tasks of the event loop have their turn."""


def _queue(options: Options, concurrency: int, processes: int, *, ordered: bool) -> Queue:
    if concurrency < 1:
        raise InvalidOptions("concurrency must be at least 1")
    if processes < 1:
        raise InvalidOptions("processes must be at least 1")
    return Queue(options, concurrency=concurrency, ordered=ordered)


async def answers(
    addresses: Iterable[str], options: Options, /, *, concurrency: int, ordered: bool, processes: int
) -> AsyncIterator[Result]:
    """Answer inside the running event loop."""
    import anyio.lowlevel

    queue = _queue(options, concurrency, processes, ordered=ordered)
    workers = _workers(queue, processes)
    try:
        for number, address in enumerate(addresses):
            queue.put(address)
            if queue.unstarted:
                await workers.open()
                workers.take(queue.unstarted)
                queue.unstarted.clear()
            if number % BREATH == 0:
                await anyio.lowlevel.checkpoint()
            for result in queue.ready():
                yield result
            while queue.is_full:
                await workers.wait()
                for result in queue.ready():
                    yield result
        while queue.is_busy:
            await workers.wait()
            for result in queue.ready():
                yield result
    finally:
        await workers.close()


def _workers(queue: Queue, processes: int) -> Workers | ProcessesBeside:
    if processes > 1:
        from mailsetup.many.processes import ProcessesBeside

        return ProcessesBeside(queue, queue.options, number=processes)
    from mailsetup.many.workers import Workers

    return Workers(queue, queue.options)


def answers_blocking(
    addresses: Iterable[str], options: Options, /, *, concurrency: int, ordered: bool, processes: int
) -> Iterator[Result]:
    """Answer in the caller's thread; what has to be asked is asked in another one, or in other processes."""
    queue = _queue(options, concurrency, processes, ordered=ordered)
    ask = _with_processes if processes > 1 else _with_network
    source = iter(addresses)
    for address in source:
        queue.put(address)
        if queue.unstarted:
            yield from ask(queue, source, processes)
            return
        yield from queue.ready()


def _with_network(queue: Queue, addresses: Iterator[str], _: int) -> Iterator[Result]:
    from anyio.from_thread import start_blocking_portal

    from mailsetup.many.workers import Workers

    with start_blocking_portal() as portal:
        workers = portal.call(Workers, queue, queue.options)
        try:
            portal.call(workers.open)
            yield from _driven(
                queue, addresses, take=partial(portal.call, workers.take), wait=partial(portal.call, workers.wait)
            )
        finally:
            portal.call(workers.close)


def _with_processes(queue: Queue, addresses: Iterator[str], number: int) -> Iterator[Result]:
    from mailsetup.many.processes import Processes

    with closing(Processes(queue, queue.options, number=number)) as processes:
        processes.open()
        yield from _driven(queue, addresses, take=processes.take, wait=processes.wait)


def _driven(
    queue: Queue, addresses: Iterator[str], *, take: Callable[[list[Job]], object], wait: Callable[[], object]
) -> Iterator[Result]:
    while True:
        if queue.unstarted:
            take(queue.unstarted[:])
            queue.unstarted.clear()
        yield from queue.ready()
        while queue.is_full:
            wait()
            yield from queue.ready()
        try:
            queue.put(next(addresses))
        except StopIteration:
            break
    while queue.is_busy:
        wait()
        yield from queue.ready()
