"""What a look-up costs in a program that is already running."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import anyio

import mailsetup
from benchmarks.table import Measured
from mailsetup.providers.database import bundled

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = mailsetup.Options(offline=True, probe=False)
ADDRESS = "x@gmail.com"
MANY = 10_000


def microseconds(work: Callable[[], Any], times: int) -> float:
    """The median over single calls, in microseconds."""
    took = []
    for _ in range(times):
        started = perf_counter()
        work()
        took.append(perf_counter() - started)
    return median(took) * 1e6


def measure() -> list[Measured]:
    """Measure both doors, the look-up inside, and many addresses of many providers."""
    database = bundled()
    blocking = microseconds(lambda: mailsetup.discover(ADDRESS, options=OPTIONS), 3000)
    inside = microseconds(lambda: database.by_domain("gmail.com"), 20_000)
    unknown = microseconds(lambda: mailsetup.discover("x@nobody.example", options=OPTIONS), 2000)
    return [
        Measured("discover, warm, blocking door", blocking, "µs", 300, blocking / inside, "", "the look-up inside it"),
        Measured("  database look-up inside it", inside, "µs", 10),
        Measured("discover, warm, asynchronous door", anyio.run(_asynchronous), "µs"),
        Measured("discover, warm, unknown domain", unknown, "µs"),
        Measured(f"{MANY} mixed known addresses", _many(), "s", 2),
    ]


async def _asynchronous() -> float:
    took = []
    for _ in range(3000):
        started = perf_counter()
        await mailsetup.aio.discover(ADDRESS, options=OPTIONS)
        took.append(perf_counter() - started)
    return median(took) * 1e6


def _many() -> float:
    domains = [domain for entry in bundled() for domain in entry.data.get("domains", ())]
    addresses = [f"user{number}@{domains[number * 7919 % len(domains)]}" for number in range(MANY)]
    started = perf_counter()
    known = sum(mailsetup.discover(address, options=OPTIONS).provider is not None for address in addresses)
    took = perf_counter() - started
    if known != MANY:
        raise RuntimeError(f"only {known} of {MANY} addresses were known")
    return took
