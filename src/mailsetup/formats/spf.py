"""SPF records, read for one purpose: whose servers send for this domain, as a hint at who hosts it (RFC 7208).

Nothing is evaluated, nothing is looked up, includes are not followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats.values import domain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_INCLUDES = 20
"""RFC 7208 section 4.6.4 allows ten look-ups."""

_VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_TERM = re.compile(r"[+?~-]?include:(?P<include>\S+)|redirect=(?P<redirect>\S+)", re.IGNORECASE)


def includes(records: Iterable[bytes], /) -> tuple[str, ...]:
    """Targets of ``include:`` and ``redirect=`` among a domain's TXT records, in order, in A-labels.

    Several SPF records are an error for mail servers, and still a hint. Targets with macros are left out.
    """
    found: dict[str, None] = {}
    for record in records:
        text = record.decode("ascii", "replace")
        if not _VERSION.match(text):
            continue
        for term in text.split(" "):
            match = _TERM.fullmatch(term)
            name = _name(match["include"] or match["redirect"]) if match else None
            if name is not None:
                found[name] = None
    return tuple(found)[:MAX_INCLUDES]


def _name(text: str) -> str | None:
    # "_spf.example.com" is usual here, though it is no host name.
    labels = text.rstrip(".").split(".")
    prefix = [label for label in labels if label.startswith("_")]
    if labels[: len(prefix)] != prefix or any(
        not re.fullmatch(r"_[a-z0-9_-]{1,62}", label, re.IGNORECASE) for label in prefix
    ):
        return None
    try:
        name = domain_name(".".join(labels[len(prefix) :]))
    except InvalidDocument:
        return None
    return ".".join([*(label.lower() for label in prefix), name])
