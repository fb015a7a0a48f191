"""Writes PACC documents. What the format cannot say is left out: other ports, STARTTLS, user names, a second server.

``smtp`` is written beside ``submit``, as many clients still read revision -02 and unknown members are skipped.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailsetup.formats.pacc.words import MAX_NAME, MAX_SHORT_NAME, SERVERS, SUBMIT, SUBMIT_02, URLS
from mailsetup.model import Auth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import OAuth, Provider, Server, Service


def render(
    *,
    servers: Iterable[Server],
    services: Iterable[Service] = (),
    provider: Provider | None = None,
    oauth: OAuth | None = None,
) -> bytes:
    """Write a PACC document: UTF-8, indented, with a final newline, which the digest covers like everything else.

    The first server of each protocol that has the implied port and implicit TLS is written. OAuth is written if the
    issuer is a URL, since the format takes an RFC 8414 issuer only.
    """
    servers, services = list(servers), list(services)
    document: dict[str, Any] = {
        "protocols": _protocols(servers, services),
        "authentication": _authentication(servers, services, oauth),
        "info": _info(provider),
    }
    text = json.dumps(
        {name: value for name, value in document.items() if value or name == "protocols"}, indent=2, ensure_ascii=False
    )
    return f"{text}\n".encode()


def _protocols(servers: list[Server], services: list[Service]) -> dict[str, Any]:
    protocols: dict[str, Any] = {}
    for name, implied in SERVERS.items():
        host = next(
            (s.hostname for s in servers if (s.protocol, s.port, s.security) == implied and "%" not in s.hostname), None
        )
        if host is not None:
            protocols[name] = {"host": host}
            if name == SUBMIT:
                protocols[SUBMIT_02] = {"host": host}
    for name, protocol in URLS.items():
        url = next((s.url for s in services if s.protocol is protocol and s.url and "%EMAIL" not in s.url), None)
        if url is not None:
            protocols[name] = {"url": url}
    return protocols


def _authentication(servers: list[Server], services: list[Service], oauth: OAuth | None) -> dict[str, Any]:
    stated = {auth for server in servers for auth in server.auth} | {
        auth for service in services for auth in service.auth
    }
    authentication: dict[str, Any] = {}
    if oauth is not None and oauth.issuer and oauth.issuer.startswith("https://"):
        authentication["oauth-public"] = {"issuer": oauth.issuer}
    if stated:
        authentication["password"] = bool(stated & {Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD})
    return authentication


def _info(provider: Provider | None) -> dict[str, Any]:
    if provider is None:
        return {}
    info: dict[str, Any] = {"provider": {"name": provider.name[:MAX_NAME]}}
    if provider.short_name:
        info["provider"]["shortName"] = provider.short_name[:MAX_SHORT_NAME]
    if provider.help:
        info["help"] = {"documentation": provider.help[0].url}
    return info
