"""SASLprep (RFC 4013): one form for user names and passwords, so that both ends compute the same proof.

Only SCRAM needs it. As a query (RFC 3454 section 7): unassigned code points pass.
"""

from __future__ import annotations

import stringprep
import unicodedata

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(text: str, /) -> str:
    """Prepare ``text``.

    Raises:
        ValueError: if it holds what RFC 4013 prohibits. The message does not quote it: it may be a password.
    """
    if text.isascii() and text.isprintable():
        return text
    mapped = (" " if stringprep.in_table_c12(character) else character for character in text)
    kept = "".join(character for character in mapped if not stringprep.in_table_b1(character))
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", kept)
    if any(prohibits(character) for character in prepared for prohibits in _PROHIBITED):
        raise ValueError("it holds a character that is not allowed in user names and passwords (RFC 4013)")
    _check_direction(prepared)
    return prepared


def _check_direction(text: str) -> None:
    """RFC 3454 section 6: right-to-left text starts and ends so, and holds no left-to-right letter."""
    if not any(map(stringprep.in_table_d1, text)):
        return
    if any(map(stringprep.in_table_d2, text)) or not (
        stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    ):
        raise ValueError("it mixes right-to-left and left-to-right letters (RFC 4013)")
