"""Pieces of HTML: the only place where markup and text meet. Text is made harmless and escaped; markup is ours."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mailsetup.formats.text import clean
from mailsetup.render.audit_words import MAX_SENTENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_UNBROKEN = 34
"""Characters of a name that is kept on one line."""


def text(value: object, /) -> str:
    """Give any text in a form that can stand between tags and inside quoted attributes."""
    return escape(clean(str(value), limit=MAX_SENTENCE), quote=True)


def name(value: object, /) -> str:
    """Give a host name, URL or the like, in the type for such."""
    kind = "name long" if len(str(value)) > MAX_UNBROKEN else "name"
    return f'<span class="{kind}">{text(value)}</span>'


def badge(words: str, kind: str, /) -> str:
    """Give a few words on a ground; ``kind`` is a class of the style sheet."""
    return f'<span class="badge {kind}">{text(words)}</span>'


def section(title: str, body: Iterable[str], /) -> Iterator[str]:
    """Yield a section with its heading."""
    yield f"<section><h2>{text(title)}</h2>"
    yield from body
    yield "</section>"


def table(caption: str, headers: Iterable[str], rows: Iterable[Iterable[str]], /) -> Iterator[str]:
    """Yield a table. ``rows`` are markup; the first cell of each is its heading."""
    columns = "".join(f'<th scope="col">{text(header)}</th>' for header in headers)
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
    yield f"<caption>{text(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>"
    for row in rows:
        first, *others = row
        yield f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
    yield "</tbody></table></div>"


def block(lines: Iterable[str], /) -> str:
    """Give lines to be copied, as they are."""
    return f'<pre tabindex="0"><code>{escape(chr(10).join(lines), quote=True)}</code></pre>'
