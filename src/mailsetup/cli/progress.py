"""What a person sees while the asking goes on: the settings as soon as they are known, the proof as it arrives.

On a terminal the result so far is drawn anew with each event, and wiped before the final one is printed. Where only
standard error is a terminal, one line there says what is going on. Where neither is, nothing is printed.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from rich.console import Console

    from mailsetup.model import Discovery
    from mailsetup.render.terminal import TerminalRenderer

    Observer = Callable[[Discovery], None]


def watching(screen: Console, renderer: TerminalRenderer, /) -> AbstractContextManager[Observer]:
    """Give an observer for ``Options`` that shows the result growing, where there is somebody to see it."""
    return _live(screen, renderer) if screen.is_terminal else progress_line(renderer)


def progress_line(renderer: TerminalRenderer, /) -> AbstractContextManager[Observer]:
    """Give an observer for ``Options`` that keeps one line on standard error up to date, if that is a terminal."""
    return _line(renderer) if sys.stderr.isatty() else _silent()


@contextmanager
def _live(screen: Console, renderer: TerminalRenderer) -> Iterator[Observer]:
    from rich.live import Live

    with Live(console=screen, transient=True, auto_refresh=False) as live:
        yield lambda discovery: live.update(renderer.partial(discovery), refresh=True)


@contextmanager
def _line(renderer: TerminalRenderer) -> Iterator[Observer]:
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield lambda discovery: status.update(renderer.progress(discovery))


@contextmanager
def _silent() -> Iterator[Observer]:
    yield lambda _: None
