"""Many addresses: a million over a hundred thousand known domains, in a process of their own each; and unknown ones.

The domains belong to a thousand made-up providers and come in no order, which is the worst one for whatever remembers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.scale import provider
from benchmarks.table import Measured
from mailsetup.providers.compile import compile_database
from mailsetup.providers.in_use import sealed
from mailsetup.providers.schema import ProviderFile

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESSES, DOMAINS, PROVIDERS = 1_000_000, 100_000, 1000

_WATCHED = """
import atexit, os, pathlib
def tell():
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path(os.environ["PEAK"]).write_text(status.split("VmHWM:")[1].split()[0])
atexit.register(tell)
"""  # what wait4 tells includes the memory of the parent, from before the program was started

_COMMAND = (
    _WATCHED
    + """
import sys
from mailsetup.cli import main
sys.argv[0] = "mailsetup"
main()
"""
)

_LIBRARY = (
    _WATCHED
    + """
import sys, mailsetup
with open(sys.argv[1]) as lines:
    results = mailsetup.discover_many(map(str.strip, lines), options=mailsetup.Options(offline=True))
    found = sum(result.found for result in results)
assert found == int(sys.argv[2]), found
"""
)


def measure(addresses: int = ADDRESSES) -> list[Measured]:
    """Run the library and the command line over the same file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "mailsetup").mkdir()
        compiled = compile_database(map(_provider, range(PROVIDERS)))
        newest = compiled.replace(b'"date":"2026-01-01"', b'"date":"2099-01-01"', 1)  # or the bundled one is taken
        (home / "mailsetup" / "providers.json").write_bytes(sealed(newest))
        source = home / "in.txt"
        source.write_text("".join(f"{address}\n" for address in _addresses(addresses)))
        command = ["-c", _COMMAND, "bulk", str(source), "--offline", "--output", str(home / "out.jsonl")]
        rows = _rows("library", ["-c", _LIBRARY, str(source), str(addresses)], home, addresses)
        rows += _rows("command, JSON lines", command, home, addresses)
        with (home / "out.jsonl").open("rb") as out:
            if sum(b'"found":true' in line for line in out) != addresses:
                raise RuntimeError("rows are missing")
        return rows


def _provider(number: int) -> ProviderFile:
    domains = [f"p{number}-{place}.example.net" for place in range(DOMAINS // PROVIDERS)]
    return ProviderFile.model_validate(provider(number).model_dump(exclude_unset=True) | {"domains": domains})


def _addresses(number: int) -> Iterator[str]:
    for place in range(number):
        domain = place * 7919 % DOMAINS
        yield f"user{place}@p{domain % PROVIDERS}-{domain // PROVIDERS}.example.net"


def _rows(what: str, command: list[str], home: Path, addresses: int) -> list[Measured]:
    environment = {**os.environ, "XDG_DATA_HOME": str(home), "PEAK": str(home / "peak")}
    started = perf_counter()
    with subprocess.Popen([sys.executable, *command], env=environment) as program:
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"{what} ended with {program.returncode}")
    each = (perf_counter() - started) / addresses * 1e6
    cpu = (usage.ru_utime + usage.ru_stime) / addresses * 1e6
    name = f"{addresses:,} addresses over {DOMAINS:,} known domains: {what}"
    return [
        Measured(f"{name}, an address", each, "µs", 50, None, f"{1e6 / each:,.0f} a second"),
        Measured("  processor time of it", cpu, "µs", 50),
        Measured("  most memory", int((home / "peak").read_text()) / 1024, "MB", 150),
    ]


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else ADDRESSES):
        print(f"{row.what:80} {row.value:.3g} {row.unit} {row.note}")
