"""How long an answer may be kept: DNS by its time to live, HTTP by the part of RFC 9111 that documents need. Pure.

A found answer is kept for as long as whoever gave it says, a day at most. A definite no is kept for five minutes to an
hour: it is what somebody is most likely to be mending just now (OPS-01). Zero, ``no-store`` and ``no-cache`` are
obeyed. Nothing is ever given out stale, and nothing is validated again: what is over is fetched anew.
"""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from mailsetup.model import Learned
from mailsetup.net.interface import Answered

if TYPE_CHECKING:
    from mailsetup.net.interface import Answer, Request, Response

LONGEST: Final = 24 * 3600.0
"""Seconds that anything is kept at most."""

NO_SHORTEST, NO_LONGEST = 300.0, 3600.0
"""Seconds that a definite no is kept, at least and at most."""

UNSAID: Final = 300.0
"""Seconds for a document whose server says nothing about it."""

HEURISTIC: Final = 0.1
"""Share of the time since a document was last changed (RFC 9111 section 4.2.2)."""

MAX_BODY: Final = 256 * 1024
"""Octets; a settings document is far smaller."""

FOUND: Final = frozenset({200, 203, 301, 308})
ABSENT: Final = frozenset({204, 404, 410})
ON_REQUEST: Final = frozenset({302, 303, 307})
"""Temporary redirects, kept only where the server asks for it (RFC 9110 section 15.4)."""


def answer_lifetime(answer: Answer, /) -> float:
    """Give the seconds that what DNS said may be kept; 0 for not at all.

    A "no" without its zone's SOA record has no time to live, and is not kept (RFC 2308 section 5).
    """
    if answer.status is Answered.FOUND:
        return min(max(float(answer.ttl), 0.0), LONGEST)
    return _no_lifetime(answer.ttl) if answer.is_no else 0.0


def is_keepable(request: Request, /) -> bool:
    """Whether the response to a request could be kept: nothing of the user in it, and nobody could have changed it."""
    return request.method == "GET" and request.learned is not Learned.ADDRESS and request.url.startswith("https://")


def response_lifetime(response: Response, /) -> float:
    """Give the seconds that a response may be kept; 0 for not at all."""
    if len(response.body) > MAX_BODY or "*" in response.headers.get("vary", ""):
        return 0.0
    said = _said_lifetime(response)
    if response.status in ABSENT:
        return _no_lifetime(UNSAID if said is None else said)
    if response.status in FOUND:
        return min(_guessed_lifetime(response) if said is None else said, LONGEST)
    return min(said or 0.0, LONGEST) if response.status in ON_REQUEST else 0.0


def _no_lifetime(said: float) -> float:
    return min(max(said, NO_SHORTEST), NO_LONGEST) if said > 0 else 0.0


def _said_lifetime(response: Response) -> float | None:
    """Read what the server says, less the time the response has spent in other caches (RFC 9111 section 4.2)."""
    directives = _directives(response.headers.get("cache-control", ""))
    if directives.keys() & {"no-store", "no-cache"}:
        return 0.0
    expires, lifetime = response.headers.get("expires"), None
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
    elif expires is not None:
        until, sent = _timestamp(expires), _timestamp(response.headers.get("date", ""))
        lifetime = 0.0 if until is None or sent is None else until - sent
    return None if lifetime is None else max(lifetime - _seconds(response.headers.get("age", "")), 0.0)


def _guessed_lifetime(response: Response) -> float:
    changed, sent = _timestamp(response.headers.get("last-modified", "")), _timestamp(response.headers.get("date", ""))
    return UNSAID if changed is None or sent is None else max(UNSAID, (sent - changed) * HEURISTIC)


def _directives(field: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in field.split(","))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _seconds(text: str) -> float:
    """Read a number of seconds; what is none counts as none (RFC 9111 section 4.2.1), which errs towards asking."""
    text = text.strip()
    return float(text[:12]) if text.isascii() and text.isdigit() else 0.0


def _timestamp(field: str) -> float | None:
    try:
        moment = parsedate_to_datetime(field)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
