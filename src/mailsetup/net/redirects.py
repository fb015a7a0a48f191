"""The redirect policy (SEC-05), once for every ``Fetcher``: the real one, the traced one, the fake one.

Rules:

* https only, whatever the request began with; a hop to anything else ends in ``redirect-to-http``;
* at most ``max_redirects`` hops, then ``redirect-loop``;
* method and body stay as they are, except that 303 turns POST into GET (RFC 9110 section 15.4.4); PROPFIND stays
  PROPFIND in every case (DAV-05);
* no credential is ever sent, so none has to be dropped.

It opens no connection: the caller gives the function that fetches one hop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from mailsetup.names import ascii_name
from mailsetup.net.failures import failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mailsetup.net.interface import Request, Response

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses that lead elsewhere when they carry a ``Location`` (RFC 9110 section 15.4)."""


async def follow(request: Request, /, *, fetch_one: Callable[[Request], Awaitable[Response]]) -> Response:
    """Fetch ``request``, hop by hop, as its ``follow`` and ``max_redirects`` allow.

    Raises:
        NetworkError: ``redirect-to-http``, ``redirect-loop``, ``bad-redirect``, and whatever ``fetch_one`` raises.
    """
    if request.follow == "none":
        response = await fetch_one(request)
        return response if response.hops == (request.url,) else replace(response, hops=(request.url,))
    hops = [request.url]
    response = await fetch_one(replace(request, follow="none"))
    while response.status in REDIRECTS and response.location:
        if len(hops) > request.max_redirects:
            raise failure("redirect-loop", f"{request.url} redirects more than {request.max_redirects} times.")
        request = next_hop(request, response)
        hops.append(request.url)
        response = await fetch_one(replace(request, follow="none"))
    return replace(response, url=hops[-1], hops=tuple(hops))


def next_hop(request: Request, response: Response, /) -> Request:
    """Write the request that ``response`` redirects ``request`` to."""
    url = redirect_target(request.url, response.location or "")
    if response.status == 303 and request.method == "POST":
        return replace(request, url=url, method="GET", body=b"")
    return replace(request, url=url)


def redirect_target(base: str, location: str, /) -> str:
    """Give the absolute https URL that ``location`` means at ``base``, host in A-labels, without a fragment.

    Raises:
        NetworkError: ``redirect-to-http``, or ``bad-redirect`` where it is not a URL of a host.
    """
    try:
        parts = urlsplit(urljoin(base, location.strip()))
        host, port = parts.hostname or "", parts.port
        if parts.scheme != "https" and host:
            raise failure("redirect-to-http", f"{base} redirects to {parts.scheme}, not to https.")
        if "@" in parts.netloc or not location.strip().isprintable():
            raise failure("bad-redirect")
        host = f"[{host}]" if ":" in host else ascii_name(host)
    except ValueError as error:
        raise failure("bad-redirect", f"{base} redirects to something that is not a URL.") from error
    netloc = host if port in (None, 443) else f"{host}:{port}"
    return urlunsplit(("https", netloc, parts.path or "/", parts.query, ""))
