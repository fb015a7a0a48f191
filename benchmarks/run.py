"""Measure start-up, look-ups and scale; print a table; write the numbers to ``benchmarks/results``.

``nox -s bench``, or ``python benchmarks/run.py [TURNS]`` in an environment where the package is installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import startup, table

TURNS = 25


def main() -> int:
    """Run everything; exit 1 if a target is missed."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    rows = startup.measure(turns)
    from benchmarks import footprint, lookups, scale  # only now: this process is to stay small

    rows += lookups.measure()
    rows += scale.measure()
    rows += footprint.measure()
    print(table.render(rows))
    print(f"\nwritten to {table.save(rows)}")
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
