"""Server sections of an autoconfig document: each is read by itself, and a broken one costs only itself (AC-31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.errors import InvalidDocument
from mailsetup.formats.autoconfig.words import (
    AUTH_NAMES,
    AUTH_SYSTEMS,
    PORTS,
    QUIET,
    SECTIONS,
    SECURITIES,
    SOCKET_TYPE_NAMES,
    SOCKET_TYPES,
)
from mailsetup.formats.remarks import Remarks, Unusable, checked
from mailsetup.formats.templates import Templates, is_cut_short
from mailsetup.formats.values import port_number
from mailsetup.model import Auth, Protocol, Security, Server, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.formats.autoconfig.words import Kind
    from mailsetup.formats.xml import Element

_KNOWN_PARTS = frozenset({"hostname", "port", "sockettype", "username", "authentication"})
_URL_PARTS = frozenset({"url", "serverurl", "username", "authentication"})
_EXCHANGE_URLS = {"ewsurl": Protocol.EWS, "owaurl": Protocol.OWA, "easurl": Protocol.ACTIVESYNC}
_URL_SCHEMES = ("https", "wss")
_PLAIN_ON = {Security.TLS: frozenset({25, 110, 143, 587}), Security.STARTTLS: frozenset({465, 993, 995})}
_SECURITY_WORDS = {Security.TLS: "implicit TLS", Security.STARTTLS: "STARTTLS"}


MAX_ENTRIES = 64
"""Servers and services taken from one document; real ones have up to 12."""
MAX_USERNAMES = 8
"""User names of one server."""


class Sections:
    """The servers and services read so far."""

    def __init__(self, remarks: Remarks, templates: Templates) -> None:
        self.remarks = remarks
        self.templates = templates
        self.servers: dict[tuple[object, ...], Server] = {}
        self.services: dict[Service, None] = {}

    def read(self, section: Element) -> None:
        """Read one section, whatever it holds."""
        type_name = section.attributes.get("type", "")
        kind = SECTIONS[section.key].get(type_name.lower())
        if kind is None:
            self.remarks.add("unknown-type", section, value=type_name)
            return
        try:
            self._read_as(kind, section)
        except Unusable as error:
            self.remarks.unusable(error)

    def _read_as(self, kind: Kind, section: Element) -> None:
        if kind.shape == "exchange":
            self._exchange(section)
        elif kind.shape == "url" and section.first("url", "serverurl") is not None:
            self._url_service(kind.protocol, section)
        elif kind.shape == "url" and kind.protocol is not Protocol.XMPP:
            raise Unusable("missing", section, what="The URL")
        else:
            # The draft's own example gives type xmpp a host name (AC-34).
            self._host_and_port(kind, section)

    def _host_and_port(self, kind: Kind, section: Element) -> None:
        hostname = self._required(section, "hostname", "The host name")
        values: dict[str, Any] = {"protocol": kind.protocol}
        values["hostname"] = self._checked(self.templates.hostname, hostname, "bad-hostname")
        values["security"], values["port"] = self._security_and_port(kind.protocol, section)
        values["auth"] = self._auth(section)
        username, others = self._username(section)
        values["username"] = username
        self._skip_others(section, _KNOWN_PARTS)
        if kind.shape == "server":
            self._add_server(Server(username_alternatives=others, **values), section)
        else:
            self._add_service(Service(**values), section)

    def _url_service(self, protocol: Protocol, section: Element) -> None:
        element = section.first("url", "serverurl")
        assert element is not None  # noqa: S101  (the caller looked)
        auth = self._auth(section)
        username, _others = self._username(section)
        self._skip_others(section, _URL_PARTS)
        self._add_service(Service(protocol=protocol, url=self._url(element), username=username, auth=auth), section)

    def _exchange(self, section: Element) -> None:
        """The legacy type ``exchange``: several URLs in one section (AC-34)."""
        auth = self._auth(section)
        username, _others = self._username(section)
        found = False
        for element in section.all(*_EXCHANGE_URLS):
            found = True
            try:
                service = Service(
                    protocol=_EXCHANGE_URLS[element.key], url=self._url(element), username=username, auth=auth
                )
            except Unusable as error:
                self.remarks.unusable(error)
            else:
                self._add_service(service, element)
        if not found:
            raise Unusable("missing", section, what="The URL")

    def _url(self, element: Element) -> str:
        return self._checked(lambda text: self.templates.url(text, schemes=_URL_SCHEMES), element, "bad-url")

    def _security_and_port(self, protocol: Protocol, section: Element) -> tuple[Security, int]:
        element = section.first("port")
        port = None
        if element is not None and element.text:
            try:
                port = port_number(element.text)
            except InvalidDocument as error:
                raise Unusable("bad-port", element, value=element.text) from error
        security = self._socket_type(section)
        if security is None:
            security = SECURITIES.get((protocol, port or 0))
            if security is None:
                raise Unusable("missing", section, what="The connection security")
            self.remarks.add("assumed-security", section, value=SOCKET_TYPE_NAMES[security])
        if port is None:
            port = PORTS.get((protocol, security))
            if port is None:
                raise Unusable("missing", section, what="The port")
            self.remarks.add("assumed-port", section, value=str(port))
        self._remark_on(security, port, section)
        return security, port

    def _remark_on(self, security: Security, port: int, section: Element) -> None:
        if security is Security.NONE:
            self.remarks.add("plaintext", section)
        elif port in _PLAIN_ON[security]:
            self.remarks.add("port-security", section, value=str(port), what=_SECURITY_WORDS[security])

    def _socket_type(self, section: Element) -> Security | None:
        """Give the first connection security that is known (AC-40); ``None`` where none is stated."""
        unknown: list[Element] = []
        for element in section.all("sockettype"):
            security = SOCKET_TYPES.get(element.text.lower())
            if security is None and element.text:
                unknown.append(element)
            elif security is not None:
                self._remark_on_spelling(element, SOCKET_TYPE_NAMES[security])
                for skipped in unknown:
                    self.remarks.add("skipped-socket-type", skipped, value=skipped.text)
                return security
        if unknown:
            raise Unusable("unknown-socket-type", unknown[0], value=unknown[0].text)
        return None

    def _auth(self, section: Element) -> tuple[Auth, ...]:
        """Ways to log in, in the provider's order (AC-36); empty where none is stated."""
        known: dict[Auth, None] = {}
        stated = False
        for element in section.all("authentication"):
            if not element.text:
                continue
            stated = True
            auth = AUTH_SYSTEMS.get(element.attributes.get("system", "").lower(), {}).get(element.text.lower())
            if auth is None:
                self.remarks.add("unknown-auth", element, value=element.text)
                continue
            if "system" not in element.attributes:
                self._remark_on_spelling(element, AUTH_NAMES[auth])
            known[auth] = None
        if stated and not known:
            raise Unusable("no-supported-auth", section)
        return tuple(known)

    def _remark_on_spelling(self, element: Element, standard: str) -> None:
        if element.text != standard:
            self.remarks.add("legacy-value", element, value=element.text, what=standard)

    def _username(self, section: Element) -> tuple[str | None, tuple[str, ...]]:
        element = section.first("username")
        if element is None or not element.text:
            return None, ()
        if is_cut_short(element.text):
            self.remarks.add("truncated-placeholder", element, value=element.text)
        name = self._checked(self.templates.username, element, "bad-username")
        return name, self.templates.other_usernames(element.text)

    def _required(self, section: Element, key: str, what: str) -> Element:
        element = section.first(key)
        if element is None or not element.text:
            raise Unusable("missing", section, what=what)
        return element

    def _checked(self, check: Callable[[str], str], element: Element, code: str) -> str:
        return checked(check, element.text, element, code=code)

    def _skip_others(self, section: Element, known: frozenset[str]) -> None:
        for element in section.children:
            if element.key == "password":
                self.remarks.add("password-in-document", element)
            elif element.key not in known and element.key not in QUIET:
                self.remarks.add("unknown-element", element)

    def _add_server(self, server: Server, section: Element) -> None:
        """Take a server. The same one again under another user name is an alternative user name (AC-35)."""
        claim = (server.endpoint, server.auth)
        earlier = self.servers.get(claim)
        if earlier is None:
            self._count(section)
            self.servers[claim] = server
            return
        known = (earlier.username, *earlier.username_alternatives)
        new = tuple(name for name in (server.username, *server.username_alternatives) if name and name not in known)
        if not new or len(known) >= MAX_USERNAMES:
            self.remarks.add("duplicate", section)
        elif earlier.username is None:
            self.servers[claim] = server
        else:
            self.servers[claim] = earlier.model_copy(
                update={"username_alternatives": (*earlier.username_alternatives, *new)}
            )

    def _add_service(self, service: Service, section: Element) -> None:
        if service in self.services:
            self.remarks.add("duplicate", section)
        else:
            self._count(section)
            self.services[service] = None

    def _count(self, section: Element) -> None:
        if len(self.servers) + len(self.services) >= MAX_ENTRIES:
            raise Unusable("too-many-entries", section, value=str(MAX_ENTRIES))
