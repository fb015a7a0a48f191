"""Sections of POX responses (MS-OXDSCLI 2.2.4) and of ActiveSync's (MS-ASCMD 2.2.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailsetup.errors import InvalidDocument
from mailsetup.formats.autodiscover.words import (
    AUTH_PACKAGES,
    ENCRYPTIONS,
    EXCHANGE_TYPES,
    MAIL_TYPES,
    PORTS,
    SECURITIES,
    port_class,
)
from mailsetup.formats.remarks import Remarks, Unusable, checked
from mailsetup.formats.values import host_name, port_number, user_name, web_url
from mailsetup.model import Auth, Protocol, Security, Server, Service

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.formats.xml import Element

MAX_ENTRIES = 64
"""Servers and service URLs taken from one document."""


class Sections:
    """The servers read so far, and the service URLs with their rank."""

    def __init__(self, remarks: Remarks, address: Address | None) -> None:
        self.remarks = remarks
        self.username = str(address) if address is not None else "%EMAILADDRESS%"
        self.local = address.local if address is not None else "%EMAILLOCALPART%"
        self.servers: dict[Server, None] = {}
        self._urls: dict[tuple[Protocol, str], int] = {}

    def read(self, section: Element) -> None:
        """Read one top-level ``Protocol`` section; nested ones belong to it (AD-T5)."""
        kind = (section.value("type") or section.attributes.get("type", "")).lower()
        try:
            if kind in MAIL_TYPES:
                self._mail_server(MAIL_TYPES[kind], section)
            elif kind in EXCHANGE_TYPES:
                self._exchange(EXCHANGE_TYPES.index(kind), section)
            elif kind == "web":
                self._web(section)
            elif kind == "mobilesync":
                self._url(Protocol.ACTIVESYNC, section.first("url", "server"), 0)
            elif kind == "mapihttp":
                self.remarks.add("not-used", section, what="MAPI over HTTP")
            else:
                self.remarks.add("unknown-type", section, value=kind)
        except Unusable as error:
            self.remarks.unusable(error)

    def read_mobilesync(self, server: Element) -> None:
        """Read one ``Server`` section of the ActiveSync schema."""
        kind = server.value("type")
        if kind.lower() == "mobilesync":
            self._url(Protocol.ACTIVESYNC, server.first("url") or server.first("name"), 0)
        else:
            self.remarks.add("unknown-type", server, value=kind)

    def services(self) -> tuple[Service, ...]:
        """Service URLs, those for use from outside first."""
        ranked = sorted(self._urls.items(), key=lambda item: item[1])
        return tuple(Service(protocol=protocol, url=url) for (protocol, url), _rank in ranked)

    def _mail_server(self, protocol: Protocol, section: Element) -> None:
        host = section.first("server")
        if host is None or not host.text:
            raise Unusable("missing", section, what="The host name")
        hostname = checked(host_name, host.text, host, code="bad-hostname")
        port = self._port(section)
        username = self._username(section)
        auth = self._auth(protocol, section)
        for security in self._securities(port, section):
            if len(self.servers) >= MAX_ENTRIES:
                raise Unusable("too-many-entries", section, value=str(MAX_ENTRIES))
            server = Server(
                protocol=protocol,
                hostname=hostname,
                port=port if port is not None else PORTS[protocol, security],
                security=security,
                username=username,
                auth=auth,
            )
            self.servers[server] = None

    def _port(self, section: Element) -> int | None:
        element = section.first("port")
        if element is None or element.text in ("", "0"):
            return None
        try:
            return port_number(element.text)
        except InvalidDocument as error:
            raise Unusable("bad-port", element, value=element.text) from error

    def _securities(self, port: int | None, section: Element) -> tuple[Security, ...]:
        """What is worth a probe, by what the section says and its port."""
        encryption = section.first("encryption")
        mode = "off" if section.value("ssl").lower() == "off" else "on"
        if encryption is not None and encryption.text:
            stated = ENCRYPTIONS.get(encryption.text.lower())
            if stated is None:
                self.remarks.add("skipped-socket-type", encryption, value=encryption.text)
            else:
                mode = stated
        return SECURITIES[mode, port_class(port)]

    def _username(self, section: Element) -> str:
        """``LoginName``, or the address that was asked about; with the domain in front where one is required."""
        element = section.first("loginname")
        stated = ""
        if element is not None and element.text:
            stated = checked(user_name, element.text, element, code="bad-username")
        domain = section.first("domainname")
        if (
            section.value("domainrequired").lower() == "on"
            and domain is not None
            and domain.text
            and "\\" not in stated
        ):
            return checked(user_name, f"{domain.text}\\{stated or self.local}", domain, code="bad-username")
        return stated or self.username

    def _auth(self, protocol: Protocol, section: Element) -> tuple[Auth, ...]:
        """Ways to log in: ``SPA`` counts only where it is stated, as many servers omit it."""
        if protocol is Protocol.SMTP and section.value("authrequired").lower() == "off":
            return (Auth.NONE,)
        package = section.first("authpackage")
        if package is not None and package.text:
            ways = AUTH_PACKAGES.get(package.text.lower())
            if ways is not None:
                return ways
            self.remarks.add("unknown-auth", package, value=package.text)
        if section.value("spa").lower() == "on":
            return (Auth.NTLM, Auth.GSSAPI)
        return (Auth.PASSWORD,)

    def _exchange(self, rank: int, section: Element) -> None:
        # EwsUrl wins where both exist; the section's Server is a name inside the organisation.
        self._url(Protocol.EWS, section.first("ewsurl") or section.first("asurl"), rank)

    def _web(self, section: Element) -> None:
        for rank, place in enumerate(("external", "internal")):
            for side in section.all(place):
                for page in side.all("owaurl"):
                    self._url(Protocol.OWA, page, rank)
                for nested in side.all("protocol"):
                    self._url(Protocol.EWS, nested.first("ewsurl") or nested.first("asurl"), rank + len(EXCHANGE_TYPES))

    def _url(self, protocol: Protocol, element: Element | None, rank: int) -> None:
        if element is None or not element.text:
            return
        try:
            url = checked(web_url, element.text, element, code="bad-url")
        except Unusable as error:
            self.remarks.unusable(error)
            return
        if (urlsplit(url).hostname or "").endswith((".local", ".internal", ".lan")):
            self.remarks.add("internal-only", element, value=url)
        elif len(self._urls) < MAX_ENTRIES:
            self._urls[protocol, url] = min(rank, self._urls.get((protocol, url), rank))
