"""Reads the autoconfig document at each place where one is looked for, one by one (AC-01 to AC-07).

A look-up stops at the first document. An audit wants them all, http too: some programs still ask there, with the
address. We ask without it, so that no audit shows it on an open line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from mailsetup.audit.evidence import Document
from mailsetup.audit.places import AUTOCONFIG_HOST
from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats import autoconfig
from mailsetup.model import Finding, Learned, SourceName, Status, Trust
from mailsetup.net.interface import Request
from mailsetup.sources.documents import finding_of, not_a_document, require_registrable, trust_of, unusable
from mailsetup.sources.together import failed

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network


async def read_document(place: str, address: Address, network: Network, /, *, share_address: bool) -> Document:
    """Fetch the document at one of ``AUTOCONFIG_PLACES``, and read it. Whatever goes wrong is in the result."""
    url = place.format(domain=address.domain)
    try:
        require_registrable(address.domain)
        response = await network.fetcher.fetch(_request(place, url, address, share_address=share_address))
    except NetworkError as error:
        return Document(url, failure=error)
    if response.status != 200:
        return Document(url, response, failure=not_a_document(response))
    try:
        return Document(url, response, reading=autoconfig.parse(response.body, address=address))
    except InvalidDocument as error:
        return Document(url, response, broken=error)


def _request(place: str, url: str, address: Address, *, share_address: bool) -> Request:
    if place == AUTOCONFIG_HOST and share_address:
        return Request(f"{url}?emailaddress={quote(address.ascii, safe='')}", learned=Learned.ADDRESS)
    return Request(url)


def finding_in(document: Document, /) -> Finding:
    """Make the finding that the document amounts to, with the trust of the way it came."""
    if document.failure is not None:
        return failed(document.failure)
    assert document.response is not None  # noqa: S101  (it is there unless there was a failure)
    if document.broken is not None:
        return unusable(document.broken, url=document.response.url)
    if document.reading is None:
        return Finding(status=Status.ABSENT, reason="not-config")
    return finding_of(
        document.reading,
        source=SourceName.AUTOCONFIG,
        trust=trust_of(document.response, most=Trust.AUTHENTICATED),
        provenance=document.response.hops or (document.url,),
    )
