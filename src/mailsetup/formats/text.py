"""Text from the network, made fit to be shown: no controls, no bidi tricks, no megabytes (AC-45, SEC-09).

Not for values that go on the wire: those are checked and refused (``values.py``), never repaired.
"""

from __future__ import annotations

import unicodedata

# Controls, format characters (bidi overrides, zero-width), lone surrogates, private use, unassigned.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANKS = frozenset({"Zs", "Zl", "Zp"})

MAX_QUOTED = 80
"""Characters of a document that a reason repeats."""


def clean(text: str, /, *, limit: int) -> str:
    """Drop what cannot or must not be shown, fold white space, and cut to ``limit`` characters with an ellipsis."""
    # Enough for what survives; a hostile name of a megabyte is not walked through.
    head = text[: limit * 8 + 64]
    if not (head.isascii() and head.isprintable()):
        head = "".join(map(_shown, head))
    folded = " ".join(head.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def _shown(character: str) -> str:
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category in _BLANKS:
        return " "
    return "" if category in _UNSHOWN else character


def quoted(text: str, /) -> str:
    """Quote a piece of a document for a sentence."""
    return f"“{clean(text, limit=MAX_QUOTED)}”"
