"""Who runs what when several pytests share the work: ``pytest -n auto``, with pytest-xdist.

A file stays with one of them, and so do its fixtures; the whole lab stays with one, too: it has one namespace, and one
of each server. What takes longest goes out first, so that nobody is still busy with it when all others are done.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

_LAB = "tests/lab/"


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells nobody its types
    """Gives the work out by files, the lab as if it were one, in the order in which they come."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False  # how many tests there are says little about how long they take
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return piece(nodeid)


def piece(nodeid: str) -> str:
    """Name what a test is given out together with."""
    return _LAB if nodeid.startswith(_LAB) else nodeid.partition("::")[0]


def hands() -> int:
    """How many share the work: one more than there are cores, because the one that has the lab mostly waits."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Put first what nobody should have to wait for at the end: slow tests, and the lab."""
    return sorted(items, key=lambda item: (item.get_closest_marker("slow") is None, not item.nodeid.startswith(_LAB)))
