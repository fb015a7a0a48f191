"""Whose answers they are: what was heard from one resolver, over one way, is nobody else's (OPS-01).

A scope is a digest of everything in ``Options`` that could make the same question be answered differently: name
servers, DNS over HTTPS, validation; for documents also authorities, proxy and address policy. What the options leave to
the system is looked up, so that a change of network with other name servers changes the scope.

An ``ssl_context`` of the caller's own cannot be told apart from another, so what came through one is not kept.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import Options
    from mailsetup.net.dns.servers import Nameserver


class Scopes(NamedTuple):
    """Scopes of one call; ``None`` where nothing may be kept."""

    dns: str | None
    web: str | None


def scopes(options: Options, servers: Iterable[Nameserver], /) -> Scopes:
    """Give the scopes of a call that asks ``servers``, or the DNS-over-HTTPS server of its options."""
    asked: list[object] = [[(one.address, one.port) for one in servers], _bare(options.doh_url), options.dnssec]
    way: list[object] = [_bare(options.proxy), options.allow_private_addresses, _authorities(options)]
    by_https = options.doh_url is not None
    is_nameless = options.ssl_context is not None
    dns = None if by_https and is_nameless else _digest("dns", asked, way if by_https else [])
    return Scopes(dns, None if is_nameless else _digest("web", asked, way))


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _bare(url: str | None) -> str | None:
    """Leave out user name and password: not even their digest is kept."""
    return None if url is None else urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2]).geturl()


def _authorities(options: Options) -> str | None:
    return None if options.ca_file is None else sha256(options.ca_file.read_bytes()).hexdigest()
