"""A server process: started in the foreground, waited for until it answers, stopped by its own process id.

It writes to a log of its own, which is shown when it does not start and when a test fails that it took part in.
Nothing is ever stopped by name, and nothing is daemonised: a server that forks itself away is not used here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

STARTING = 20.0
"""Seconds a server gets to answer: generous, for a machine that is busy with other tests."""
STOPPING = 5.0
"""Seconds from the polite signal to the impolite one."""
_PAUSE = 0.02

RUNNING: list[Daemon] = []
"""Every server that runs now, for the reports of failed tests."""


class LabError(Exception):
    """A server did not do its part: the lab is broken, not the code under test."""


class Daemon:
    """One server. ``ready`` is called until it no longer raises ``OSError``.

    ``log`` is the file it logs to, where that is not its standard output or error.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        ready: Callable[[], object],
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.name = name
        output = folder / f"{name}.out"
        self._logs = [output] if log is None else [output, log]
        self._command = [str(part) for part in command]
        self._ready = ready
        self._environment = environment or {}
        self._shown = [0] * len(self._logs)
        with output.open("wb") as written:
            self._started = subprocess.Popen(
                self._command,
                cwd=folder,
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        RUNNING.append(self)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTING
        while True:
            try:
                self._ready()
            except OSError as error:
                status = self._started.poll()
                if status is not None or time.monotonic() > deadline:
                    ended = "is silent" if status is None else f"ended with status {status}"
                    raise LabError(f"{self.name} {ended} ({error})\n{self.tail()}") from error
                time.sleep(_PAUSE)
            else:
                return

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self in RUNNING:
            RUNNING.remove(self)
        self._started.terminate()
        try:
            self._started.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._started.kill()
            self._started.wait()

    @property
    def log(self) -> Path:
        """The file it logs to."""
        return self._logs[-1]

    def tail(self, *, lines: int = 40) -> str:
        """Give the end of the log."""
        return "\n".join(self._text().splitlines()[-lines:])

    def news(self) -> str:
        """Give what was logged since the last call."""
        texts = [log.read_text(encoding="utf-8", errors="replace") if log.exists() else "" for log in self._logs]
        fresh = "".join(text[shown:] for text, shown in zip(texts, self._shown, strict=True))
        self._shown = [len(text) for text in texts]
        return fresh

    def _text(self) -> str:
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in self._logs if log.exists())


def run(*command: str | Path, folder: Path, stdin: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Run a program that prepares something, to its end; give its standard output.

    Raises:
        LabError: if it fails, with all that it said.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | (environment or {}),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=STARTING,
        check=False,
    )
    if done.returncode != 0:
        raise LabError(f"{command[0]} ended with status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def listens(address: str, port: int, /) -> Callable[[], None]:
    """Give a ready-check: something accepts connections there."""

    def check() -> None:
        socket.create_connection((address, port), timeout=1).close()

    return check


def greets(address: str, port: int, start: bytes, /) -> Callable[[], None]:
    """Give a ready-check: the server's greeting begins with ``start``."""

    def check() -> None:
        with socket.create_connection((address, port), timeout=5) as connection:
            received = connection.recv(len(start), socket.MSG_WAITALL)
        if received != start:
            raise ConnectionError(f"greeted with {received!r}")

    return check


def all_of(*checks: Callable[[], object]) -> Callable[[], None]:
    """Give a ready-check that holds when each of ``checks`` does."""

    def check() -> None:
        for one in checks:
            one()

    return check
