"""One measurement, the table of a topic, and how a run compares with the one on record.

A ratio outlives the machine it was measured on, as long as its baseline ran beside it; so ratios are what is compared.
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS = Path(__file__).parent / "results"
RECORDED = Path(__file__).parent / "recorded.json"
"""The ratios that ``--check`` compares with; written by ``--record``."""

TOLERANCE = 1.2
"""Slower by more than this is named."""


def spread(values: Sequence[float], /) -> float:
    """Say how far the middle half of the values lies apart, as a part of their median."""
    if len(values) < 2:
        return 0.0
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return (upper - lower) / median(values)


class Measured(NamedTuple):
    """One number, with what it should not exceed."""

    what: str
    value: float
    unit: str
    target: float | None = None
    ratio: float | None = None
    """How many times the baseline takes, measured in the same run."""
    note: str = ""
    baseline: str = ""
    """What the ratio is to, where that is not the topic's usual one."""
    spread: float | None = None
    """The middle half of the values, as a part of the median."""

    @property
    def verdict(self) -> str:
        """Whether the target is met."""
        if self.target is None:
            return ""
        return "met" if self.value <= self.target else "MISSED"


def render(title: str, rows: Sequence[Measured], /) -> str:
    """Write the table of a topic."""
    cells = [(title, "median", "spread", "target", "ratio", "", "", ""), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _cells(row: Measured) -> tuple[str, ...]:
    return (
        row.what,
        f"{row.value:.0f} {row.unit}" if row.value >= 1000 else f"{row.value:.3g} {row.unit}",
        "" if row.spread is None else f"±{row.spread / 2:.0%}",
        "" if row.target is None else f"≤ {row.target:.4g} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.3g}×",
        f"of {row.baseline}" if row.baseline else "",
        row.verdict,
        row.note,
    )


def save(topics: Mapping[str, Sequence[Measured]], /) -> Path:
    """Write the numbers where people can look them up later."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(timezone.utc)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%SZ}-python{sys.version_info.major}.{sys.version_info.minor}.json"
    report = {
        "time": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "topics": {name: [row._asdict() | {"verdict": row.verdict} for row in rows] for name, rows in topics.items()},
    }
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def ratios(rows: Sequence[Measured], /) -> dict[str, float]:
    """Give the rows that can be compared with another run."""
    return {row.what.strip(): row.ratio for row in rows if row.ratio is not None}


def read_recorded(path: Path = RECORDED, /) -> dict[str, dict[str, float]]:
    """Read the ratios on record, by topic; nothing where there are none yet."""
    if not path.exists():
        return {}
    recorded: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))["topics"]
    return recorded


def record(topics: Mapping[str, Sequence[Measured]], /, *, path: Path = RECORDED) -> None:
    """Put the ratios of the measured topics on record; others stay as they are."""
    kept = read_recorded(path) | {
        name: {what: round(ratio, 3) for what, ratio in ratios(rows).items()} for name, rows in topics.items()
    }
    report = {"python": platform.python_version(), "topics": dict(sorted(kept.items()))}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def slower(now: Mapping[str, float], before: Mapping[str, float], /) -> dict[str, float]:
    """Give what takes more than it did, by more than ``TOLERANCE``: name to how many times as much."""
    grown = {what: ratio / before[what] for what, ratio in now.items() if before.get(what)}
    return {what: times for what, times in grown.items() if times > TOLERANCE}
