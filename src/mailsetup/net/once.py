"""Work that is done once and shared: whoever asks first does it, everybody else waits for the same result.

When the one who does it is cancelled, the next one who waits takes over, so no task has to outlive its asker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class _Entry(Generic[T]):
    """One piece of work."""

    __slots__ = ("result", "waiting")

    def __init__(self) -> None:
        self.result: T | None = None
        self.waiting: anyio.Event | None = None
        """There once somebody waits."""

    async def wait(self) -> None:
        if self.waiting is None:
            self.waiting = anyio.Event()
        await self.waiting.wait()

    def end(self) -> None:
        if self.waiting is not None:
            self.waiting.set()


MOST = 4096
"""Results that are kept: far more than one call needs, and a bound for a run over a million addresses."""


class Once(Generic[T]):
    """Results by key, each computed once. A result is never ``None``; a failure is not kept, nor the oldest of many."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}

    async def get(self, key: Hashable, compute: Callable[[], Awaitable[T]], /) -> T:
        """Give the result for ``key``, computing it if nobody has and nobody does."""
        while (entry := self._entries.get(key)) is not None:
            if entry.result is None:
                await entry.wait()
            if entry.result is not None:
                return entry.result
        self._make_room()
        entry = self._entries[key] = _Entry()
        try:
            entry.result = await compute()
        finally:
            if entry.result is None:
                self.forget(key)
            entry.end()
        return entry.result

    def known(self, key: Hashable, /) -> T | None:
        """Give the result for ``key`` if there is one."""
        entry = self._entries.get(key)
        return None if entry is None else entry.result

    def claim(self, key: Hashable, /) -> Claim[T] | None:
        """Take it on to give the result for ``key``; ``None`` if somebody else has."""
        if key in self._entries:
            return None
        self._make_room()
        entry = self._entries[key] = _Entry()
        return Claim(self, key, entry)

    def _make_room(self) -> None:
        if len(self._entries) >= MOST:
            done = [key for key, entry in self._entries.items() if entry.result is not None]
            for key in done[: MOST // 4]:
                self.forget(key)

    def forget(self, key: Hashable, /) -> None:
        """Let the next one who asks compute it anew."""
        self._entries.pop(key, None)


class Claim(Generic[T]):
    """A result that somebody has promised: to be settled or given up, whatever happens."""

    __slots__ = ("_entry", "_key", "_once")

    def __init__(self, once: Once[T], key: Hashable, entry: _Entry[T]) -> None:
        self._once, self._key, self._entry = once, key, entry

    def settle(self, result: T, /) -> None:
        """Give the result to everybody who waits for it."""
        self._entry.result = result
        self._entry.end()

    def give_up(self) -> None:
        """Leave it to the next one who waits for it."""
        self._once.forget(self._key)
        self._entry.end()
