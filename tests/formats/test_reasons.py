"""The list of reasons: complete, used, and written for people."""

from __future__ import annotations

import re
from pathlib import Path

import mailsetup.formats
from mailsetup.formats.reasons import REASONS

SOURCES = Path(mailsetup.formats.__file__).parent


def test_every_reason_is_used_and_every_used_one_is_listed() -> None:
    """The list is exactly what the parsers say: no dead entry, no unlisted code (OPS-03)."""
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py") if path.name != "reasons.py")
    named = set(re.findall(r"(?:\badd|Unusable)\(\s*\"([a-z-]+)\"", code))
    assert named <= set(REASONS)
    assert [reason for reason in REASONS if f'"{reason}"' not in code] == []


def test_sentences_can_be_filled_in() -> None:
    """Each reason is one sentence with nothing but the three known gaps (OPS-03)."""
    for name, (_severity, sentence) in REASONS.items():
        filled = sentence.format(value="“x”", what="It", why="so")
        assert filled.endswith("."), name
        assert "{" not in filled
