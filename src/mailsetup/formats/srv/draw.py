"""The order in which SRV records are tried: priority, then the weighted draw of RFC 2782 (SRV-01).

The draw is seeded, so that equal questions get equal answers (OPS-05); across seeds it has the specified shares.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class SrvData(Protocol):
    """The data of one SRV record."""

    @property
    def priority(self) -> int:
        """Lower is tried first."""
        ...

    @property
    def weight(self) -> int:
        """Share among equals."""
        ...

    @property
    def port(self) -> int:
        """Port of the service."""
        ...

    @property
    def target(self) -> str:
        """Host name; ``.`` for "there is no such service"."""
        ...


R = TypeVar("R", bound=SrvData)


def is_denied(records: Sequence[SrvData], /) -> bool:
    """Whether the domain says that it does not offer this service: a single record with target ``.`` (SRV-02)."""
    return len(records) == 1 and records[0].target in (".", "")


def order(records: Iterable[R], /, *, seed: int = 0) -> list[R]:
    """Put records in the order in which they are to be tried."""
    chance = random.Random(seed)  # noqa: S311  (spreads load, guards nothing)
    by_priority: dict[int, list[R]] = {}
    for record in records:
        by_priority.setdefault(record.priority, []).append(record)
    return [record for priority in sorted(by_priority) for record in _draw(by_priority[priority], chance)]


def _draw(records: list[R], chance: random.Random) -> list[R]:
    # The order of arrival means nothing; zero weights stand in front, as the algorithm wants it.
    left = sorted(records, key=lambda record: (record.weight, record.target, record.port))
    drawn = []
    while left:
        threshold = chance.randint(0, sum(record.weight for record in left))
        running = 0
        for index, record in enumerate(left):
            running += record.weight
            if running >= threshold:
                drawn.append(left.pop(index))
                break
    return drawn
