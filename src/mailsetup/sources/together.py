"""Asking several things at once, and deciding early: what sources with more than one question share.

Rules: nothing outlives the call; a ``NetworkError`` of one question is that question's finding and never ends the
others; a better place that is still silent when a worse one has answered gets ``grace`` seconds, and no more; nobody
is waited for longer than a source may take (``patience``), so that one black hole does not use up the whole call.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import anyio

from mailsetup.errors import NetworkError
from mailsetup.model import Finding, Status
from mailsetup.net import burst

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from mailsetup.model import Options
    from mailsetup.net.interface import Answer, Network, RecordType

    Ask = Callable[[], Awaitable[Finding]]

A = TypeVar("A")
B = TypeVar("B")

FURTHEST = (Status.FOUND, Status.REFUSED, Status.UNUSABLE, Status.UNREACHABLE, Status.ABSENT, Status.SKIPPED)
"""Of several failures the one that got furthest is told: it explains most."""

PATIENCE = 5.0
"""Seconds that one source waits for the servers it asks. Live ones answer in a fraction of it."""

SHARE_OF_TIME = 1 / 3
"""Of the time of the whole call: a caller who gives it more time gives it to each source."""


def patience(options: Options, /) -> float:
    """Give the seconds that a source waits for the servers it asks."""
    return max(PATIENCE, options.timeout * SHARE_OF_TIME)


async def in_time(ask: Ask, /, *, seconds: float) -> Finding:
    """Ask, with silence and every other network failure as a finding."""
    with anyio.move_on_after(seconds):
        return await settled(ask)
    return Finding(
        status=Status.UNREACHABLE, reason="timed-out", detail=f"There was no answer within {seconds:g} seconds."
    )


def failed(error: NetworkError, /) -> Finding:
    """Make the finding that a network failure amounts to."""
    return Finding(status=error.status or Status.UNREACHABLE, reason=error.reason, detail=error.detail)


async def settled(ask: Ask, /) -> Finding:
    """Ask, with a network failure as a finding."""
    try:
        return await ask()
    except NetworkError as error:
        return failed(error)


async def both(first: Callable[[], Awaitable[A]], second: Callable[[], Awaitable[B]], /) -> tuple[A, B]:
    """Do two different things at once. Neither may raise a ``NetworkError``."""
    ones: list[A] = []

    async def run_first() -> None:
        ones.append(await first())

    async with anyio.create_task_group() as group:
        group.start_soon(run_first)
        other = await second()
    return ones[0], other


async def resolve_all(network: Network, questions: Iterable[tuple[str, RecordType]], /) -> list[Answer]:
    """Ask DNS all ``questions`` at once; the answers come in the same order."""
    questions = list(questions)
    answers: dict[int, Answer] = {}
    await burst.resolve_all(network.resolver, questions, told=answers.__setitem__)
    return [answers[place] for place in range(len(questions))]


async def all_of(asks: Sequence[Ask], /, *, seconds: float) -> list[Finding]:
    """Ask all at once, each for at most ``seconds``, and wait for all; the findings come in the order of ``asks``."""
    findings: dict[int, Finding] = {}

    async def run(place: int, ask: Ask) -> None:
        findings[place] = await in_time(ask, seconds=seconds)

    async with anyio.create_task_group() as group:
        for place, ask in enumerate(asks):
            group.start_soon(run, place, ask)
    return [findings[place] for place in range(len(asks))]


async def best_of(asks: Sequence[Ask], /, *, grace: float, seconds: float) -> list[Finding]:
    """Ask all at once, each for at most ``seconds``, and stop as soon as the best is known.

    Gives the findings that are in by then, in the order of ``asks``; whatever was still open is ``skipped``. Those that
    stand before the first one found have ended, or have had ``grace`` seconds since something was found.
    """
    findings: dict[int, Finding] = {}
    news = anyio.Event()

    async def run(place: int, ask: Ask) -> None:
        findings[place] = await in_time(ask, seconds=seconds)
        news.set()

    async with anyio.create_task_group() as group:
        for place, ask in enumerate(asks):
            group.start_soon(run, place, ask)
        deadline = math.inf
        while not _is_decided(findings, len(asks)):
            if deadline == math.inf and any(finding.status is Status.FOUND for finding in findings.values()):
                deadline = anyio.current_time() + grace
            with anyio.move_on_at(deadline) as scope:
                await news.wait()
                news = anyio.Event()
            if scope.cancelled_caught:
                break
        group.cancel_scope.cancel()
    silent = Finding(status=Status.SKIPPED, reason="not-needed")
    return [findings.get(place, silent) for place in range(len(asks))]


def _is_decided(findings: dict[int, Finding], asked: int) -> bool:
    for place in range(asked):
        finding = findings.get(place)
        if finding is None:
            return False
        if finding.status is Status.FOUND:
            return True
    return True


def first_found(findings: Iterable[Finding], /) -> Finding:
    """Give the first that was found; where none was, the failure that got furthest, the earlier one of equals.

    It carries the problems of all: a broken document at one place is worth telling, whatever another place had.
    """
    findings = list(findings)
    best = min(findings, key=lambda finding: FURTHEST.index(finding.status))
    told = {(problem.code, problem.subject): problem for finding in (best, *findings) for problem in finding.problems}
    return best.model_copy(update={"problems": tuple(told.values())})
