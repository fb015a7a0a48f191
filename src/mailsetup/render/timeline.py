"""What was asked, when, of whom, and who learned what: the picture behind ``--trace``.

A row is an attempt; its bar shows when it ran within the whole call. Below stands the privacy ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.model import Learned, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from mailsetup.model import Attempt, Discovery

MIN_BAR, MAX_BAR = 10, 40
"""Columns of the time axis."""

OTHER_COLUMNS = 70
"""Columns that source, question, outcome and milliseconds take."""

EIGHTHS = " ▏▎▍▌▋▊▉█"

STYLES = {
    Status.FOUND: "green",
    Status.ABSENT: "dim",
    Status.SKIPPED: "dim",
    Status.UNUSABLE: "yellow",
    Status.UNREACHABLE: "red",
    Status.REFUSED: "yellow",
}


def bar(start: float, end: float, total: float, width: int) -> str:
    """Draw the span from ``start`` to ``end`` (seconds) of ``total`` on ``width`` columns; at least a sliver."""
    if total <= 0:
        return EIGHTHS[-1]
    first = min(int(start / total * width), width - 1)
    length = max((end - start) / total * width, 1 / 8)
    whole, part = divmod(round(length * 8), 8)
    drawn = EIGHTHS[-1] * whole + (EIGHTHS[part] if part else "")
    return " " * first + drawn[: width - first]


def timeline(discovery: Discovery, /, *, translate: Callable[[str], str], width: int) -> RenderableType:
    """Render every attempt with its bar, then the privacy ledger."""
    bars = max(MIN_BAR, min(MAX_BAR, width - OTHER_COLUMNS))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(translate("Source"), no_wrap=True)
    table.add_column(translate("Asked"), overflow="fold", ratio=1)
    table.add_column(translate("Result"), no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, width=bars)
    for attempt in discovery.attempts:
        table.add_row(*_row(attempt, discovery.elapsed, bars))
    return Group(Text("\n" + translate("What was asked"), style="bold"), table, *_ledger(discovery, translate))


def _row(attempt: Attempt, total: float, bars: int) -> tuple[Text, ...]:
    style = STYLES[attempt.outcome]
    skipped = attempt.outcome is Status.SKIPPED
    result = attempt.outcome.value + (f" ({attempt.reason})" if attempt.reason else "")
    return (
        Text(str(attempt.source)),
        Text(clean(attempt.asked, limit=200)),
        Text(clean(result, limit=60), style=style),
        Text("" if skipped else f"{attempt.elapsed * 1000:.0f}"),
        Text("" if skipped else bar(attempt.started, attempt.started + attempt.elapsed, total, bars), style=style),
    )


def _ledger(discovery: Discovery, translate: Callable[[str], str]) -> list[RenderableType]:
    """List who learned the domain, and who learned the whole address."""
    lines: list[RenderableType] = [Text("\n" + translate("Who learned what"), style="bold")]
    for learned, title in (
        (Learned.DOMAIN, translate("the domain")),
        (Learned.ADDRESS, translate("the whole address")),
    ):
        told = dict.fromkeys(
            attempt.told for attempt in discovery.attempts if attempt.learned is learned and attempt.told
        )
        names = ", ".join(clean(name, limit=253) for name in told) or translate("nobody")
        lines.append(Text(f"  {title}: {names}"))
    return lines
