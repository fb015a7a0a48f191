"""``--trace``: what was asked, when, and who learned what."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mailsetup.model import Attempt, Discovery, Learned, SourceName, Status
from mailsetup.render.timeline import bar, timeline
from tests.support.program import run

ATTEMPTS = (
    Attempt(
        source=SourceName.MX, asked="corp.example MX", outcome=Status.FOUND, started=0.0, elapsed=0.05,
        learned=Learned.DOMAIN, told="resolver",
    ),
    Attempt(
        source=SourceName.AUTOCONFIG, asked="https://autoconfig.corp.example/\x1b[31m", outcome=Status.UNREACHABLE,
        reason="timed-out", started=0.05, elapsed=0.05, learned=Learned.ADDRESS, told="autoconfig.corp.example",
    ),
    Attempt(source=SourceName.GUESS, asked="corp.example", outcome=Status.SKIPPED, reason="not-needed"),
)  # fmt: skip


def drawn(*attempts: Attempt, width: int = 100) -> list[str]:
    found = Discovery(address="kim@corp.example", domain="corp.example", attempts=attempts, elapsed=0.1)
    screen = Console(file=io.StringIO(), width=width, force_terminal=False)
    screen.print(timeline(found, translate=lambda text: text, width=width))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().splitlines()


def test_every_attempt_has_its_row() -> None:
    """Source, question, result and milliseconds; what was not asked has neither time nor bar."""
    rows = drawn(*ATTEMPTS)
    (mx,) = (row for row in rows if row.startswith("mx "))
    (autoconfig,) = (row for row in rows if row.startswith("autoconfig "))
    (guess,) = (row for row in rows if row.startswith("guess "))
    assert "corp.example MX" in mx
    assert "found" in mx
    assert " 50 " in mx
    assert "unreachable (timed-out)" in autoconfig
    assert "skipped (not-needed)" in guess
    assert "█" not in guess
    assert mx.index("█") < autoconfig.index("█")  # it began earlier


def test_the_ledger_says_who_learned_what() -> None:
    """Domain and whole address apart, each by name, or nobody (SEC-10)."""
    rows = drawn(*ATTEMPTS)
    assert "  the domain: resolver" in rows
    assert "  the whole address: autoconfig.corp.example" in rows
    assert "  the whole address: nobody" in drawn(ATTEMPTS[0])


def test_nothing_that_was_asked_reaches_the_terminal_as_it_is() -> None:
    """Control characters of a URL are stripped (SEC-09)."""
    assert "\x1b" not in "".join(drawn(*ATTEMPTS))


@given(st.data())
def test_a_bar_stays_inside_its_column(data: st.DataObject) -> None:
    """However short or long the span: something is to be seen, and nothing sticks out."""
    total = data.draw(st.floats(0, 600))
    start = data.draw(st.floats(0, total))
    end = data.draw(st.floats(start, total))
    width = data.draw(st.integers(1, 60))
    line = bar(start, end, total, width)
    assert line.strip()
    assert len(line) <= width


def test_the_command_line_shows_it() -> None:
    """Behind the settings, on request."""
    shown = run("kim@gmail.com", "--offline", "--trace")
    assert shown.code == 0
    assert "What was asked" in shown.out
    assert "bundled" in shown.out
    assert "the whole address: nobody" in shown.out
    assert "What was asked" not in run("kim@gmail.com", "--offline").out
