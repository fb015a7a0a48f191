"""Writes ``clientConfig`` documents: for publishing, for other programs, and to check the provider data against.

User names and host names are written as they are given: templates stay templates. Version 1.1 is what every client
reads; version 1.2 adds the services. What the format cannot say is left out: trust, probes, requirements, the topic of
a help page, dynamic registration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

from mailsetup.formats.autoconfig.words import AUTH_NAMES, HTTP_AUTH_NAMES, SOCKET_TYPE_NAMES
from mailsetup.model import Auth, Protocol, Security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailsetup.address import Address
    from mailsetup.model import OAuth, Provider, Server, Service

Version = Literal["1.1", "1.2"]

_SERVERS = {Protocol.IMAP: "incomingServer", Protocol.POP3: "incomingServer", Protocol.SMTP: "outgoingServer"}
_IN_PROVIDER = {
    Protocol.JMAP: "jmap",
    Protocol.EWS: "ews",
    Protocol.ACTIVESYNC: "activeSync",
    Protocol.GRAPH: "graph",
    Protocol.OWA: "owa",
}
_IN_ROOT = {
    Protocol.CALDAV: ("calendar", "caldav"),
    Protocol.CARDDAV: ("addressbook", "carddav"),
    Protocol.WEBDAV: ("fileShare", "webdav"),
    Protocol.XMPP: ("chatServer", "xmpp"),
    Protocol.MATRIX: ("chatServer", "matrix"),
}
_IN_ROOT_TCP = {Protocol.XMPP: ("chatServer", "xmpptcp"), Protocol.MANAGESIEVE: ("setupServer", "managesieve")}


def render(
    *,
    servers: Iterable[Server],
    services: Iterable[Service] = (),
    provider: Provider | None = None,
    oauth: OAuth | None = None,
    domains: Sequence[str] = (),
    templates_for: Address | None = None,
    version: Version = "1.2",
) -> bytes:
    """Write an autoconfig document, UTF-8, with a final newline.

    ``templates_for`` turns user names that were filled in for this address back into placeholders, so that the document
    serves every user of the domain. Servers with alternative user names get one more section for each.
    """
    sections = list(servers)
    extra = [] if version == "1.1" else list(services)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<clientConfig version="{version}">']
    lines += _email_provider(sections, extra, provider, domains, _Names(templates_for))
    for server in sections:
        if server.protocol is Protocol.MANAGESIEVE and version != "1.1":
            lines += _tcp_section(1, "setupServer", "managesieve", server, _Names(templates_for)(server.username))
    for service in extra:
        lines += _root_section(service, _Names(templates_for))
    lines += _oauth(oauth)
    if provider is not None and provider.website:
        lines += ["  <webMail>", f"    <loginPage url={quoteattr(provider.website)}/>", "  </webMail>"]
    lines.append("</clientConfig>")
    return ("\n".join(lines) + "\n").encode()


class _Names:
    """User names as they are written: given as they are, or turned back into templates."""

    def __init__(self, address: Address | None) -> None:
        self.templates: dict[str, str] = {}
        if address is not None:
            self.templates = {
                address.local: "%EMAILLOCALPART%",
                address.ascii: "%EMAILADDRESS%",
                str(address): "%EMAILADDRESS%",
            }

    def __call__(self, username: str | None) -> str | None:
        return self.templates.get(username, username) if username is not None else None

    def of(self, server: Server) -> Iterator[str | None]:
        """Every user name of a server once, the best first."""
        yield from dict.fromkeys(map(self, (server.username, *server.username_alternatives)))


def _email_provider(
    servers: list[Server], services: list[Service], provider: Provider | None, domains: Sequence[str], names: _Names
) -> Iterator[str]:
    identifier = (provider.id if provider is not None else "") or (domains[0] if domains else "")
    yield f"  <emailProvider id={quoteattr(identifier)}>"
    for domain in domains:
        yield _leaf(2, "domain", domain)
    if provider is not None:
        yield _leaf(2, "displayName", provider.name)
        if provider.short_name:
            yield _leaf(2, "displayShortName", provider.short_name)
    for server in servers:
        element = _SERVERS.get(server.protocol)
        if element is not None:
            for username in names.of(server):
                yield from _tcp_section(2, element, server.protocol, server, username)
    for service in services:
        if service.protocol in _IN_PROVIDER and service.url:
            yield from _url_section(2, "incomingServer", _IN_PROVIDER[service.protocol], service, names)
    for page in provider.help if provider is not None else ():
        language = f" lang={quoteattr(page.language)}" if page.language else ""
        yield f"    <documentation url={quoteattr(page.url)}>"
        yield f"      <descr{language}>{escape(page.topic or page.url)}</descr>"
        yield "    </documentation>"
    yield "  </emailProvider>"


def _root_section(service: Service, names: _Names) -> Iterator[str]:
    if service.url and service.protocol in _IN_ROOT:
        yield from _url_section(1, *_IN_ROOT[service.protocol], service, names)
    elif service.hostname and service.protocol in _IN_ROOT_TCP:
        yield from _tcp_section(1, *_IN_ROOT_TCP[service.protocol], service, names(service.username))


def _tcp_section(level: int, element: str, kind: str, entry: Server | Service, username: str | None) -> Iterator[str]:
    indent = "  " * level
    yield f'{indent}<{element} type="{kind}">'
    yield _leaf(level + 1, "hostname", entry.hostname or "")
    if entry.port is not None:
        yield _leaf(level + 1, "port", str(entry.port))
    yield _leaf(level + 1, "socketType", SOCKET_TYPE_NAMES[Security(entry.security)])
    if username is not None:
        yield _leaf(level + 1, "username", username)
    for auth in entry.auth:
        yield _leaf(level + 1, "authentication", AUTH_NAMES[auth])
    yield f"{indent}</{element}>"


def _url_section(level: int, element: str, kind: str, service: Service, names: _Names) -> Iterator[str]:
    indent = "  " * level
    yield f'{indent}<{element} type="{kind}">'
    yield _leaf(level + 1, "url", service.url or "")
    username = names(service.username)
    if username is not None:
        yield _leaf(level + 1, "username", username)
    for auth in service.auth:
        yield _http_auth(level + 1, auth)
    yield f"{indent}</{element}>"


def _http_auth(level: int, auth: Auth) -> str:
    name = HTTP_AUTH_NAMES.get(auth)
    if name is None:
        return _leaf(level, "authentication", AUTH_NAMES[auth])
    return f'{"  " * level}<authentication system="http">{name}</authentication>'


def _oauth(oauth: OAuth | None) -> Iterator[str]:
    if oauth is None:
        return
    parts = {
        "issuer": oauth.issuer,
        "scope": " ".join(oauth.scopes),
        "authURL": oauth.authorization_url,
        "tokenURL": oauth.token_url,
    }
    yield "  <oAuth2>"
    yield from (_leaf(2, name, value) for name, value in parts.items() if value)
    yield "  </oAuth2>"


def _leaf(level: int, element: str, text: str) -> str:
    return f"{'  ' * level}<{element}>{escape(text)}</{element}>"
