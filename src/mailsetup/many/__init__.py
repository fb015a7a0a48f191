"""Many addresses: each domain is looked up once, in bounded memory, politely; results as they come or in order.

The rules are in ``queue.py`` (who waits for what) and ``workers.py`` (one network, one set of limits). Both doors drive
the same queue: in an event loop that is already there (``answers``), or in the caller's thread, with a loop of its own
only from the first domain on that has to be asked (``answers_blocking``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.errors import InvalidOptions
from mailsetup.many.queue import Queue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from mailsetup.many.queue import Result
    from mailsetup.model import Options

BREATH = 64
"""Addresses that are answered at one go before other tasks of the event loop have their turn."""


def _queue(options: Options, concurrency: int, *, ordered: bool) -> Queue:
    if concurrency < 1:
        raise InvalidOptions("concurrency must be at least 1")
    return Queue(options, concurrency=concurrency, ordered=ordered)


async def answers(
    addresses: Iterable[str], options: Options, /, *, concurrency: int, ordered: bool
) -> AsyncIterator[Result]:
    """Answer inside the running event loop."""
    import anyio.lowlevel

    from mailsetup.many.workers import Workers, start

    queue = _queue(options, concurrency, ordered=ordered)
    workers = Workers(queue, queue.options)
    owner: object = None
    try:
        for number, address in enumerate(addresses):
            queue.put(address)
            if queue.unstarted:
                owner = owner or start(workers.own)
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


def answers_blocking(
    addresses: Iterable[str], options: Options, /, *, concurrency: int, ordered: bool
) -> Iterator[Result]:
    """Answer in the caller's thread; what has to be asked is asked on an event loop in another one."""
    queue = _queue(options, concurrency, ordered=ordered)
    source = iter(addresses)
    for address in source:
        queue.put(address)
        if queue.unstarted:
            yield from _with_network(queue, source)
            return
        yield from queue.ready()


def _with_network(queue: Queue, addresses: Iterator[str]) -> Iterator[Result]:
    from anyio.from_thread import start_blocking_portal

    from mailsetup.many.workers import Workers

    with start_blocking_portal() as portal:
        workers = portal.call(Workers, queue, queue.options)
        portal.start_task_soon(workers.own)
        try:
            portal.call(workers.open)
            while True:
                if queue.unstarted:
                    portal.call(workers.take, queue.unstarted[:])
                    queue.unstarted.clear()
                yield from queue.ready()
                while queue.is_full:
                    portal.call(workers.wait)
                    yield from queue.ready()
                try:
                    queue.put(next(addresses))
                except StopIteration:
                    break
            while queue.is_busy:
                portal.call(workers.wait)
                yield from queue.ready()
        finally:
            portal.call(workers.close)
