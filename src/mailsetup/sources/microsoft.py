"""Microsoft's central Autodiscover service, for callers who ask for it: it learns the address.

Never part of a look-up by itself (TRUST-12, SEC-10). Whoever has the user's consent names it::

    Options(sources=[*DEFAULT_SOURCES, MicrosoftAutodiscover()])

It is asked only if the domain's MX leads to Microsoft 365: for many addresses it answers with the same URL whether or
not the mailbox exists, so that its word alone proves nothing (AD-T13). It names no IMAP or SMTP servers, only
services.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mailsetup.errors import InvalidDocument
from mailsetup.formats import autodiscover as ad
from mailsetup.formats import mx
from mailsetup.model import Finding, Hosting, Learned, Status, Trust
from mailsetup.net.interface import Answered, MxRecord, Request
from mailsetup.providers.database import bundled
from mailsetup.providers.hosting import hoster_of
from mailsetup.sources.documents import not_a_document
from mailsetup.sources.records import without_records
from mailsetup.sources.together import PATIENCE, all_of, failed, first_found

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network

HOST: Final = "outlook.office365.com"
PROVIDER: Final = "microsoft-365"
PROTOCOLS: Final = ("Ews", "ActiveSync")


class MicrosoftAutodiscover:
    """A source of the caller's own choice. Building it is the consent that Microsoft learns the address."""

    name: str = "microsoft-autodiscover"

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask for the Exchange services of a mailbox at Microsoft 365."""
        answer = await network.resolver.resolve(address.domain, "MX")
        if answer.status is not Answered.FOUND:
            return without_records(answer)
        reading = mx.read(record for record in answer.records if isinstance(record, MxRecord))
        hoster = hoster_of(Hosting(exchangers=reading.exchangers), bundled())
        if hoster is None or hoster.entry.id != PROVIDER:
            detail = f"The MX of {address.domain} does not lead to Microsoft 365, so Microsoft was not asked."
            return Finding(status=Status.SKIPPED, reason="not-at-microsoft", detail=detail)
        asks = [partial(self._ask, name, address, network) for name in PROTOCOLS]
        findings = await all_of(asks, seconds=PATIENCE)
        services = tuple(service for finding in findings for service in finding.services)
        return first_found(findings).model_copy(update={"services": services})

    async def _ask(self, name: str, address: Address, network: Network) -> Finding:
        url = ad.json_url(HOST, address, protocol=name)
        response = await network.fetcher.fetch(Request(url, follow="none", learned=Learned.ADDRESS))
        if response.status != 200:
            return failed(not_a_document(response))
        try:
            answer = ad.parse_json(response.body, address=address)
        except InvalidDocument as error:
            return Finding(status=Status.ABSENT, reason=error.code, detail=error.reason)
        if not isinstance(answer, ad.Settings) or not answer.services:
            return Finding(status=Status.ABSENT, reason="no-service", detail=f"There is no {name} for this address.")
        claim = {"trust": Trust.VOUCHED, "sources": (self.name,), "provenance": (url,)}
        services = tuple(service.model_copy(update=claim) for service in answer.services)
        return Finding(status=Status.FOUND, services=services)
