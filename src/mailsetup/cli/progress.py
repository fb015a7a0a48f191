"""One line on standard error that says what is going on; nothing where standard error is no terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Discovery


@contextmanager
def progress_line() -> Iterator[Callable[[Discovery], None]]:
    """Give an observer for ``Options`` that keeps the line up to date, and wipe the line at the end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("…") as status:

        def observe(discovery: Discovery) -> None:
            asked = sum(attempt.outcome != "skipped" for attempt in discovery.attempts)
            best = discovery.incoming.hostname if discovery.incoming else "…"
            status.update(f"{asked} questions answered, {len(discovery.servers)} servers, {best}")

        yield observe
