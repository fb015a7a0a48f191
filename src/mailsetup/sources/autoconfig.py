"""Mozilla-style autoconfig at the domain itself, or at a hoster's name (AC-01 to AC-07, AC-11).

For the address's own domain two https places are asked at once, and the first one wins if both have a document:
``autoconfig.DOMAIN`` (which may learn the address, over https, if the user shares it) and the well-known path of the
bare domain (which never does). Only when both have nothing, and only with ``allow_http``, the first name is asked
over http, without the address; that answer has trust 0. For a hoster's name, only the first place is asked, without
the address.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats import autoconfig
from mailsetup.model import Finding, Learned, SourceName, Status, Trust
from mailsetup.net.interface import Request
from mailsetup.sources import oauth
from mailsetup.sources.documents import (
    bare,
    fetch_document,
    finding_of,
    not_a_document,
    require_registrable,
    trust_of,
    unusable,
)
from mailsetup.sources.sharing import WOULD_LEAVE, fetch_sharing
from mailsetup.sources.together import best_of, first_found, in_time, patience

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Network, Response
    from mailsetup.plan import Step

FILE = "mail/config-v1.1.xml"


class Autoconfig:
    """The ``autoconfig`` source for one domain."""

    name: str = SourceName.AUTOCONFIG

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._options = options

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask the places in question and answer with the best document."""
        require_registrable(self._step.domain)
        seconds = patience(self._options)
        asks = [partial(self._read, request, address, network) for request in self._requests(address)]
        findings = await best_of(asks, grace=self._options.grace, seconds=seconds)
        nothing = all(finding.status is not Status.FOUND for finding in findings)
        if nothing and self._options.allow_http and self._is_own(address):
            by_http = partial(self._read, self._http_request(), address, network)
            findings.append(await in_time(by_http, seconds=seconds))
        return first_found(findings)

    def _is_own(self, address: Address) -> bool:
        return self._step.domain == address.domain

    def _requests(self, address: Address) -> list[Request]:
        first = f"https://autoconfig.{self._step.domain}/{FILE}"
        if not self._is_own(address):
            return [Request(first)]
        # AC-20: nothing but unreserved characters stays as it is, so that ``+`` and ``&`` arrive as they were typed.
        asked = Request(f"{first}?emailaddress={quote(address.ascii, safe='')}", learned=Learned.ADDRESS)
        well_known = Request(f"https://{self._step.domain}/.well-known/autoconfig/{FILE}")
        return [asked if self._options.share_address else Request(first), well_known]

    def _http_request(self) -> Request:
        return Request(f"http://autoconfig.{self._step.domain}/{FILE}")

    async def _fetch(self, request: Request, address: Address, network: Network) -> Response:
        if request.learned is not Learned.ADDRESS:
            return await fetch_document(network, request)
        try:
            response = await fetch_sharing(network, request, address=address)
        except NetworkError as error:
            if error.reason != WOULD_LEAVE:
                raise
            # Asked without the address, the same redirect cannot carry it.
            return await fetch_document(network, Request(bare(request.url)))
        if response.status != 200:
            raise not_a_document(response)
        return response

    async def _read(self, request: Request, address: Address, network: Network) -> Finding:
        response = await self._fetch(request, address, network)
        try:
            config = autoconfig.parse(response.body, address=address)
        except InvalidDocument as error:
            return unusable(error, url=response.url)
        trust = min(trust_of(response, most=Trust.AUTHENTICATED), self._step.ceiling)
        finding = finding_of(
            config, source=SourceName.AUTOCONFIG, trust=trust, provenance=(*self._step.via, *response.hops)
        )
        return await oauth.completed(finding, network, trust=trust)
