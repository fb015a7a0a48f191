"""One measurement, and the table of all of them."""

from __future__ import annotations

import json
import platform
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Measured(NamedTuple):
    """One number, with what it should not exceed."""

    what: str
    value: float
    unit: str
    target: float | None = None
    ratio: float | None = None
    """How many times the bare interpreter, or the smaller case, takes."""
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met."""
        if self.target is None:
            return ""
        return "met" if self.value <= self.target else "MISSED"


def render(rows: list[Measured]) -> str:
    """Write the table."""
    cells = [("", "measured", "target", "ratio", "", "")]
    for row in rows:
        target = "" if row.target is None else f"≤ {row.target:g} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}×"
        cells.append((row.what, f"{row.value:.3g} {row.unit}", target, ratio, row.verdict, row.note))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def save(rows: list[Measured]) -> Path:
    """Write the numbers where the next run can be compared with them."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(timezone.utc)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%SZ}-python{sys.version_info.major}.{sys.version_info.minor}.json"
    report = {
        "time": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "rows": [row._asdict() | {"verdict": row.verdict} for row in rows],
    }
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
