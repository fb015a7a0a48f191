"""A strict JSON reader: UTF-8 only, no duplicate names, no NaN, bounded size and depth (PACC-03, SEC-01).

Two readers of one document must not see two different documents, so whatever RFC 8259 leaves open is refused. Members
can be located by line afterwards, for remarks.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from mailsetup.errors import InvalidDocument

MAX_DOCUMENT = 64 * 1024
"""Octets; real documents have below 4 KiB."""
MAX_DEPTH = 32
"""Nested arrays and objects; real documents need 5."""

# An unterminated string runs to the end, so that no text makes this pattern look twice at one place.
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|\n|[^\s\[\]{},:"]+', re.DOTALL)


def read_object(document: bytes, /) -> dict[str, Any]:
    """Read a document that is one JSON object.

    Raises:
        InvalidDocument: ``empty``, ``not-config``, ``too-large``, ``too-complex``, ``encoding``, ``duplicate-name``,
            ``malformed``.
    """
    if len(document) > MAX_DOCUMENT:
        raise InvalidDocument(f"The document is larger than {MAX_DOCUMENT // 1024} KiB.", code="too-large")
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        line = document.count(b"\n", 0, error.start) + 1
        raise InvalidDocument("The document is not UTF-8.", code="encoding", line=line) from error
    if not text.strip(" \t\r\n"):
        raise InvalidDocument("The document is empty.", code="empty")
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except InvalidDocument:
        raise
    except json.JSONDecodeError as error:
        code = "malformed" if text.lstrip(" \t\r\n\ufeff").startswith(("{", "[")) else "not-config"
        raise InvalidDocument(f"This is not valid JSON: {error.msg}.", code=code, line=error.lineno) from error
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, in some versions of Python
        raise InvalidDocument("This is not usable JSON.", code="malformed") from error
    if not isinstance(value, dict):
        raise InvalidDocument("The document is not a JSON object.", code="not-config", line=1)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidDocument("A name occurs twice in one object.", code="duplicate-name")
    return members


def _no_constant(name: str) -> NoReturn:
    raise InvalidDocument(f"{name} is not JSON.", code="malformed")


def _check_depth(text: str) -> None:
    depth = 0
    for piece in _PIECE.findall(text):
        if piece in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidDocument(f"The document is nested more than {MAX_DEPTH} levels deep.", code="too-complex")
        elif piece in "]}":
            depth -= 1


def lines(document: bytes, /) -> dict[str, int]:
    """Give the line of every member of a document that was read before: ``protocols.imap.host`` → 4."""
    found: dict[str, int] = {}
    path: list[str] = []
    line, last = 1, ""
    for piece in _PIECE.findall(document.decode("utf-8")):
        if piece == "\n":
            line += 1
            continue
        if piece == ":":
            # The string in front is a name; it belongs to the object that is open.
            path[-1] = json.loads(last)
            found.setdefault(".".join(path), line)
        elif piece in ("{", "["):
            path.append("")
        elif piece in ("}", "]"):
            path.pop()
        last = piece
    return found
