"""The bundled provider database, by exact domain and by domain pattern.

An exact domain is trust 3 and settles the matter: the database is part of a release the user chose (TRUST-02). A
pattern is a family resemblance, so it is one step weaker and does not end the asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.providers.database import bundled
from mailsetup.sources.entries import finding_of

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options


def look_up(address: Address, options: Options, /) -> Finding:  # noqa: ARG001  (the interface's signature)
    """Answer from the bundled database."""
    database = bundled()
    entry = database.by_domain(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, final=True)
    entry = database.by_pattern(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.VOUCHED)
    return Finding(status=Status.ABSENT, reason="not-listed")
