"""Discovery against the least number of round trips that the protocols allow, in a world where each costs 50 ms.

An https answer takes four: name, TCP, TLS 1.3, request. An answer that ranks below others is not the answer before
those have said no, so "SRV only" and "MX only" cannot be quicker than the database's 404. An answer that nobody vouches
for is not the answer before everybody else has said no: the domain's own web server is asked six questions over two
connections, which makes six round trips with name, TCP and TLS. Each shape is asked for once before it counts: a
program that is running has the code loaded and the authorities read. Answers it has kept are dropped each time. The
shapes take turns.

Also measured: one better source that swallows everything (``Options.grace`` and a round trip more are allowed), and a
domain all of whose hosts do so (``Options.timeout``, give or take 0.2 s).
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import mailsetup
from benchmarks.table import Measured, spread
from benchmarks.world import ROUND_TRIP, delayed_world, timed

if TYPE_CHECKING:
    from pathlib import Path

TURNS = 11
ALLOWED = 1.3
SHORT = 2.0
"""Seconds that the hopeless case gets: what is shown is that its end is kept, wherever it is."""
KEPT = 0.2

SHAPES = {
    "pacc": ("PACC", 4, "pacc"),
    "autoconfig": ("autoconfig", 4, "autoconfig"),
    "ispdb": ("ISPDB only", 4, "ispdb"),
    "srv": ("SRV only", 4, "srv"),
    "mx": ("MX only, a known provider", 4, "mx"),
    "mx-hoster": ("MX only, a hoster's autoconfig", 6, "autoconfig"),
    "nothing": ("no such domain", 4, ""),
}
"""By the world's domain: what it is called, the least number of round trips, and the source that is to answer."""

DARK = {"autoconfig-dark": "autoconfig", "ispdb-dark": "ispdb", "srv-dark": "srv", "mx-dark": "mx"}
"""Domains with a better source that swallows everything, and those without one that they are compared with."""


def measure() -> list[Measured]:
    """Measure all shapes."""
    with delayed_world() as ca_file:
        options = mailsetup.Options(probe=False, ca_file=ca_file)
        took = _in_turns([*SHAPES, *DARK], options)
        return [
            _bundled(options),
            *(_shape(label, took[label]) for label in SHAPES),
            *(_dark(dark, took[dark], took[label], options.grace) for dark, label in DARK.items()),
            _hopeless(ca_file),
        ]


def _in_turns(labels: list[str], options: mailsetup.Options) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {label: [] for label in labels}
    for turn in range(TURNS + 1):
        for label in labels:
            elapsed, found = timed(f"user@{label}.example", options)
            _must_come_from(label, elapsed, found)
            if turn:
                took[label].append(elapsed)
    return took


def _must_come_from(label: str, elapsed: float, found: mailsetup.Discovery) -> None:
    """A quick answer counts only if it is the right one, and possible."""
    _, least, source = SHAPES[DARK.get(label, label)]
    got = [str(name) for name in found.imap.sources] if found.imap else []
    if (got[:1] or [""]) != [source]:
        raise RuntimeError(f"{label}: {source or 'nothing'} was to answer, not {got}")
    if elapsed < least * ROUND_TRIP:
        raise RuntimeError(f"{label}: {elapsed:.3f} s are not enough for {least} round trips: something was not asked")


def _bundled(options: mailsetup.Options) -> Measured:
    took = []
    for _ in range(2000):
        started = perf_counter()
        mailsetup.discover("user@gmail.com", options=options)
        took.append(perf_counter() - started)
    return Measured("bundled", median(took) * 1000, "ms", 1, None, "no round trip", "", spread(took))


def _shape(label: str, took: list[float]) -> Measured:
    what, least, _ = SHAPES[label]
    limit = least * ROUND_TRIP
    note = f"best {min(took) / limit:.2f}×"
    baseline = f"{least} round trips"
    middle = median(took)
    return Measured(what, middle * 1000, "ms", ALLOWED * limit * 1000, middle / limit, note, baseline, spread(took))


def _dark(label: str, took: list[float], without: list[float], grace: float) -> Measured:
    what = f"{SHAPES[DARK[label]][0]}, a better source silent"
    allowed = median(without) + grace + ROUND_TRIP
    middle = median(took)
    baseline = "the same without, and the grace time"
    return Measured(
        what, middle * 1000, "ms", allowed * 1000, middle / (median(without) + grace), "", baseline, spread(took)
    )


def _hopeless(ca_file: Path) -> Measured:
    options = mailsetup.Options(probe=False, ca_file=ca_file, timeout=SHORT, ispdb_url="https://dark.example/")
    took = [timed("user@dark.example", options)[0] for _ in range(3)]
    if min(took) < SHORT - KEPT:
        raise RuntimeError(f"the hopeless case ended after {min(took):.2f} s: not everything was silent")
    worst = max(took)
    allowed = (SHORT + KEPT) * 1000
    return Measured("all hosts silent", worst * 1000, "ms", allowed, worst / SHORT, "the worst", "Options.timeout")
