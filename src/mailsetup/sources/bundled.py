"""The provider database, bundled or fetched since, by exact domain and by domain pattern.

An exact domain is trust 3 and settles the matter: the database is part of a release the user chose, or signed by a key
that is (TRUST-02). A pattern is a family resemblance, so it is one step weaker and does not end the asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.problems import problem
from mailsetup.providers.in_use import choice
from mailsetup.sources.entries import finding_of

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options, Problem
    from mailsetup.providers.database import Entry


class Listing(NamedTuple):
    """A provider's record that covers a domain."""

    entry: Entry
    is_exact: bool
    """By name, not by a pattern."""


def look_up(address: Address, options: Options, /) -> Finding:  # noqa: ARG001  (the interface's signature)
    """Answer from the database in use; say if a newer one is there and cannot be used."""
    return answer(address, listing(address.domain))


def listing(domain: str, /) -> Listing | None:
    """Find the record of a domain."""
    database = choice().database
    entry = database.by_domain(domain)
    if entry is not None:
        return Listing(entry, is_exact=True)
    entry = database.by_pattern(domain)
    return None if entry is None else Listing(entry, is_exact=False)


def answer(address: Address, listed: Listing | None, /) -> Finding:
    """Say what a record means for an address that it covers; say if a newer database is there and cannot be used."""
    finding = _finding(address, listed)
    broken = _about_broken_data()
    return finding.model_copy(update={"problems": (*finding.problems, *broken)}) if broken else finding


def _finding(address: Address, listed: Listing | None) -> Finding:
    if listed is None:
        return Finding(status=Status.ABSENT, reason="not-listed")
    trust = Trust.AUTHENTICATED if listed.is_exact else Trust.VOUCHED
    return finding_of(listed.entry, address, source=SourceName.BUNDLED, trust=trust, final=listed.is_exact)


def _about_broken_data() -> tuple[Problem, ...]:
    _, _, path, fault = choice()
    if path is None:
        return ()
    return (problem("provider-data-broken", subject=str(path), file=str(path), reason=fault),)
