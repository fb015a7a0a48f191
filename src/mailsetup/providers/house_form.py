"""The one form that our provider files are kept in, so that two people's edits look alike.

``formats/provider_file.py`` writes it. What that cannot keep is a comment: a file that has any is left alone unless
the caller says that they may go. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import re

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse, render

# Strings first, so that a number sign inside one is not taken for a comment (TOML 1.0).
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^']|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>#[^\n]*)",
    re.DOTALL,
)


def house_form(document: bytes, /, *, drop_comments: bool = False) -> bytes:
    """Give the same provider file in house form, which is its own house form.

    Raises:
        InvalidDocument: if it is no valid provider file, or holds comments (code ``comments``) that may not go.
    """
    file = parse(document)
    lines = comment_lines(document.decode("utf-8"))
    if lines and not drop_comments:
        raise InvalidDocument("A comment stands here, and the house form has none.", code="comments", line=lines[0])
    return render(file)


def comment_lines(text: str, /) -> list[int]:
    """Give the numbers (from 1) of the lines that hold a comment, in valid TOML."""
    starts = [match.start("comment") for match in _TOKEN.finditer(text) if match["comment"] is not None]
    return [text.count("\n", 0, start) + 1 for start in starts]
