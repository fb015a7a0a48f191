"""The relay: what happens in the inner pytest is what the outer one reports, whatever happens there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.lab.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[[str], Relay]

pytestmark = pytest.mark.lab

FILE = "test_inner.py"


@pytest.fixture
def start(pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Run a test file in an inner pytest, without a namespace around it."""
    started: list[Relay] = []
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))

    def run(text: str) -> Relay:
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        started.append(Relay(pytestconfig, (), [FILE], root=tmp_path))
        return started[-1]

    yield run
    for relay in started:
        relay.close()


def outcomes(relay: Relay, test: str) -> dict[str, str]:
    """Give the outcome of each phase of a test."""
    return {str(report.when): report.outcome for report in relay.reports(f"{FILE}::{test}")}


def test_outcomes_arrive_as_they_were(start: Start) -> None:
    """Passed, failed, skipped and expected failures keep their outcome, message and output, in any order of asking."""
    relay = start(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad():\n    print('said before')\n    assert 1 == 2, 'what was wrong'\n"
        "def test_skipped(): pytest.skip('no such thing')\n"
        "@pytest.mark.xfail\ndef test_expected(): raise ValueError\n"
    )
    (_, bad, _) = relay.reports(f"{FILE}::test_bad")
    assert bad.outcome == "failed"
    assert "what was wrong" in bad.longreprtext
    assert bad.capstdout == "said before\n"
    assert outcomes(relay, "test_good") == {"setup": "passed", "call": "passed", "teardown": "passed"}
    (_, skipped, _) = relay.reports(f"{FILE}::test_skipped")
    assert skipped.outcome == "skipped"
    assert isinstance(skipped.longrepr, tuple)
    assert skipped.longrepr[2] == "Skipped: no such thing"
    (_, expected, _) = relay.reports(f"{FILE}::test_expected")
    assert (expected.outcome, hasattr(expected, "wasxfail")) == ("skipped", True)


@pytest.mark.parametrize("text", ["import os\ndef test_it():\n    os._exit(7)\n", "not python at all\n"])
def test_a_lost_test_is_a_failed_test(start: Start, text: str) -> None:
    """When the inner pytest dies or finds no such test, the outer one says so, with what the inner one had to say."""
    *_, last = start(text).reports(f"{FILE}::test_it")
    assert last.outcome == "failed"
    assert "ended with status" in last.longreprtext


def test_nobody_waits_for_a_test_that_hangs(start: Start) -> None:
    """When the outer pytest stops early, the inner one is ended, hanging test and all."""
    relay = start("import time\ndef test_quick(): pass\ndef test_it():\n    time.sleep(600)\n")
    assert outcomes(relay, "test_quick")["call"] == "passed"
    started = time.monotonic()
    relay.close()
    assert time.monotonic() - started < 5
