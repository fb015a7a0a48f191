"""How much memory whole programs take: their peak, measured from outside, over that of a bare interpreter.

Imports nothing of ours: the peak of a child is never reported below the size of the process that starts it.
"""

from __future__ import annotations

from statistics import median

from benchmarks.startup import run
from benchmarks.table import Measured, spread

TURNS = 5

_OFFLINE = "import mailsetup; mailsetup.discover({address!r}, options=mailsetup.Options(offline=True))"
_EVERYTHING = """
import importlib, anyio, mailsetup.aio, mailsetup.asking, mailsetup.net.door
from mailsetup.sources import NETWORK_SOURCES
for place in NETWORK_SOURCES.values():
    importlib.import_module(f"mailsetup.sources.{place.module}")
mailsetup.net.door.TlsClient().context()
"""
_MANY = """
import mailsetup
options = mailsetup.Options(offline=True)
for number in range(5000):
    mailsetup.discover(f"user{number}@gmail.com", options=options)
"""
PROGRAMS = {
    "python -c pass": "pass",
    "pydantic alone, for comparison": "import pydantic.main, pydantic.fields",
    "import mailsetup": "import mailsetup",
    "… and one look-up, offline": _OFFLINE.format(address="x@gmail.com"),
    "… and 5000 look-ups": _MANY,
    "everything that asks the network, and a TLS context": _EVERYTHING,
}


def measure() -> list[Measured]:
    """Run each program a few times, in turns."""
    peaks: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(TURNS):
        for name, code in PROGRAMS.items():
            peaks[name].append(run(["-c", code]).megabytes)
    bare, *others = peaks
    base = median(peaks[bare])
    return [Measured(bare, base, "MB", spread=spread(peaks[bare]))] + [
        Measured(name, median(peaks[name]), "MB", None, median(peaks[name]) / base, "", bare, spread(peaks[name]))
        for name in others
    ]
