"""Writes a POX response, for domains that want to serve Outlook and its like.

TLS is written as readers of this format understand it: ``SSL`` is on for every server, ``Encryption`` tells implicit
TLS (``SSL``) from STARTTLS (``TLS``). What is without encryption is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from mailsetup.formats.autodiscover.request import ENVELOPE_SCHEMA, OUTLOOK, RESPONSE_SCHEMAS
from mailsetup.model import Auth, Protocol, Security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.model import Server, Service

_TYPES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3", Protocol.SMTP: "SMTP"}
_ENCRYPTIONS = {Security.TLS: "SSL", Security.STARTTLS: "TLS"}


def render(*, servers: Iterable[Server], services: Iterable[Service] = (), display_name: str = "") -> bytes:
    """Write a response with the settings of one user; user names are written as they are given."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<Autodiscover xmlns="{ENVELOPE_SCHEMA}">',
        f'  <Response xmlns="{RESPONSE_SCHEMAS[OUTLOOK]}">',
    ]
    if display_name:
        lines += ["    <User>", f"      <DisplayName>{escape(display_name)}</DisplayName>", "    </User>"]
    lines += ["    <Account>", "      <AccountType>email</AccountType>", "      <Action>settings</Action>"]
    for server in servers:
        lines += _server(server)
    for service in services:
        lines += _service(service)
    lines += ["    </Account>", "  </Response>", "</Autodiscover>"]
    return ("\n".join(lines) + "\n").encode()


def _server(server: Server) -> Iterator[str]:
    if server.protocol not in _TYPES or server.security not in _ENCRYPTIONS:
        return
    values = {"Type": _TYPES[server.protocol], "Server": server.hostname, "Port": str(server.port)}
    if server.username is not None:
        values["LoginName"] = server.username
    values |= {"DomainRequired": "off", "SPA": "off", "SSL": "on", "Encryption": _ENCRYPTIONS[server.security]}
    values["AuthRequired"] = "off" if server.auth == (Auth.NONE,) else "on"
    yield from _protocol(values)


def _service(service: Service) -> Iterator[str]:
    if service.url and service.protocol is Protocol.EWS:
        yield from _protocol({"Type": "EXPR", "EwsUrl": service.url})
    elif service.url and service.protocol is Protocol.ACTIVESYNC:
        yield from _protocol({"Type": "MobileSync", "Url": service.url})


def _protocol(values: dict[str, str]) -> Iterator[str]:
    yield "      <Protocol>"
    yield from (f"        <{name}>{escape(value)}</{name}>" for name, value in values.items())
    yield "      </Protocol>"
