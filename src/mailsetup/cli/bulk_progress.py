"""The progress bar of ``mailsetup bulk`` on standard error; nothing where that is no terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(share: Callable[[], float], already: int, /) -> Iterator[Callable[[int], None]]:
    """Give what is told the number of rows that are done. ``share`` says how much of the input has been read."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[rows]:,}"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rows=already, rate=0.0)

        def told(done: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = (done - already) / elapsed if elapsed else 0.0
            read = share()
            bar.update(task, completed=read, total=1 if read else None, rows=done, rate=rate)

        yield told
