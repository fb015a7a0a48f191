"""What a person is told beside the exported files: what to do first, the notes, and what is wrong with the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats.text import clean
from mailsetup.model import Severity
from mailsetup.problems import CATALOGUE, REQUIREMENTS
from mailsetup.render.export.sentences import note_text
from mailsetup.translation import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Discovery, Problem, Requirement
    from mailsetup.render.export.contract import Export

MAX_TEXT = 600
"""Characters of any one sentence."""
ALWAYS_TOLD = {"needs-consent"}
"""Only information elsewhere, but here a password will follow the file."""


def told(discovery: Discovery, written: Export, *, language: str, translate: Callable[[str], str]) -> Iterator[str]:
    """Give one line each, in the user's language, cleaned of what a terminal must not see."""
    requirements = discovery.provider.requirements if discovery.provider else ()
    lines = [_requirement(requirement, language, translate) for requirement in requirements]
    lines += [note_text(one, translate) for one in written.notes]
    yield from (clean(line, limit=MAX_TEXT) for line in lines)
    yield from told_problems(discovery, translate=translate)


def told_problems(discovery: Discovery, *, translate: Callable[[str], str]) -> Iterator[str]:
    """Give a line for each problem that matters to whoever wants the file, also where there is none."""
    for problem in discovery.problems:
        if problem.severity is not Severity.INFO or problem.code in ALWAYS_TOLD:
            yield clean(_problem(problem, translate), limit=MAX_TEXT)


def _requirement(requirement: Requirement, language: str, translate: Callable[[str], str]) -> str:
    sentence = choose(requirement.text, language) or translate(REQUIREMENTS[requirement.kind])
    return f"{sentence} {requirement.url or ''}"


def _problem(problem: Problem, translate: Callable[[str], str]) -> str:
    known = CATALOGUE.get(problem.code)
    if known is None:
        return f"{problem.message} {problem.next_step}"
    sentence = translate(known.message).format_map(problem.arguments)
    if not known.next_step:
        return sentence
    return f"{sentence} {translate(known.next_step).format_map(problem.arguments)}"
