"""What starting costs: whole processes, measured from outside.

The programs take turns, so that a busy moment of the machine hits all of them alike; the median of many turns counts.
Imports nothing of ours: the peak memory of a child is never reported below that of the process that starts it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.table import Measured, spread

ADDRESS = "x@gmail.com"
TURNS = 25

PROGRAMS = {
    "bare": ["-c", "pass"],
    "import": ["-c", "import mailsetup"],
    "address": ["-c", f"import mailsetup; mailsetup.Address.parse('{ADDRESS}')"],
    "discover": [
        "-c",
        f"import mailsetup; mailsetup.discover('{ADDRESS}', options=mailsetup.Options(offline=True))",
    ],
    "pydantic": ["-c", "from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator"],
    "network": [
        "-c",
        "import mailsetup.aio, mailsetup.asking, mailsetup.net.door, anyio",
    ],
    "json": ["-m", "mailsetup", ADDRESS, "--offline", "--json"],
    "table": ["-m", "mailsetup", ADDRESS, "--offline"],
}


class Run(NamedTuple):
    """One process."""

    milliseconds: float
    megabytes: float


def run(arguments: list[str]) -> Run:
    """Start a process, wait for its end, and read its peak memory."""
    started = perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}")
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Run(elapsed * 1000, usage.ru_maxrss / unit)


def measure(turns: int = TURNS) -> list[Measured]:
    """Measure every program, in turns."""
    runs: dict[str, list[Run]] = {name: [] for name in PROGRAMS}
    for turn in range(turns + 1):
        for name, arguments in PROGRAMS.items():
            ended = run(arguments)
            if turn:  # the first only warms the disk cache
                runs[name].append(ended)
    time = {name: median(one.milliseconds for one in ended) for name, ended in runs.items()}
    best = {name: min(one.milliseconds for one in ended) for name, ended in runs.items()}
    peak = {name: max(one.megabytes for one in ended) for name, ended in runs.items()}

    def row(name: str, what: str, target: float | None = None) -> Measured:
        apart = spread([one.milliseconds for one in runs[name]])
        note = f"best {best[name]:.0f} ms"
        return Measured(what, time[name], "ms", target, time[name] / time["bare"], note, "python -c pass", apart)

    return [
        row("bare", "python -c pass"),
        Measured("import mailsetup, over that", time["import"] - time["bare"], "ms", 20),
        row("address", "… and parse an address"),
        row("pydantic", "pydantic alone, for comparison"),
        row("discover", "… and discover, offline"),
        row("network", "import of everything that asks the network"),
        row("json", "command line, offline, --json", 200),
        Measured("  its peak memory", peak["json"], "MB", 45, peak["json"] / peak["bare"], "", "python -c pass"),
        row("table", "command line, offline, as a table"),
        Measured("  its peak memory", peak["table"], "MB", None, peak["table"] / peak["bare"], "", "python -c pass"),
    ]
