"""Measure, print one table a topic, and write the numbers to ``benchmarks/results``.

``nox -s bench``, or ``python benchmarks/run.py`` in an environment where the package is installed. Topics behind it
choose; ``--check`` compares the ratios with those on record and names what takes more than a fifth longer;
``--record`` puts this run's on record. The exit status is 1 if a target is missed or something has become slower.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import crowd, table  # noqa: E402  (the line above makes it possible)
from benchmarks.sealed import SEALED, why_not  # noqa: E402
from benchmarks.table import Measured  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Topic(NamedTuple):
    """What belongs into one table."""

    title: str
    modules: tuple[str, ...]
    """Each has a ``measure()``, and runs in a process of its own: what one has loaded must not be seen by the next."""
    sealed: bool = False
    """Whether it runs in namespaces of its own, where the delayed world is."""
    prepares: bool = False
    """Whether its modules have a ``prepare()`` that wants a network."""
    wants: Callable[[], str] = str
    """Says what else it wants and is not on this machine."""
    is_ours: bool = True
    """Whether its ratios are about us, and so go on record."""


TOPICS = {
    "startup": Topic("Cold start and import", ("startup",)),
    "memory": Topic("Memory", ("memory",)),
    "lookups": Topic("Look-up in the provider data", ("lookups", "scale")),
    "data": Topic("Provider data", ("footprint",)),
    "bulk": Topic("Many addresses", ("bulk",)),
    "unknown": Topic("Domains that nobody knows, on loopback", ("unknown",), sealed=True, wants=crowd.why_not),
    "formats": Topic("Parsers", ("formats",)),
    "discovery": Topic("Discovery, round trips of 50 ms, without probes", ("network",), sealed=True),
    "probes": Topic("Probes, round trips of 50 ms", ("probes",), sealed=True),
    "rivals": Topic(
        "Rivals, round trips of 50 ms, the same world", ("rivals",), sealed=True, prepares=True, is_ours=False
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Measure, and compare with what is on record.")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"one of {', '.join(TOPICS)}; all by default")
    parser.add_argument("--check", action="store_true", help="name what has become slower by more than 20 %%")
    parser.add_argument("--record", action="store_true", help="put the ratios of this run on record")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.topics) - set(TOPICS):
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once, not at each start
    measured: dict[str, list[Measured]] = {}
    for name in chosen.topics or TOPICS:
        if rows := _measure(name):
            measured[name] = rows
            print(f"{table.render(TOPICS[name].title, rows)}\n", flush=True)
    print(f"written to {table.save(measured)}")
    missed = [row.what.strip() for rows in measured.values() for row in rows if row.verdict == "MISSED"]
    if missed:
        print(f"missed: {', '.join(missed)}")
    ours = {name: rows for name, rows in measured.items() if TOPICS[name].is_ours}
    slower = _check(ours) if chosen.check else 0
    if chosen.record:
        table.record(ours)
    return int(bool(missed or slower))


_ONE = """
import importlib, json, sys
print(json.dumps(getattr(importlib.import_module("benchmarks." + sys.argv[1]), sys.argv[2])()))
"""


def _measure(name: str) -> list[Measured]:
    topic, rows = TOPICS[name], []
    if reason := (why_not() if topic.sealed else "") or topic.wants():
        print(f"{topic.title}: skipped, {reason}\n")
        return []
    for module in topic.modules:
        program = [sys.executable, "-c", _ONE, module]
        if topic.prepares:
            subprocess.run([*program, "prepare"], stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
        command = [*(SEALED if topic.sealed else ()), *program, "measure"]
        done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True)
        rows += [Measured(*row) for row in json.loads(done.stdout.splitlines()[-1])]
    return rows


def _check(measured: dict[str, list[Measured]]) -> int:
    """Print what has become slower, and give how much that is. A topic under suspicion is measured once more."""
    recorded, found = table.read_recorded(), 0
    for name, rows in measured.items():
        before, now = recorded.get(name, {}), table.ratios(rows)
        if suspects := table.slower(now, before):
            again = table.ratios(_measure(name))
            suspects = table.slower({what: min(now[what], again.get(what, now[what])) for what in suspects}, before)
        for what, times in suspects.items():
            print(f"SLOWER: {name}: {what} takes {times:.2f} times what is on record")
        for what in before.keys() - now.keys():
            print(f"not measured: {name}: {what}")
        found += len(suspects)
    if not found:
        print("nothing has become slower")
    return found


if __name__ == "__main__":
    sys.exit(main())
