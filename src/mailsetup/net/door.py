"""The real network, put together from ``Options``, and taken down without a trace."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailsetup.errors import InvalidOptions
from mailsetup.net.cache import Cache
from mailsetup.net.connect import TcpConnector
from mailsetup.net.dial import Dialer
from mailsetup.net.dns import DnsResolver, DohServer, nameservers
from mailsetup.net.http import PER_HOST, REQUEST_TIMEOUT, HttpFetcher
from mailsetup.net.interface import Network
from mailsetup.net.order import families
from mailsetup.net.proxy import Proxy, ProxyDialer
from mailsetup.net.tls import TlsClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mailsetup.model import Options
    from mailsetup.net.connect import Dials
    from mailsetup.net.dns.servers import Server
    from mailsetup.net.interface import Resolver

_PROXY_CONNECTIONS = 64
"""To the one address that everything goes to."""


@asynccontextmanager
async def open_network(options: Options, /, *, per_host: int = PER_HOST) -> AsyncIterator[Network]:
    """See ``mailsetup.net.open_network``."""
    if options.network is not None:
        yield options.network
        return
    client = TlsClient(ca_file=options.ca_file, context=options.ssl_context)
    proxy = Proxy.parse(options.proxy) if options.proxy else None
    opened: list[Dials | HttpFetcher | Cache] = []

    def web(resolver: Resolver, *, allow_private: bool) -> tuple[TcpConnector, HttpFetcher]:
        """Build connector and fetcher over ``resolver``, to be closed at the end."""
        dialer = _dialer(resolver, proxy, allow_private=allow_private, per_address=per_host)
        connector = TcpConnector(dialer, client=client)
        fetcher = HttpFetcher(connector, within=min(options.timeout, REQUEST_TIMEOUT), per_host=per_host)
        opened.extend((fetcher, dialer))
        return connector, fetcher

    try:
        system = nameservers(options.nameservers)
        plain = DnsResolver(system, meanwhile=client.context)
        servers: list[Server] = []
        if options.doh_url is not None:
            # Its own address can only come from elsewhere. It was chosen and not discovered, so it may be private.
            servers.append(DohServer(_https(options.doh_url), web(plain, allow_private=True)[1]))
        cache = Cache(options, servers=system)
        opened.append(cache)
        resolver = cache.resolver(_proving(DnsResolver(servers) if servers else plain, dnssec=options.dnssec))
        connector, fetcher = web(resolver, allow_private=options.allow_private_addresses)
        yield Network(resolver, cache.fetcher(fetcher), connector, cache.noticed)
    finally:
        for each in opened:
            each.close()


def _proving(resolver: DnsResolver, *, dnssec: bool) -> Resolver:
    if not dnssec:
        return resolver
    from mailsetup.net.dns.dnssec import ValidatingResolver  # nothing else needs dnspython

    return ValidatingResolver(resolver)


def _dialer(resolver: Resolver, proxy: Proxy | None, *, allow_private: bool, per_address: int) -> Dials:
    direct = Dialer(resolver, allow_private=allow_private, per_address=per_address, families=families())
    if proxy is None:
        return direct
    way = Dialer(
        resolver, per_address=_PROXY_CONNECTIONS, families=families()
    )  # the proxy is the user's choice, wherever it is
    return ProxyDialer(proxy, way=way, check=None if allow_private else direct)


def _https(url: str) -> str:
    if not url.isascii() or urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise InvalidOptions(f"{url!r} is not the https URL of a DNS server")
    return url
