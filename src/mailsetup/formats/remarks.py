"""Where a parser writes down what it did not take, and how it gives up one entry without giving up the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from mailsetup.errors import InvalidDocument
from mailsetup.formats.reasons import REASONS
from mailsetup.formats.text import clean, quoted
from mailsetup.model import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_REMARKS = 200
"""Entries; a hostile document could cause tens of thousands."""
MAX_WHERE = 200
"""Characters of a place, and of a clause that says why."""


class Placed(Protocol):
    """Anything that knows where in the document it stands, such as an XML element."""

    @property
    def where(self) -> str:
        """Path of the element or member."""
        ...

    @property
    def line(self) -> int | None:
        """1-based line, where known."""
        ...


class Place(NamedTuple):
    """A place in a document."""

    where: str
    line: int | None = None


class Unusable(InvalidDocument):
    """One entry of a document cannot be used. Raised and caught inside a parser: its reason becomes a remark."""

    def __init__(self, code: str, at: Placed, *, value: str = "", what: str = "", why: str = "") -> None:
        super().__init__(why or code, code=code, line=at.line)
        self.at, self.value, self.what, self.why = at, value, what, why


class Remarks:
    """A list of ``Ignored`` in the making."""

    def __init__(self) -> None:
        self._items: list[Ignored] = []

    def add(self, code: str, at: Placed, *, value: str = "", what: str = "", why: str = "") -> None:
        """Note that something was ignored. ``value`` is text of the document; ``what`` and ``why`` are ours."""
        if len(self._items) > MAX_REMARKS:
            return
        if len(self._items) == MAX_REMARKS:
            code, at = "too-many", Place("", at.line)
        severity, sentence = REASONS[code]
        reason = sentence.format(value=quoted(value), what=what, why=clean(why, limit=MAX_WHERE))
        where = clean(at.where, limit=MAX_WHERE)
        self._items.append(Ignored(where=where, line=at.line, code=code, reason=reason, severity=severity))

    def unusable(self, error: Unusable) -> None:
        """Note an entry that was given up."""
        self.add(error.code, error.at, value=error.value, what=error.what, why=error.why)

    def done(self) -> tuple[Ignored, ...]:
        """Everything noted, by line; what has no line keeps its order and comes first."""
        return tuple(sorted(self._items, key=lambda item: item.line or 0))


def checked(check: Callable[[str], str], text: str, at: Placed, /, *, code: str) -> str:
    """Apply one of the checks in ``values`` or ``templates``; its error becomes ``Unusable`` with the place.

    Raises:
        Unusable: with ``code``, unless the check has a more exact one among the reasons.
    """
    try:
        return check(text)
    except InvalidDocument as error:
        exact = error.code if error.code == "unknown-placeholder" else code
        raise Unusable(exact, at, value=text, why=error.reason) from error
