"""Writes the SRV (and TXT) records that a domain's owner should publish, as lines of a zone file.

Mail protocols that are not offered get the record that says so (RFC 6186 section 3.4), unless that is not wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailsetup.formats.srv.words import DAV_LABELS, LABELS, SERVERS
from mailsetup.model import Security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.formats.srv.words import Label
    from mailsetup.model import Protocol, Server, Service

STEP = 10
"""Between priorities, so that something can be put in between later."""


def zone_lines(
    domain: str,
    /,
    *,
    servers: Iterable[Server],
    services: Iterable[Service] = (),
    ttl: int = 3600,
    deny_missing: bool = True,
) -> tuple[str, ...]:
    """Write the records for ``domain`` (A-labels), in the servers' order of preference.

    Incoming protocols are ranked against each other: the one that stands first gets the better priorities.
    """
    servers, services = list(servers), list(services)
    incoming = list(dict.fromkeys(server.protocol for server in servers if server.protocol in SERVERS))
    lines: list[str] = []
    for name, label in LABELS.items():
        if label.security is Security.NONE:
            continue
        owner = f"{name}.{domain}. {ttl} IN"
        targets = list(_targets(label, servers, services))
        for index, (port, hostname) in enumerate(targets):
            rank = incoming.index(label.protocol) if label.protocol in incoming else 0
            lines.append(f"{owner} SRV {(rank + index) * STEP} 1 {port} {hostname}.")
        if not targets and deny_missing and label.protocol in SERVERS:
            lines.append(f"{owner} SRV 0 0 0 .")
        if name in DAV_LABELS:
            lines += [f'{owner} TXT "path={path}"' for path in _paths(label.protocol, services)[:1]]
    return tuple(lines)


def _targets(label: Label, servers: list[Server], services: list[Service]) -> Iterator[tuple[int, str]]:
    """Port and host of everything that belongs to a label, each once."""
    found: dict[tuple[int, str], None] = {}
    for server in servers:
        if (server.protocol, server.security) == (label.protocol, label.security) and "%" not in server.hostname:
            found[server.port, server.hostname] = None
    for service in services:
        if service.protocol is not label.protocol:
            continue
        if label.well_known and service.url and "%" not in service.url:
            parts = urlsplit(service.url)
            found[parts.port or 443, parts.hostname or ""] = None
        elif not label.well_known and service.hostname and service.security is label.security:
            found[service.port or label.port, service.hostname] = None
    return iter(found)


def _paths(protocol: Protocol, services: list[Service]) -> list[str]:
    urls = [service.url for service in services if service.protocol is protocol and service.url]
    paths = [urlsplit(url).path for url in urls if "%" not in url]
    return [path for path in paths if path and not path.startswith("/.well-known/")]
