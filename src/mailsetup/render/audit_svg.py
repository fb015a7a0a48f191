"""The attempts of an audit as a picture: one bar a question, on a common time axis, as inline SVG.

Colours come from the page's style sheet by class, so that the picture follows its dark mode. Its text is in the page's
table of attempts as well, for those who cannot see it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mailsetup.formats.text import clean
from mailsetup.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mailsetup.model import Attempt

WIDTH, ROW, TOP = 1000, 18, 26
"""Units of the picture; a row is one attempt."""

SOURCE_AT, ASKED_AT, BARS_AT = 0, 92, 520
"""Where the columns begin."""

BARS = WIDTH - BARS_AT - 60
"""Width of the time axis; behind it stand the milliseconds of the longest bar."""

ASKED_CHARACTERS = 62

MIN_BAR = 2.0

TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
"""Seconds between the lines of the axis: the first that gives at most ``MAX_TICKS``."""

MAX_TICKS = 6


def timeline(attempts: Sequence[Attempt], /, *, elapsed: float, translate: Callable[[str], str]) -> str:
    """Draw every attempt that was made, in order of time."""
    t = translate
    rows = [attempt for attempt in attempts if attempt.outcome is not Status.SKIPPED]
    total = max([elapsed, 0.001, *(attempt.started + attempt.elapsed for attempt in rows)])
    height = TOP + ROW * len(rows) + 6
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="timeline-title" class="timeline">',
        f'<title id="timeline-title">{escape(t("When each question was asked, and how long it took"))}</title>',
        *_axis(total, height),
    ]
    for number, attempt in enumerate(rows):
        parts += _row(attempt, TOP + ROW * number, total)
    return "\n".join([*parts, "</svg>"])


def _axis(total: float, height: int) -> Iterator[str]:
    step = next((tick for tick in TICKS if total / tick <= MAX_TICKS), TICKS[-1])
    for number in range(int(total / step) + 1):
        x = BARS_AT + number * step / total * BARS
        yield f'<line class="axis" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{TOP - 12}" text-anchor="middle">{number * step:g} s</text>'


def _row(attempt: Attempt, y: int, total: float) -> Iterator[str]:
    middle = y + ROW * 0.7
    x = BARS_AT + attempt.started / total * BARS
    width = max(attempt.elapsed / total * BARS, MIN_BAR)
    asked = escape(clean(attempt.asked, limit=ASKED_CHARACTERS))
    tip = escape(clean(f"{attempt.asked} {attempt.reason}", limit=300))
    yield f'<g class="{attempt.outcome.value}"><title>{tip}</title>'
    yield f'<text class="source" x="{SOURCE_AT}" y="{middle:.1f}">{escape(clean(str(attempt.source), limit=13))}</text>'
    yield f'<text x="{ASKED_AT}" y="{middle:.1f}">{asked}</text>'
    yield f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}" rx="2"/>'
    yield f'<text class="tick" x="{x + width + 5:.1f}" y="{middle:.1f}">{attempt.elapsed * 1000:.0f}</text></g>'
