"""How to get a token, where a trusted document names only the issuer: RFC 8414 metadata, or OpenID Connect's.

Not a source of its own: other sources complete their findings with it. Reported, never acted on; nothing about the
user is sent. An issuer is looked up only where the domain itself named it over an authenticated channel (OA-15), no
redirect is followed (OA-04), and the servers of the finding never wait longer for it than ``PATIENCE``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio

from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats.oauth import metadata_urls, parse_metadata, parse_resource, resource_metadata_from
from mailsetup.model import OAuth, Trust
from mailsetup.names import same_registrable_domain
from mailsetup.net.interface import Request
from mailsetup.sources.documents import fetch_document
from mailsetup.sources.together import both

if TYPE_CHECKING:
    from mailsetup.model import Finding
    from mailsetup.net.interface import Network, Response

PATIENCE = 0.75
"""Seconds; a finding waits no longer for metadata. A fetch from a live host takes four round trips."""

MAX_METADATA = 64 * 1024
"""Octets of a metadata document; real ones have below 4 KiB."""


async def completed(finding: Finding, network: Network, /, *, trust: Trust) -> Finding:
    """Complete the OAuth facts of a finding that names an issuer without endpoints, if its source may say so."""
    known = finding.oauth
    if known is None or trust < Trust.AUTHENTICATED or not known.issuer or known.authorization_url:
        return finding
    looked_up = await of_issuer(known.issuer, network)
    if looked_up is None:
        return finding
    facts = {**looked_up.model_dump(), "source": known.source, "scopes": known.scopes or looked_up.scopes}
    return finding.model_copy(update={"oauth": OAuth(**facts)})


async def of_issuer(issuer: str, network: Network, /) -> OAuth | None:
    """Look an issuer up, both forms of its metadata URL at once, the RFC 8414 one preferred (OA-01, OA-03)."""
    try:
        urls = metadata_urls(issuer)
    except InvalidDocument:
        return None  # a bare host name is a label for people, not an RFC 8414 issuer (AC-48)
    with anyio.move_on_after(PATIENCE):
        first, second = (partial(_metadata, url, issuer, network) for url in urls)
        preferred, fallback = await both(first, second)
        return preferred or fallback
    return None


async def _metadata(url: str, issuer: str, network: Network) -> OAuth | None:
    try:
        response = await fetch_document(network, Request(url, follow="none", max_bytes=MAX_METADATA))
        return parse_metadata(response.body, issuer=issuer)
    except (NetworkError, InvalidDocument):
        return None


async def of_resource(refusal: Response, network: Network, /) -> OAuth | None:
    """Follow the challenge of an HTTP resource that answered 401 to its issuer (RFC 9728, OA-08).

    The metadata must be of the resource's own registrable domain: a challenge may not send us anywhere it likes.
    """
    url = resource_metadata_from((refusal.headers.get("www-authenticate", ""),))
    if url is None or not same_registrable_domain(_host(url), _host(refusal.url)):
        return None
    with anyio.move_on_after(PATIENCE):
        try:
            response = await fetch_document(network, Request(url, follow="none", max_bytes=MAX_METADATA))
            resource = parse_resource(response.body, resource=refusal.url)
        except (NetworkError, InvalidDocument):
            return None
        return await of_issuer(resource.authorization_servers[0], network)
    return None


def _host(url: str) -> str:
    return url.split("/")[2].partition(":")[0]
