"""A question that tells the address, kept to the address's own domain wherever redirects lead (SEC-10).

The domain itself may send us to its hoster, and hosters do redirect with the query they were given. Such a hop is not
taken: nobody but the address's own domain ever gets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus, urlsplit

from mailsetup.errors import NetworkError
from mailsetup.model import Learned, Status
from mailsetup.names import same_registrable_domain
from mailsetup.net.redirects import follow

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network, Request, Response

WOULD_LEAVE = "address-would-leave"
"""Reason of the ``NetworkError`` for a redirect that carries the address to another domain."""


async def fetch_sharing(network: Network, request: Request, /, *, address: Address) -> Response:
    """Fetch ``request``, whose URL holds the address, and follow redirects as far as the address may go.

    A hop to another registrable domain is taken only if its URL does not hold the address.

    Raises:
        NetworkError: ``address-would-leave``, and whatever the door raises.
    """

    async def hop(one: Request) -> Response:
        if same_registrable_domain(urlsplit(one.url).hostname or "", address.domain):
            return await network.fetcher.fetch(one)
        if _holds(one.url, address):
            sentence = f"The redirect of {urlsplit(request.url).hostname} carries the address to another domain."
            raise NetworkError(WOULD_LEAVE, sentence, status=Status.REFUSED)
        return await network.fetcher.fetch(replace(one, learned=Learned.DOMAIN))

    return await follow(request, fetch_one=hop)


def _holds(url: str, address: Address) -> bool:
    """Whether the local part can be read out of ``url``; a short one may be there by chance, which does no harm."""
    return any(address.local in read(url) for read in (unquote, unquote_plus))
