"""Domains that nobody knows: 20,000 of them in two processes, against real servers on the same cores; no probes.

Mail servers only, as ``mailsetup bulk`` asks. One process and a tenth of the domains is the baseline. Every domain of a
shape is held to the answer it must have. Memory is looked at on the way and at the end, of all processes together: it
must not grow with the domains.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import mailsetup
from benchmarks.crowd import DNS, FOUND_BY, SHAPES, crowd, domain, shape
from benchmarks.table import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAINS, FEWER = 20_000, 2_000
SERVERS = ("nsd", "nginx")
TICKS = os.sysconf("SC_CLK_TCK")


class Run(NamedTuple):
    """What a run took, a domain."""

    elapsed: float
    ours: float
    """Seconds of processor time of all our processes."""
    servers: float
    early: float
    """Megabytes after a quarter of the domains."""
    most: float
    """Megabytes at most."""


def measure(domains: int = DOMAINS) -> list[Measured]:
    """Run all three."""
    fewer = min(FEWER, domains)
    with crowd(domains) as ca_file:
        options = mailsetup.Options(probe=False, ca_file=ca_file, nameservers=(DNS,), services=False)
        alone = _run(fewer, options, processes=1)
        both = _run(domains, options, processes=2)
        everything = _run(fewer, options.model_copy(update={"services": True}), processes=2)
    return [
        Measured(f"{fewer:,} domains, one process, a domain", alone.elapsed * 1000, "ms", None, None, _rate(alone)),
        Measured(
            f"{domains:,} domains, two processes, a domain", both.elapsed * 1000, "ms", 5, both.elapsed / alone.elapsed,
            _rate(both), "one process",
        ),
        Measured("  processor time of it, ours", both.ours * 1000, "ms"),
        Measured("  processor time of it, the servers'", both.servers * 1000, "ms"),
        Measured("  memory of all three processes after a quarter", both.early, "MB"),
        Measured("  most memory of all three processes", both.most, "MB", None, both.most / both.early, "", "that"),
        Measured(
            f"{fewer:,} domains, two processes, calendars and contacts too", everything.elapsed * 1000, "ms", None,
            everything.elapsed / alone.elapsed, _rate(everything), "one process, mail servers only",
        ),
    ]  # fmt: skip


def _rate(run: Run) -> str:
    return f"{1 / run.elapsed:,.0f} a second"


def _run(domains: int, options: mailsetup.Options, *, processes: int) -> Run:
    before, started = _times(), perf_counter()
    found: Counter[tuple[str, str]] = Counter()
    early = most = 0.0
    addresses = (f"user@{domain(number)}" for number in range(domains))
    results = mailsetup.discover_many(addresses, options=options, processes=processes)
    for number, result in enumerate(results):
        source = str(result.imap.sources[0]) if isinstance(result, mailsetup.Discovery) and result.imap else ""
        found[shape(number), source] += 1
        if number in (domains // 4, domains - 1):
            most = _memory()
            early = early or most
        if number == domains - 1:  # while the processes are still there
            elapsed, times = perf_counter() - started, _times()
    _must_be_right(found, domains)
    spent = {name: times[name] - before.get(name, 0) for name in times}
    servers = sum(spent.pop(name, 0.0) for name in SERVERS)
    return Run(elapsed / domains, sum(spent.values()) / domains, servers / domains, early, most)


def _must_be_right(found: Counter[tuple[str, str]], domains: int) -> None:
    """A quick answer counts only if it is the right one."""
    each = Counter(shape(number) for number in range(domains))
    expected = Counter({(name, FOUND_BY.get(name, "")): each[name] for name in SHAPES})
    if found != expected:
        raise RuntimeError(f"wrong answers: {sorted((found - expected).items())}")


def _times() -> dict[str, float]:
    """Give seconds of processor time by program, of every process in this namespace."""
    times: defaultdict[str, float] = defaultdict(float)
    for name, folder in _processes():
        words = (folder / "stat").read_text().rpartition(")")[2].split()
        times[name] += (int(words[11]) + int(words[12])) / TICKS
    return times


def _memory() -> float:
    """Give megabytes of our own processes, what they share counted once."""
    sizes = [(folder / "smaps_rollup").read_text() for name, folder in _processes() if name not in SERVERS]
    return sum(int(size.split("Pss:")[1].split()[0]) for size in sizes) / 1024


def _processes() -> Iterator[tuple[str, Path]]:
    """Give every process by the name of its program. This is a namespace with a list of its own."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            yield (folder / "comm").read_text().split(":")[0].strip(), folder


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else DOMAINS):
        print(f"{row.what:60} {row.value:.3g} {row.unit} {row.note}")
