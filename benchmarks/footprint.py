"""What the provider data takes: octets on disk, and memory over a program with an empty database.

Memory is measured twice: as Python's allocator counts it, and as the operating system sees it, each in a process of its
own, with every record decoded, which no real program does.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from benchmarks.table import Measured
from mailsetup.providers.database import bundled_bytes

MEGABYTE = 1_000_000
TURNS = 5

_COUNTED = """
import sys, tracemalloc
from mailsetup.providers.compile import compile_database
from mailsetup.providers.database import Database, bundled_bytes
empty = compile_database([])
tracemalloc.start()
database = Database(bundled_bytes() if sys.argv[1] == "full" else empty)
entries = list(database)
print(tracemalloc.get_traced_memory()[0])
"""

_RESIDENT = """
import os, sys
from mailsetup.providers.compile import compile_database
from mailsetup.providers.database import Database, bundled_bytes
empty = compile_database([])
database = Database(bundled_bytes() if sys.argv[1] == "full" else empty)
entries = list(database)
with open("/proc/self/statm", encoding="ascii") as statm:
    print(int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
"""


def measure() -> list[Measured]:
    """Measure size and memory; the second kind of memory only where there is a ``/proc``."""
    rows = [
        Measured("compiled provider data", len(bundled_bytes()) / MEGABYTE, "MB", 1),
        Measured("memory over an empty database, counted", _more(_COUNTED), "MB", 5),
    ]
    if sys.platform == "linux":
        rows.append(Measured("memory over an empty database, resident", _more(_RESIDENT), "MB", 5))
    return rows


def _more(program: str) -> float:
    """How many megabytes the full database takes more than the empty one."""
    return median(_run(program, "full") - _run(program, "empty") for _ in range(TURNS)) / MEGABYTE


def _run(program: str, which: str) -> int:
    return int(subprocess.run([sys.executable, "-c", program, which], capture_output=True, check=True).stdout)
