"""What a person sees while the asking goes on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

import mailsetup
from mailsetup.cli.progress import progress_line, watching
from mailsetup.model import Discovery, Options, Outcome, Probe
from mailsetup.render.terminal import TerminalRenderer
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    import pytest

RENDERER = TerminalRenderer(language="en", translate=lambda sentence: sentence, width=100)


def known() -> Discovery:
    """Give the settings of a known address."""
    return mailsetup.discover("x@gmail.com", options=Options(offline=True))


def test_settings_are_on_a_terminal_as_soon_as_they_are_known_and_proof_follows() -> None:
    """The table stands before anything is tried out, and is drawn anew with what the probes show."""
    seen = io.StringIO()
    screen = Console(file=seen, force_terminal=True, width=100, height=60)
    found = known()
    with watching(screen, RENDERER) as observer:
        observer(found)
        first = seen.getvalue()
        proven = [server.model_copy(update={"probe": Probe(outcome=Outcome.CONFIRMED)}) for server in found.servers]
        observer(found.model_copy(update={"servers": tuple(proven)}))
        second = seen.getvalue()[len(first) :]
    assert "imap.gmail.com" in first
    assert f"0 of {len(found.servers)} servers tried out" in first
    assert "works" not in first
    assert "works" in second


def test_no_problem_is_told_before_the_asking_is_over() -> None:
    """What is missing may still come."""
    seen = io.StringIO()
    nothing = mailsetup.discover("x@nobody-knows-this.example", options=Options(offline=True))
    assert nothing.problems
    with watching(Console(file=seen, force_terminal=True, width=100), RENDERER) as observer:
        observer(nothing)
    assert nothing.problems[0].message[:20] not in seen.getvalue()


def test_nothing_is_printed_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither output is a terminal: a pipe gets the result alone."""
    with watching(Console(file=io.StringIO(), force_terminal=False), RENDERER) as observer:
        observer(known())
    with progress_line(RENDERER) as observer:
        observer(known())
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


def test_a_known_address_is_shown_before_anybody_is_connected_to() -> None:
    """The first partial result comes from this machine, with nobody asked yet."""
    network = FakeNetwork()
    asked_by_then: list[int] = []
    options = Options(network=network, observer=lambda _: asked_by_then.append(len(network.asked)))
    mailsetup.discover("x@gmail.com", options=options)
    assert asked_by_then[0] == 0
    assert asked_by_then[-1] > 0
