"""The provider database, bundled or fetched since, by exact domain and by domain pattern.

An exact domain is trust 3 and settles the matter: the database is part of a release the user chose, or signed by a key
that is (TRUST-02). A pattern is a family resemblance, so it is one step weaker and does not end the asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.problems import problem
from mailsetup.providers.in_use import choice
from mailsetup.sources.entries import finding_of

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options, Problem


def look_up(address: Address, options: Options, /) -> Finding:  # noqa: ARG001  (the interface's signature)
    """Answer from the database in use; say if a newer one is there and cannot be used."""
    finding = _look_up(address)
    broken = _about_broken_data()
    return finding.model_copy(update={"problems": (*finding.problems, *broken)}) if broken else finding


def _look_up(address: Address) -> Finding:
    database = choice().database
    entry = database.by_domain(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, final=True)
    entry = database.by_pattern(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.VOUCHED)
    return Finding(status=Status.ABSENT, reason="not-listed")


def _about_broken_data() -> tuple[Problem, ...]:
    _, _, path, fault = choice()
    if path is None:
        return ()
    return (problem("provider-data-broken", subject=str(path), file=str(path), reason=fault),)
