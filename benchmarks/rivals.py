"""Others on the same world, in the same run: seconds from an address to the incoming server.

``myl-discovery`` and ``maildiscover`` come from PyPI, into an environment of their own; Thunderbird is the installed
one (``thunderbird.py``). All of them, and mailsetup, are running programs that have looked up something before.
mailsetup is measured twice: with its proof of both servers, which is what it does unless told otherwise, and without.
The Python rivals connect to no mail server, and Thunderbird only when it guesses.

Who gives another server, or none, is told with the time it took for it; nobody is waited for longer than ``PATIENCE``.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import mailsetup
from benchmarks import thunderbird
from benchmarks.table import Measured, spread
from benchmarks.world import delayed_world, timed

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = 5
DARK_TURNS = 2
"""Where a host swallows everything: what takes its time there is not the machine's noise."""
PATIENCE = 30.0
"""Seconds."""
ENVIRONMENT = Path(__file__).resolve().parents[1] / ".nox" / "rivals"
PACKAGES = ("myl-discovery", "maildiscover")

SHAPES = {
    "autoconfig": "autoconfig",
    "ispdb": "ISPDB",
    "mx-hoster": "MX",
    "guess": "guess",
    "guess-dark": "guess, bare name filtered",
}
EXPECTED = {"mx-hoster": "imap.hoster.example"}

_DRIVER = """
import contextlib, json, logging, os, sys, time
logging.disable(logging.CRITICAL)
{load}
out, sys.stdout = sys.stdout, open(os.devnull, "w")
for address in sys.stdin:
    started = time.perf_counter()
    try:
        found = look_up(address.strip())
    except BaseException as error:
        found = None
    print(json.dumps([time.perf_counter() - started, found]), file=out, flush=True)
"""
_LOADS = {
    "myl-discovery": """
from myldiscovery import autodiscover
def look_up(address):
    return autodiscover(address)["imap"]["server"]
""",
    "maildiscover": """
import maildiscover
def look_up(address):
    found = maildiscover.get(address)
    return next((one.host for one in (found.imaps, found.imap) if one), None)
""",
}


OURS = "mailsetup"


class Outcome(NamedTuple):
    """One look-up."""

    seconds: float
    hostname: str | None


def prepare() -> None:
    """Install the rivals from PyPI, while there is a network; where that fails they are left out."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=False)
    for package in PACKAGES:
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", package], check=False, stderr=subprocess.DEVNULL
        )


class Program:
    """A rival in Python, in a process of its own, that takes addresses and gives outcomes, line by line."""

    def __init__(self, name: str, *, ca_file: Path) -> None:
        self._command = [str(ENVIRONMENT / "bin" / "python"), "-c", _DRIVER.format(load=_LOADS[name])]
        self._environment = os.environ | {"SSL_CERT_FILE": str(ca_file), "REQUESTS_CA_BUNDLE": str(ca_file)}
        self._environment.pop("PYTHONPATH", None)
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._command, env=self._environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0
        )

    def look_up(self, address: str) -> Outcome:
        """Ask it; one that does not come back is ended and started anew."""
        ways = self._process.stdin, self._process.stdout
        assert ways[0] is not None  # noqa: S101  (both are pipes)
        assert ways[1] is not None  # noqa: S101
        ways[0].write(f"{address}\n".encode())
        if select.select([ways[1]], [], [], PATIENCE)[0]:
            return Outcome(*json.loads(ways[1].readline()))
        self.close()
        self._process = self._started()
        return Outcome(PATIENCE, None)

    def close(self) -> None:
        """End it."""
        with self._process as process:
            process.kill()


def _is_installed(name: str) -> bool:
    command = [str(ENVIRONMENT / "bin" / "python"), "-c", _LOADS[name]]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def measure() -> list[Measured]:
    """Let all of them look the same addresses up, in turns."""
    with delayed_world() as ca_file, ExitStack() as stack:
        options = mailsetup.Options(ca_file=ca_file)
        quick = options.model_copy(update={"probe": False})
        asks: dict[str, Callable[[str], Outcome]] = {
            OURS: lambda address: _ours(address, options),
            f"{OURS}, without proof": lambda address: _ours(address, quick),
        } | _others(ca_file, stack)
        outcomes: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
        for turn in range(TURNS + 1):
            for label in SHAPES:
                if label.endswith("-dark") and not 0 < turn <= DARK_TURNS:
                    continue
                for name, ask in asks.items():
                    outcome = ask(f"user@{label}.example")
                    if turn:
                        outcomes[label, name].append(outcome)
        return [_row(label, name, outcomes) for label in SHAPES for name in asks]


def _others(ca_file: Path, stack: ExitStack) -> dict[str, Callable[[str], Outcome]]:
    """Start the rivals that are here."""
    asks: dict[str, Callable[[str], Outcome]] = {}
    for name in PACKAGES:
        if not _is_installed(name):
            print(f"{name}: skipped, it could not be installed", file=sys.stderr)
            continue
        program = Program(name, ca_file=ca_file)
        stack.callback(program.close)
        asks[name] = program.look_up
    if reason := thunderbird.why_not():
        print(f"Thunderbird: skipped, {reason}", file=sys.stderr)
    else:
        driver = stack.enter_context(thunderbird.thunderbird(ca_file))
        asks["Thunderbird"] = lambda address: Outcome(*thunderbird.look_up(driver, address))
    return asks


def _ours(address: str, options: mailsetup.Options) -> Outcome:
    elapsed, found = timed(address, options)
    return Outcome(elapsed, found.imap.hostname if found.imap else None)


def _row(label: str, name: str, outcomes: dict[tuple[str, str], list[Outcome]]) -> Measured:
    took = [outcome.seconds for outcome in outcomes[label, name]]
    ours = median(outcome.seconds for outcome in outcomes[label, OURS])
    hostname = outcomes[label, name][-1].hostname
    right = hostname == EXPECTED.get(label, f"imap.{label}.example")
    note = "" if right else f"gives {hostname}" if hostname else "finds nothing"
    if max(took) >= PATIENCE:
        note = f"no answer within {PATIENCE:g} s"
    is_ours = name.startswith(OURS)
    ratio = None if is_ours or not right else median(took) / ours
    what = f"{SHAPES[label]}: {name}"
    return Measured(what, median(took), "s", None, ratio, note, OURS if ratio else "", spread(took))
