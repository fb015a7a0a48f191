"""Runs the tests of the lab in a second pytest inside a network namespace, and reports them as if they had run here.

Each test keeps its own name, outcome, duration and captured output: the inner pytest sends its reports through a pipe,
one JSON line each, in the form that pytest itself defines for this (``pytest_report_to_serializable``).

It does not choose tests: what the outer pytest selected is what runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from tests.lab import namespace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIPE = "MAILSETUP_LAB_REPORTS"
"""Names the file descriptor for reports; set inside only."""


def pytest_configure(config: pytest.Config) -> None:
    """Send reports home, if this is the inner pytest."""
    pipe = os.environ.pop(PIPE, None)
    if pipe is not None:
        config.pluginmanager.register(Sender(config, int(pipe)))


class Sender:
    """The plugin of the inner pytest: writes what happened into the pipe."""

    def __init__(self, config: pytest.Config, descriptor: int) -> None:
        self._config = config
        self._pipe = os.fdopen(descriptor, "w", encoding="utf-8")

    def _send(self, message: dict[str, Any]) -> None:
        self._pipe.write(json.dumps(message) + "\n")
        self._pipe.flush()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send the report of one phase of one test."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._send({"test": report.nodeid, "report": data})

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Say that a test has no more reports."""
        self._send({"test": nodeid})


class Relay:
    """The outer pytest's side: starts the inner one and replays its reports."""

    def __init__(
        self, config: pytest.Config, entrance: Sequence[str], nodeids: Sequence[str], *, root: Path | None = None
    ) -> None:
        root = root or config.rootpath
        self._config = config
        self._output: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._asked = frozenset(nodeids)
        self._finished: set[str] = set()
        reading, writing = os.pipe()
        # All that is written in there goes away even if the inner pytest is killed. Servers that change user look in.
        self._temporary = tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)
        Path(self._temporary.name).chmod(0o755)
        options = ["-p", __name__, "-p", "no:cacheprovider", "--rootdir", str(root)]
        # pytest's own choice bears the user's name, and in there everybody may be called root.
        options += ["--basetemp", f"{self._temporary.name}/tests"]
        variables = {PIPE: str(writing), namespace.VARIABLE: namespace.INSIDE, "TMPDIR": self._temporary.name}
        self._inner = subprocess.Popen(
            [*entrance, sys.executable, "-m", "pytest", *options, *nodeids],
            cwd=root,
            env=os.environ | variables,
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        os.close(writing)
        self._pipe = os.fdopen(reading, encoding="utf-8")

    def reports(self, nodeid: str, /) -> Iterator[pytest.TestReport]:
        """Give the reports of one test as they come in."""
        while True:
            for data in self._waiting.pop(nodeid, ()):
                if isinstance(data["longrepr"], list):  # where a test was skipped: a tuple, before it was JSON
                    data["longrepr"] = tuple(data["longrepr"])
                yield self._config.hook.pytest_report_from_serializable(config=self._config, data=data)
            if nodeid in self._finished:
                return
            line = self._pipe.readline()
            if not line:
                yield self._lost(nodeid)
                return
            message = json.loads(line)
            if "report" in message:
                self._waiting[message["test"]].append(message["report"])
            else:
                self._finished.add(message["test"])

    def _lost(self, nodeid: str) -> pytest.TestReport:
        status = self._inner.wait()
        self._output.seek(0)
        said = self._output.read()[-8000:]
        reason = f"the pytest in the namespace ended with status {status} before it ran this test:\n{said}"
        return pytest.TestReport(nodeid, ("", None, ""), {}, "failed", reason, "call")

    def close(self) -> None:
        """End the inner pytest, and with it every server of the lab."""
        try:
            # With all tests done it still stops its servers and may write coverage data. Otherwise nobody waits for it.
            self._inner.wait(timeout=30 if self._finished >= self._asked else 0)
        except subprocess.TimeoutExpired:
            self._inner.kill()
            self._inner.wait()
        self._pipe.close()
        self._output.close()
        self._temporary.cleanup()
