"""What an entry of the catalogue is."""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model.audit import Grade

ERROR, WARNING, HINT = Grade.ERROR, Grade.WARNING, Grade.HINT


class Sentence(NamedTuple):
    """One entry of the catalogue."""

    grade: Grade
    message: str
    """What is the matter, one sentence; names in braces are filled in."""
    advice: str = ""
    """What to do about it."""
