"""The TXT record ``v=UAAC1; a=sha256; d=…`` and the comparison with a document (PACC-02 to PACC-06, PACC-15).

Read strictly: a record with any malformed piece is ignored as a whole. Several records may stand side by side while
the document is being changed; one that matches is enough.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

VERSION = "UAAC1"
MAX_RECORD = 4096
"""Octets of one record; the known shape has about 70."""


class Algorithm(NamedTuple):
    """A hash function and the length of its digest in octets."""

    digest: Callable[[bytes], bytes]
    size: int


ALGORITHMS = {"sha256": Algorithm(lambda content: hashlib.sha256(content).digest(), 32)}
"""Registered values of ``a``; a record with another one is ignored (PACC-15)."""

_NAME = re.compile(r"[A-Za-z0-9]+")
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]+")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class Digest(NamedTuple):
    """What one valid record says."""

    algorithm: str
    value: bytes


class DigestCheck(Model):
    """How a document and the TXT records go together."""

    outcome: Literal["match", "mismatch", "no-record"]
    """``no-record``: none that can be read, so the document is not published completely (PACC-14)."""
    records: int = 0
    """How many records could be read."""
    ignored: tuple[str, ...] = ()
    """Why each of the others could not, in order."""

    @property
    def matches(self) -> bool:
        """Whether the document may be used."""
        return self.outcome == "match"


def parse_record(record: bytes | Sequence[bytes], /) -> Digest:
    """Read one TXT record: its character-strings, joined with nothing between them (PACC-06), or already joined.

    Raises:
        InvalidDocument: ``not-a-digest-record``, with what is wrong.
    """
    octets = record if isinstance(record, bytes) else b"".join(record)
    if len(octets) > MAX_RECORD or not octets.isascii():
        raise _invalid("it is not ASCII, or too long")
    text = octets.decode("ascii").rstrip(" \t").removesuffix(";").rstrip(" \t")
    if text[:1] in ("", " ", "\t"):
        raise _invalid("it is empty, or starts with a blank")
    tags: dict[str, str] = {}
    for piece in text.split(";"):
        name, separator, value = (part.strip(" \t") for part in piece.partition("="))
        if not separator or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _invalid("a piece of it is not name=value")
        if name in tags and name in ("v", "a", "d"):
            raise _invalid(f"it has two tags {name}")
        tags.setdefault(name, value)
    return _digest(tags)


def _digest(tags: dict[str, str]) -> Digest:
    if tags.get("v") != VERSION:
        raise _invalid(f"it is not of version {VERSION}")
    algorithm = ALGORITHMS.get(tags.get("a", ""))
    if algorithm is None:
        raise _invalid("its algorithm is not known")
    value = tags.get("d", "")
    if not value or not _BASE64.fullmatch(value):
        raise _invalid("its digest is not base64")
    octets = base64.b64decode(value)
    if len(octets) != algorithm.size or base64.b64encode(octets).decode() != value:
        raise _invalid(f"its digest does not have {algorithm.size} octets")
    return Digest(tags["a"], octets)


def _invalid(why: str) -> InvalidDocument:
    return InvalidDocument(f"The TXT record cannot be used: {why}.", code="not-a-digest-record")


def check_digest(document: bytes, /, records: Iterable[bytes | Sequence[bytes]]) -> DigestCheck:
    """Compare a document (octets after content decoding, before anything else) with all TXT records of its name."""
    digests: list[Digest] = []
    ignored: list[str] = []
    for record in records:
        try:
            digests.append(parse_record(record))
        except InvalidDocument as error:
            ignored.append(error.reason)
    if not digests:
        return DigestCheck(outcome="no-record", ignored=tuple(ignored))
    matches = [hmac.compare_digest(ALGORITHMS[name].digest(document), value) for name, value in digests]
    outcome: Literal["match", "mismatch"] = "match" if any(matches) else "mismatch"
    return DigestCheck(outcome=outcome, records=len(digests), ignored=tuple(ignored))


def record(document: bytes, /) -> str:
    """Write the value of the TXT record at ``_ua-auto-config.DOMAIN`` for a document (PACC-02)."""
    value = base64.b64encode(ALGORITHMS["sha256"].digest(document)).decode()
    return f"v={VERSION}; a=sha256; d={value}"
