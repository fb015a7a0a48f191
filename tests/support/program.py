"""Run the command line as people do: as a program of its own, with pipes or in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = (sys.executable, "-m", "mailsetup")

TIMEOUT = 60
"""Seconds. Nothing here takes one; a test that hangs should say so."""


class Ended(NamedTuple):
    """How a program ended."""

    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    """The test run's environment (``conftest.py`` has cleaned it), with changes."""
    return {**os.environ, **changes}


def run(*arguments: str, **changes: str) -> Ended:
    """Run ``python -m mailsetup`` with its output in pipes. ``changes`` go to the environment."""
    ended = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, env=environment(**changes), timeout=TIMEOUT, check=False
    )
    return Ended(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))


def run_in_terminal(*arguments: str, columns: int = 100, changes: Mapping[str, str] | None = None) -> Ended:
    """Run it in a pseudo-terminal of so many columns; standard error is in ``out`` too, as a person sees it."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**{"TERM": "xterm-256color", **(changes or {})}),
    ) as program:
        os.close(theirs)
        out = _read_to_the_end(ours)
        os.close(ours)
        code = program.wait(TIMEOUT)
    return Ended(code, out.decode("utf-8").replace("\r\n", "\n"), "")


def _read_to_the_end(terminal: int) -> bytes:
    out = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            return out
        if not piece:
            return out
        out += piece
