"""JMAP, CalDAV and CardDAV where no SRV record names them: the well-known URLs of the bare domain (SRV-17, DAV-07).

They are asked without credentials, over https, redirects followed. A challenge (401), a DAV answer (207) or a JMAP
session counts; a web page, however friendly its status, does not. A site that answers 401 to all of them alike asks for
a login for everything, and proves nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import anyio

from mailsetup.errors import NetworkError
from mailsetup.model import OAuth, Protocol, Service
from mailsetup.net.interface import Request
from mailsetup.sources import oauth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.net.interface import Network, Response

PROPFIND = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'
)
"""The property that only a DAV server has an answer to (DAV-05)."""

PATHS = {
    Protocol.JMAP: "/.well-known/jmap",
    Protocol.CALDAV: "/.well-known/caldav",
    Protocol.CARDDAV: "/.well-known/carddav",
}
MAX_BODY = 64 * 1024
"""Octets; a JMAP session without an account is small."""


class Seen(NamedTuple):
    """A service that answered."""

    service: Service
    challenged: bool
    """It answered 401."""
    redirected: bool
    oauth: OAuth | None


async def ask(domain: str, network: Network, seen: list[Seen], /) -> None:
    """Ask all three at once; what answers is added to ``seen`` as it comes, so that a deadline loses only the rest."""

    async def one(protocol: Protocol) -> None:
        request = _request(protocol, f"https://{domain}{PATHS[protocol]}")
        try:
            response = await network.fetcher.fetch(request)
        except NetworkError:
            return
        if _is_alive(protocol, response):
            service = Service(protocol=protocol, url=request.url)
            facts = await oauth.of_resource(response, network) if response.status == 401 else None
            seen.append(Seen(service, response.status == 401, len(response.hops) > 1, facts))

    async with anyio.create_task_group() as group:
        for protocol in PATHS:
            group.start_soon(one, protocol)


def credible(seen: Iterable[Seen], /) -> list[Seen]:
    """Drop everything if all of it is the same bare 401: that is a web site behind a login."""
    seen = list(seen)
    wall = len(seen) == len(PATHS) and all(one.challenged and not one.redirected for one in seen)
    return [] if wall else seen


def _request(protocol: Protocol, url: str) -> Request:
    if protocol is Protocol.JMAP:
        return Request(url, headers={"Accept": "application/json"}, max_bytes=MAX_BODY)
    headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
    return Request(url, "PROPFIND", headers, PROPFIND, max_bytes=MAX_BODY)


def _is_alive(protocol: Protocol, response: Response) -> bool:
    if response.status == 401:
        return True
    if protocol is not Protocol.JMAP:
        return response.status == 207
    return response.status == 200 and _is_session(response.body)


def _is_session(body: bytes) -> bool:
    """RFC 8620 section 2: a JSON object with the core capability (DAV-11)."""
    try:
        session = json.loads(body)
    except (ValueError, RecursionError):
        return False
    capabilities = session.get("capabilities") if isinstance(session, dict) else None
    return isinstance(capabilities, dict) and "urn:ietf:params:jmap:core" in capabilities
