"""From DNS facts about a domain's mail to the bundled provider that holds its mailboxes. Pure.

The best exchanger decides, if it belongs to somebody who holds mailboxes. A gateway or forwarder in front, or an
exchanger that nobody knows, says nothing; then the hints do: where ``autoconfig`` and ``autodiscover`` are aliases to,
another exchanger behind the first, and last whom SPF allows to send. SPF names everybody who sends for the domain, so
it counts only if exactly one of them holds mailboxes; and behind an unknown exchanger only if all of them are known,
since one that nobody knows may be the very hoster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import Hosting
    from mailsetup.providers.database import Database, Entry


class Hoster(NamedTuple):
    """Who holds the mailboxes, and what gave it away."""

    entry: Entry
    via: str
    """The fact, for the provenance: ``MX aspmx.l.google.com``."""
    certain: bool = True
    """False for SPF behind an unknown exchanger: only a good guess."""


def hoster_of(hosting: Hosting, database: Database, /) -> Hoster | None:
    """Find the provider of the mailboxes; ``None`` where the facts do not lead to one."""
    if not hosting.exchangers:
        return None
    best, *others = [exchanger.hostname for exchanger in hosting.exchangers]
    filtered = filter_of(hosting, database) is not None
    return (
        _by_mx((best,), database)
        or _by_alias(hosting.hints, database)
        or (_by_mx(others, database) if filtered else None)
        or _by_spf(hosting.hints, database, filtered=filtered)
    )


def filter_of(hosting: Hosting, database: Database, /) -> Entry | None:
    """Find the gateway or forwarder that the mail goes through first."""
    best = next((exchanger.hostname for exchanger in hosting.exchangers), "")
    entry = database.by_mx(best) if best else None
    return None if entry is None or entry.has_mailboxes else entry


def _by_mx(exchangers: Iterable[str], database: Database) -> Hoster | None:
    for exchanger in exchangers:
        entry = database.by_mx(exchanger)
        if entry is not None and entry.has_mailboxes:
            return Hoster(entry, f"MX {exchanger}")
    return None


def _by_alias(hints: Iterable[str], database: Database) -> Hoster | None:
    for hint in hints:
        entry = database.by_hint("autoconfig", hint) or database.by_hint("autodiscover", hint)
        if entry is not None and entry.has_mailboxes:
            return Hoster(entry, f"CNAME {hint}")
    return None


def _by_spf(hints: Iterable[str], database: Database, *, filtered: bool) -> Hoster | None:
    found: dict[str, Hoster] = {}
    for hint in hints:
        entry = database.by_hint("spf", hint) or database.by_mx(hint)
        if entry is None and not filtered:
            return None
        if entry is not None and entry.has_mailboxes:
            found.setdefault(entry.id, Hoster(entry, f"SPF {hint}", certain=filtered))
    return next(iter(found.values())) if len(found) == 1 else None
