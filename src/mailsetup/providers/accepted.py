"""Warnings about provider files that a person has looked at and accepted, each group with its reason.

The file ``lint-accepted.txt`` stands beside the provider files. A line at the margin is a code and the reason; the
indented lines below it name the files, by id. A number sign begins a comment. What is listed there is not warned of
again; what is listed and no longer true is itself a warning, so the list only ever gets shorter by itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailsetup.errors import InvalidDocument

FILE_NAME = "lint-accepted.txt"

_HEADING = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*): +(\S.*)")


class Accepted(NamedTuple):
    """One warning that is not to be given."""

    code: str
    id: str
    line: int


def parse(text: str, /) -> list[Accepted]:
    """Read the list.

    Raises:
        InvalidDocument: for a line that is neither a heading with a reason nor ids below one.
    """
    accepted: list[Accepted] = []
    code = ""
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].rstrip()
        if not content:
            continue
        if content[0].isspace():
            if not code:
                raise InvalidDocument("Ids stand below a code and its reason.", line=number)
            accepted += [Accepted(code, identifier, number) for identifier in content.split()]
            continue
        heading = _HEADING.fullmatch(content)
        if heading is None:
            raise InvalidDocument("Expected a code, a colon and the reason.", line=number)
        code = heading[1]
    return accepted
