"""A result with two gaps: the local part, and where a whole family of domains shares one result, the domain.

A look-up that is to serve every address of a domain is made for an address whose local part is ``%EMAILLOCALPART%``.
Wherever that text turns up in the result, a look-up for a real address would have had the local part. What holds no gap
is shared by all results, so writing one costs microseconds and little memory.

Only for plain local parts (``spelling.py``): a quoted one is not always written in the same way.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from mailsetup.address import Address
from mailsetup.model import Discovery, Learned, SourceName, Status
from mailsetup.model.base import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.discovery import Case

    Write = Callable[[str, str], Any]

LOCAL = "%EMAILLOCALPART%"
"""Stands for the local part. A valid one by itself, and nobody's."""

LOCAL_IN_URL = quote(LOCAL, safe="")

DOMAIN = "this-stands-for-the-domain-of-the-address.com"
"""Stands for the domain. A valid name by itself, which no provider's data hold."""

_DERIVED = {"incoming", "outgoing", "found", "confirmed"}
"""Entries of a result's JSON that follow from the others."""

_WITHOUT_GAP = frozenset({float, int, bool, type(None), Status, Learned, SourceName})
"""What most fields are, to be passed over without a call."""

_M = TypeVar("_M", bound=Model)


def any_address(domain: Address | None = None, /) -> Address:
    """Give the address to look up: anybody's at the domain of an address, or at any domain."""
    if domain is None:
        return Address(LOCAL, DOMAIN, DOMAIN, DOMAIN)
    return Address(LOCAL, domain.domain, domain.domain_unicode, domain.domain_typed)


class Skeleton:
    """A result to be written for many addresses.

    One that was packed is JSON until it is written a second time: of most unknown domains there is one address, and
    filling a gap in a text is cheaper than looking for all gaps in an object.
    """

    __slots__ = ("_discovery", "_is_ready", "_packed", "_text", "_write")

    def __init__(self, discovery: Discovery | None, /, *, packed: bytes | None = None) -> None:
        self._discovery = discovery
        self._packed = packed
        self._text: str | None = None
        self._write: Write | None = None
        self._is_ready = False

    @classmethod
    def unpack(cls, packed: bytes, /) -> Skeleton:
        """Read what ``pack`` gave."""
        skeleton = cls(None, packed=packed)
        skeleton._text = zlib.decompress(packed).decode()
        return skeleton

    def pack(self) -> bytes:
        """Give it in a twentieth of the room."""
        if self._packed is None:
            self._packed = zlib.compress(self.discovery.model_dump_json(exclude=_DERIVED).encode(), 1)
        return self._packed

    @property
    def discovery(self) -> Discovery:
        """The result with its gaps."""
        if self._discovery is None:
            assert self._packed is not None  # noqa: S101  (one of the two is always there)
            self._discovery = Discovery.model_validate_json(zlib.decompress(self._packed))
        return self._discovery

    def write(self, local: str, domain: str, /) -> Discovery:
        """Write the result for one address, given in two parts."""
        if self._text is not None:
            text, self._text = self._text, None
            escaped = json.dumps(local, ensure_ascii=False)[1:-1]
            filled = text.replace(LOCAL_IN_URL, quote(local, safe="")).replace(LOCAL, escaped)
            return Discovery.model_validate_json(filled)
        if not self._is_ready:
            self._write, self._is_ready = _writer(self.discovery), True
        return self.discovery if self._write is None else cast("Discovery", self._write(local, domain))


def skeleton_of(case: Case, /) -> Skeleton:
    """Make the skeleton of a case that has ended. What was *not* asked is left out: most of a result's bulk."""
    found = case.discovery()
    made = tuple(attempt for attempt in found.attempts if attempt.outcome is not Status.SKIPPED)
    return Skeleton(found.model_copy(update={"attempts": made}))


def _writer(value: Any) -> Write | None:
    """Give what writes ``value`` anew, or ``None`` where it has no gap. Words of a vocabulary have none."""
    kind = type(value)
    if kind is str:
        return _text_writer(value) if LOCAL in value or LOCAL_IN_URL in value or DOMAIN in value else None
    if kind is tuple:
        return _tuple_writer(value)
    if kind is dict:
        return _dict_writer(value)
    return _model_writer(value) if isinstance(value, Model) else None


def _text_writer(text: str) -> Write:
    # The domain first: a local part may hold anything, the text that stands for a domain too.
    if LOCAL_IN_URL in text:
        return lambda local, domain: (
            text.replace(DOMAIN, domain).replace(LOCAL_IN_URL, quote(local, safe="")).replace(LOCAL, local)
        )
    before, gap, after = text.partition(LOCAL)
    if not gap:
        return lambda _, domain: text.replace(DOMAIN, domain)
    if DOMAIN not in text and LOCAL not in after:
        return lambda local, _: f"{before}{local}{after}"
    if after == f"@{DOMAIN}" and DOMAIN not in before:
        return lambda local, domain: f"{before}{local}@{domain}"
    return lambda local, domain: text.replace(DOMAIN, domain).replace(LOCAL, local)


def _tuple_writer(values: tuple[Any, ...]) -> Write | None:
    writers = [(place, write) for place, write in enumerate(map(_writer, values)) if write is not None]
    if not writers:
        return None

    def write_all(local: str, domain: str) -> tuple[Any, ...]:
        written = list(values)
        for place, write in writers:
            written[place] = write(local, domain)
        return tuple(written)

    return write_all


def _dict_writer(values: dict[str, Any]) -> Write | None:
    writers = {key: write for key, value in values.items() if (write := _writer(value)) is not None}
    if not writers:
        return None
    return lambda local, domain: values | {key: write(local, domain) for key, write in writers.items()}


def _model_writer(model: Model) -> Write | None:
    writers = [
        (key, write)
        for key, value in model.__dict__.items()
        if type(value) not in _WITHOUT_GAP and (write := _writer(value)) is not None
    ]
    if not writers:
        return None
    return lambda local, domain: _with(model, {key: write(local, domain) for key, write in writers})


def _with(model: _M, changes: dict[str, Any]) -> _M:
    """Do what ``model_copy(update=changes)`` does, in a third of the time: there are no private attributes to copy."""
    copy = model.__class__.__new__(model.__class__)
    object.__setattr__(copy, "__dict__", model.__dict__ | changes)
    object.__setattr__(copy, "__pydantic_fields_set__", model.__pydantic_fields_set__)
    object.__setattr__(copy, "__pydantic_extra__", None)
    object.__setattr__(copy, "__pydantic_private__", None)
    return copy
