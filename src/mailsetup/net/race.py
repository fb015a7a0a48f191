"""Several ways to one end, started one after another; the first that gets there wins (RFC 8305 section 5).

Used for the addresses of a host and for the servers of a resolver. The next attempt starts when the one before has
failed, or after ``delay``, whichever comes first; those that were overtaken go on, and are cancelled when there is a
winner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import anyio

from mailsetup.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")


async def race(
    attempts: Sequence[Callable[[], Awaitable[T]]],
    /,
    *,
    delay: float,
    failures: list[NetworkError],
    discard: Callable[[T], object] = lambda _: None,
    started: float = 0.0,
) -> T | None:
    """Run ``attempts`` and give the first result, or ``None`` if all failed.

    Args:
        attempts: each raises ``NetworkError`` when it fails.
        delay: seconds that one attempt is ahead of the next.
        failures: each attempt's failure is added here, in order of time; they outlive a race that is cut short.
        discard: closes a result that nobody is going to use: of a photo finish, or of a cancelled race.
        started: seconds for which the first attempt has been under way already.
    """
    won: list[T] = []
    running = 0

    async def run(attempt: Callable[[], Awaitable[T]], ended: anyio.Event) -> None:
        nonlocal running
        try:
            result = await attempt()
        except NetworkError as error:
            failures.append(error)
        else:
            if won:
                discard(result)
                return
            won.append(result)
            if running > 1:
                group.cancel_scope.cancel()
        running -= 1
        ended.set()

    try:
        async with anyio.create_task_group() as group:
            for attempt in attempts:
                running += 1
                ended = anyio.Event()
                group.start_soon(run, attempt, ended)
                with anyio.move_on_after(delay - started):
                    await ended.wait()
                started = 0.0
                if won:
                    break
    except BaseException:
        for result in won:
            discard(result)
        raise
    return won[0] if won else None
