"""The ISPDB, Thunderbird's public provider database, or another database with the same shape (AC-08).

It is asked for a domain and never learns more. It is a third party that we chose, so its word is vouched for
(TRUST-05); asked about a hoster's name that came from the MX, the ceiling of the step says how much less that is
(AC-12).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats import autoconfig
from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.net.interface import Request
from mailsetup.sources.documents import fetch_document, finding_of, trust_of, unusable
from mailsetup.sources.together import in_time, patience

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Network
    from mailsetup.plan import Step


class Ispdb:
    """The ``ispdb`` source for one domain."""

    name: str = SourceName.ISPDB

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._options = options

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask for the domain's entry."""
        base = self._options.ispdb_url
        if base is None:
            return Finding(status=Status.SKIPPED, reason="switched-off")
        url = f"{base.rstrip('/')}/{self._step.domain}"
        return await in_time(partial(self._read, url, address, network), seconds=patience(self._options))

    async def _read(self, url: str, address: Address, network: Network) -> Finding:
        response = await fetch_document(network, Request(url))
        try:
            config = autoconfig.parse(response.body, address=address)
        except InvalidDocument as error:
            return unusable(error, url=response.url)
        trust = min(trust_of(response, most=Trust.VOUCHED), self._step.ceiling)
        return finding_of(config, source=SourceName.ISPDB, trust=trust, provenance=(*self._step.via, *response.hops))
