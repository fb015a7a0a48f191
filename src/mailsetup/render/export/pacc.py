"""PACC: the document, and the TXT record with its digest (PACC-02, PACC-08).

Ports and TLS are implied: a server on another port or with STARTTLS cannot be said, nor can a user name, which is
always the whole address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats import pacc
from mailsetup.formats.pacc.words import SERVERS
from mailsetup.model import Protocol, Security
from mailsetup.render.export.choice import PASSWORDS, offered_logins
from mailsetup.render.export.contract import Export, ExportedFile, Exporter, text_file
from mailsetup.render.export.publishing import local_forms, published_address, published_servers
from mailsetup.render.export.sentences import note, refuse

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Server
    from mailsetup.render.export.contract import Wishes

PROGRAM = "PACC"
IMPLIED = {implied.protocol: implied.port for implied in SERVERS.values()}


def _expressible(discovery: Discovery) -> list[Server]:
    servers = published_servers(discovery, PROGRAM)
    fitting = [s for s in servers if s.security is Security.TLS and s.port == IMPLIED[s.protocol]]
    spoken = {server.protocol for server in fitting}
    for protocol in {server.protocol for server in servers} - spoken:
        if protocol is Protocol.SMTP or not spoken & {Protocol.IMAP, Protocol.POP3}:
            raise refuse("port", format=PROGRAM, protocol=protocol.upper(), security="SSL/TLS")
    address = published_address(discovery)
    for server in fitting:
        if server.username not in (None, *local_forms(address)):
            raise refuse("username-is-address", format=PROGRAM, username=str(server.username))
    _check_login(discovery, fitting)
    return fitting


def _check_login(discovery: Discovery, servers: list[Server]) -> None:
    """Refuse where OAuth2 alone is taken and no issuer is known: the document would say that nobody can log in."""
    issuer = discovery.oauth.issuer if discovery.oauth else None
    if issuer and issuer.startswith("https://"):
        return
    for server in servers:
        if not set(offered_logins(discovery, server)) & PASSWORDS:
            raise refuse("no-issuer", format=PROGRAM, hostname=server.hostname)


def write(discovery: Discovery, wishes: Wishes) -> Export:  # noqa: ARG001  (nothing to wish for here)
    """Make ``user-agent-configuration.json`` and the zone line."""
    servers = _expressible(discovery)
    body = pacc.render(servers=servers, services=discovery.services, provider=discovery.provider, oauth=discovery.oauth)
    document = ExportedFile("user-agent-configuration.json", body, "application/json")
    owner = f"_ua-auto-config.{discovery.domain}. 3600 IN"
    record = text_file("pacc.zone", [f'{owner} TXT "{pacc.record(body)}"'], media_type="text/dns")
    url = f"https://ua-auto-config.{discovery.domain}/.well-known/{document.name}"
    notes = (
        note("publish", file=document.name, url=url),
        note("zone", file=record.name, domain=discovery.domain),
        note("pair"),
        note("digest-first"),
    )
    return Export((document, record), notes)


PACC = Exporter("pacc", "PACC JSON with its TXT record", "publish", write)
