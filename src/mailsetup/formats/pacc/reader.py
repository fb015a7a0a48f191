"""Reads the PACC document: each server by itself, unknown members skipped at every level (PACC-07 to PACC-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mailsetup.errors import InvalidDocument
from mailsetup.formats import strict_json
from mailsetup.formats.oauth import check_issuer
from mailsetup.formats.pacc.words import MANAGESIEVE, MAX_NAME, MAX_SHORT_NAME, SERVERS, SUBMIT, SUBMIT_02, URLS
from mailsetup.formats.remarks import Place, Remarks, Unusable, checked
from mailsetup.formats.text import clean
from mailsetup.formats.values import host_name, link, web_url
from mailsetup.model import Auth, HelpPage, OAuth, Provider, Reading, Server, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.address import Address

    Check = Callable[[str, Place], str]

_KNOWN = {
    "": {"protocols", "authentication", "info"},
    "protocols": {*SERVERS, SUBMIT_02, *URLS, "managesieve"},
    "authentication": {"password", "oauth-public"},
    "info": {"provider", "help"},
}
MAX_CONTACTS = 10


class PaccDocument(Reading):
    """What a PACC document says."""

    password: bool | None = None
    """Whether a user name with a password is accepted at all; ``False``: never ask for one (PACC-11)."""
    contacts: tuple[str, ...] = ()
    """Where operators and developers are reached; not for end users."""


def parse(document: bytes, /, *, address: Address | None = None) -> PaccDocument:
    """Read a PACC document whose digest was found right. The user name is always the full address.

    Raises:
        InvalidDocument: if it is not strict JSON, not an object, or has no object ``protocols``.
    """
    return _Reader(document, address).read()


class _Reader:
    def __init__(self, document: bytes, address: Address | None) -> None:
        self.members = strict_json.read_object(document)
        self.lines = strict_json.lines(document)
        self.address = address
        self.username = str(address) if address is not None else "%EMAILADDRESS%"
        self.remarks = Remarks()

    def read(self) -> PaccDocument:
        protocols = self.members.get("protocols")
        if not isinstance(protocols, dict):
            raise InvalidDocument(
                "There is no object “protocols”.", code="not-config", line=self.lines.get("protocols")
            )
        self.skip_unknown("", self.members)
        self.skip_unknown("protocols", protocols)
        password, oauth = self.authentication()
        auth = self.auth(password=password, oauth=oauth)
        servers = tuple(self.servers(protocols, auth))
        services = tuple(self.services(protocols, auth))
        if not servers and not services:
            self.remarks.add("nothing-usable", self.place("protocols"))
        info = self.object_at("info")
        self.skip_unknown("info", info)
        return PaccDocument(
            servers=servers,
            services=services,
            provider=self.provider(info),
            oauth=oauth,
            password=password,
            contacts=self.contacts(info),
            ignored=self.remarks.done(),
        )

    def place(self, path: str) -> Place:
        return Place(path, self.lines.get(path))

    def skip_unknown(self, path: str, members: dict[str, Any]) -> None:
        for name in members:
            if name not in _KNOWN[path]:
                self.remarks.add("unknown-member", self.place(f"{path}.{name}" if path else name))

    def object_at(self, path: str) -> dict[str, Any]:
        """The object at a dotted path; empty where there is none (PACC-10)."""
        value: Any = self.members
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            self.remarks.add("bad-member", self.place(path), what="An object")
        return value if isinstance(value, dict) else {}

    def text_at(self, path: str) -> str | None:
        """The string at a dotted path; ``None`` where there is none, or something else (which is noted)."""
        parent, _, name = path.rpartition(".")
        value = self.object_at(parent).get(name)
        if value is not None and not isinstance(value, str):
            self.remarks.add("bad-member", self.place(path), what="A string")
        return value if isinstance(value, str) else None

    def servers(self, protocols: dict[str, Any], auth: tuple[Auth, ...]) -> list[Server]:
        servers = []
        for name, implied in SERVERS.items():
            host = self.host(name, protocols)
            if name == SUBMIT:
                host = self.submission(host, protocols)
            if host is not None:
                server = Server(
                    protocol=implied.protocol,
                    hostname=host,
                    port=implied.port,
                    security=implied.security,
                    username=self.username,
                    username_alternatives=self.other_usernames,
                    auth=auth,
                )
                servers.append(server)
        return servers

    def submission(self, submit: str | None, protocols: dict[str, Any]) -> str | None:
        """Choose between the two names of the same service (PACC-07)."""
        smtp = self.host(SUBMIT_02, protocols)
        if submit is not None and smtp is not None and submit != smtp:
            self.remarks.add("conflicting-names", self.place(f"protocols.{SUBMIT_02}"))
        return submit or smtp

    @property
    def other_usernames(self) -> tuple[str, ...]:
        if self.address is None or self.address.ascii == self.username:
            return ()
        return (self.address.ascii,)

    def host(self, name: str, protocols: dict[str, Any]) -> str | None:
        return self.entry(name, "host", protocols, lambda text, at: checked(host_name, text, at, code="bad-hostname"))

    def url(self, name: str, protocols: dict[str, Any]) -> str | None:
        return self.entry(name, "url", protocols, _checked_url)

    def entry(self, name: str, member: str, protocols: dict[str, Any], check: Check) -> str | None:
        """Check one protocol's only member; a bad one is dropped and the rest stays."""
        if name not in protocols:
            return None
        try:
            return self.member(f"protocols.{name}", member, protocols[name], check)
        except Unusable as error:
            self.remarks.unusable(error)
            return None

    def member(self, path: str, name: str, entry: Any, check: Check) -> str:
        if not isinstance(entry, dict):
            raise Unusable("bad-type", self.place(path), what="This", value="object")
        value = entry.get(name)
        if not isinstance(value, str):
            raise Unusable("missing", self.place(path), what=f"The string {name}")
        for other in sorted(entry.keys() - {name}):
            self.remarks.add("unknown-member", self.place(f"{path}.{other}"))
        return check(value, self.place(f"{path}.{name}"))

    def services(self, protocols: dict[str, Any], auth: tuple[Auth, ...]) -> list[Service]:
        services = []
        for name, protocol in URLS.items():
            url = self.url(name, protocols)
            if url is not None:
                services.append(Service(protocol=protocol, url=url, username=self.username, auth=auth))
        sieve = self.host("managesieve", protocols)
        if sieve is not None:
            self.remarks.add("hint-only", self.place("protocols.managesieve"))
            protocol, port, security = MANAGESIEVE
            services.append(
                Service(
                    protocol=protocol, hostname=sieve, port=port, security=security, username=self.username, auth=auth
                )
            )
        return services

    def authentication(self) -> tuple[bool | None, OAuth | None]:
        members = self.object_at("authentication")
        self.skip_unknown("authentication", members)
        password = members.get("password")
        if password is not None and not isinstance(password, bool):
            self.remarks.add("bad-member", self.place("authentication.password"), what="true or false")
            password = None
        issuer = self.text_at("authentication.oauth-public.issuer")
        if issuer is None:
            return password, None
        try:
            # Kept exactly as it is spelt: metadata must repeat it code point by code point (PACC-09, OA-02).
            return password, OAuth(issuer=check_issuer(issuer))
        except InvalidDocument as error:
            at = self.place("authentication.oauth-public.issuer")
            self.remarks.add("bad-endpoint", at, value=issuer, why=error.reason)
            return password, None

    def auth(self, *, password: bool | None, oauth: OAuth | None) -> tuple[Auth, ...]:
        offered = {Auth.OAUTH2: oauth is not None, Auth.PASSWORD: password is True}
        if not any(offered.values()):
            self.remarks.add("no-auth-stated", self.place("authentication"))
        return tuple(auth for auth, is_offered in offered.items() if is_offered)

    def provider(self, info: dict[str, Any]) -> Provider | None:
        if not info:
            return None
        name = self.name("info.provider.name", MAX_NAME)
        short_name = self.name("info.provider.shortName", MAX_SHORT_NAME)
        page = self.link("info.help.documentation")
        if not name and not short_name and page is None:
            return None
        return Provider(
            id=self.address.domain if self.address is not None else "",
            name=name or short_name,
            short_name=short_name,
            help=(HelpPage(url=page),) if page is not None else (),
        )

    def name(self, path: str, limit: int) -> str:
        text = self.text_at(path)
        if text is None:
            return ""
        cleaned = clean(text, limit=limit)
        if cleaned != " ".join(text.split()):
            self.remarks.add("name-shortened", self.place(path), value=str(limit))
        return cleaned

    def link(self, path: str) -> str | None:
        text = self.text_at(path)
        if text is None:
            return None
        try:
            return link(text)
        except InvalidDocument as error:
            self.remarks.add("bad-link", self.place(path), value=text, why=error.reason)
            return None

    def contacts(self, info: dict[str, Any]) -> tuple[str, ...]:
        pages = info.get("help")
        contacts = pages.get("contact") if isinstance(pages, dict) else None
        texts = [text for text in contacts if isinstance(text, str)] if isinstance(contacts, list) else []
        return tuple(clean(text, limit=MAX_NAME * 4) for text in texts[:MAX_CONTACTS])


def _checked_url(text: str, at: Place) -> str:
    url = checked(web_url, text, at, code="bad-url")
    if urlsplit(url).port not in (None, 443):
        # The default port is part of the format (PACC-08).
        raise Unusable("bad-url", at, value=text, why="its port is not 443")
    return url
