"""Where answers are kept: the contract, and the store in the memory of the process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final, NamedTuple, Protocol

from mailsetup.net.interface import Answer, Response

MAX_SIZE: Final = 8 * 1024 * 1024
"""Octets, about; beyond it goes what was not asked for the longest time."""

_OVERHEAD: Final = 1024
"""Octets that an answer takes beside its body, about."""


class Key(NamedTuple):
    """What was asked, and whose answer it is."""

    scope: str
    question: str
    """``corp.example MX``, or a URL with the header fields of the request in further lines."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and its time."""

    value: Answer | Response
    since: float
    until: float
    """Seconds of the clock on the wall, which all processes share."""

    def is_good(self, now: float, /) -> bool:
        """Whether it may be given out. A clock that was set back makes nothing live longer."""
        return self.since <= now < self.until


class Store(Protocol):
    """Keeps answers by key. What it cannot keep it loses; it never raises."""

    def get(self, key: Key, /) -> Kept | None:
        """Give what was kept, good or not."""
        ...

    def put(self, key: Key, kept: Kept, /) -> None:
        """Keep an answer in the place of an older one."""
        ...

    def close(self) -> None:
        """End the call that used it."""
        ...


class MemoryStore:
    """Keeps the answers of a process, for all its threads."""

    def __init__(self, max_size: int = MAX_SIZE, /) -> None:
        self._max_size = max_size
        self._size = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, /) -> Kept | None:
        """See ``Store``."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept, /) -> None:
        """See ``Store``."""
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._size += _size(kept)
            while self._size > self._max_size:
                self._drop(next(iter(self._kept)))

    def close(self) -> None:
        """Keep everything: the next call of the process may want it."""

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= _size(kept)


def _size(kept: Kept) -> int:
    return _OVERHEAD + (len(kept.value.body) if isinstance(kept.value, Response) else 0)


MEMORY: Final = MemoryStore()
"""The one of this process. Calls with other options share it, but not each other's scopes."""
