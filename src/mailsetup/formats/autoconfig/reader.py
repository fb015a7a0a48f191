"""Reads ``clientConfig``: walks the document once, section by section, and keeps what can be used (AC-30 to AC-52)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats import xml
from mailsetup.formats.autoconfig.people import read_oauth, read_provider
from mailsetup.formats.autoconfig.sections import Sections
from mailsetup.formats.autoconfig.words import IN_PROVIDER, QUIET, SECTIONS
from mailsetup.formats.remarks import Place, Remarks
from mailsetup.formats.templates import Templates
from mailsetup.formats.text import clean
from mailsetup.formats.values import domain_name, link
from mailsetup.model import Reading

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.formats.xml import Document, Element

ROOT = "clientconfig"
MAX_VERSION = 20
"""Characters of the version that are kept."""

_PROVIDER_PARTS = frozenset({"domain", "displayname", "displayshortname", "documentation", "webmail", *IN_PROVIDER})
_ROOT_PARTS = frozenset({"emailprovider", "oauth2", "webmail", "clientconfigupdate", "documentation"})


class ClientConfig(Reading):
    """What an autoconfig document says."""

    version: str = ""
    """As stated; never a reason to reject (AC-30)."""
    mx_domains: tuple[str, ...] = ()
    """Domains of mail exchangers whose customers it is for (``purpose="mx"``; AC-44)."""
    update_url: str | None = None
    """Where newer versions are said to be; never fetched (AC-49)."""


def parse(document: bytes, /, *, address: Address | None = None) -> ClientConfig:
    """Read an autoconfig document; with an ``address`` placeholders are filled in, without they stay as templates.

    Raises:
        InvalidDocument: if it is not well-formed XML with root ``clientConfig``, has a DTD, or is beyond the limits
            (AC-21, AC-22, AC-31, SEC-01). Whatever else is wrong is in ``ignored``.
    """
    return _Reader(xml.read(document, roots=(ROOT,)), address).read()


class _Reader:
    def __init__(self, document: Document, address: Address | None) -> None:
        self.document = document
        self.address = address
        self.remarks = Remarks()
        self.templates = Templates(address)
        self.sections = Sections(self.remarks, self.templates)
        self.domains: dict[str, None] = {}
        self.mx_domains: dict[str, None] = {}

    def read(self) -> ClientConfig:
        root = self.document.root
        providers = list(root.all("emailprovider"))
        for provider in providers:
            self.read_provider_parts(provider)
        self.read_root_parts(root)
        if not self.sections.servers and not self.sections.services:
            self.remarks.add("nothing-usable", root)
        self.compare_domains(root)
        described = read_provider(root, providers, tuple(self.domains), remarks=self.remarks, templates=self.templates)
        oauth = read_oauth(root, providers, remarks=self.remarks, templates=self.templates)
        update_url = self.update_url(root)
        if self.document.trailing_line is not None:
            self.remarks.add("trailing-junk", Place("", self.document.trailing_line))
        return ClientConfig(
            version=clean(root.attributes.get("version", ""), limit=MAX_VERSION),
            servers=tuple(self.sections.servers.values()),
            services=tuple(self.sections.services),
            provider=described,
            oauth=oauth,
            domains=tuple(self.domains),
            mx_domains=tuple(self.mx_domains),
            update_url=update_url,
            ignored=self.remarks.done(),
        )

    def read_provider_parts(self, provider: Element) -> None:
        for part in provider.children:
            if part.key in SECTIONS:
                self.read_section(part, misplaced=part.key not in IN_PROVIDER)
            elif part.key == "domain":
                self.read_domain(part)
            elif part.key not in _PROVIDER_PARTS:
                self.skip(part, known_elsewhere=part.key in _ROOT_PARTS)

    def read_root_parts(self, root: Element) -> None:
        for part in root.children:
            if part.key in SECTIONS:
                self.read_section(part, misplaced=part.key in IN_PROVIDER)
            elif part.key not in _ROOT_PARTS:
                self.skip(part)

    def read_section(self, section: Element, *, misplaced: bool) -> None:
        if misplaced:
            self.remarks.add("misplaced", section)
        self.sections.read(section)

    def skip(self, part: Element, *, known_elsewhere: bool = False) -> None:
        if part.key == "password":
            self.remarks.add("password-in-document", part)
        elif part.key not in QUIET and not known_elsewhere:
            self.remarks.add("unknown-element", part)

    def read_domain(self, part: Element) -> None:
        try:
            # A hoster's template may say %EMAILDOMAIN%; without an address that names no domain.
            name = self.templates.hostname(part.text)
            if "%" in name:
                return
            name = domain_name(name)
        except InvalidDocument as error:
            self.remarks.add("bad-domain", part, value=part.text, why=error.reason)
            return
        is_mx = part.attributes.get("purpose", "").lower() == "mx"
        (self.mx_domains if is_mx else self.domains)[name] = None

    def compare_domains(self, root: Element) -> None:
        """A document may be shared by many domains, so another domain is a note, never a refusal (AC-44)."""
        if self.address is not None and self.domains and self.address.domain not in self.domains:
            self.remarks.add("other-domains", root, value=self.address.domain)

    def update_url(self, root: Element) -> str | None:
        part = root.first("clientconfigupdate")
        if part is None:
            return None
        url = part.attributes.get("url", "")
        try:
            return link(url)
        except InvalidDocument as error:
            self.remarks.add("bad-link", part, value=url, why=error.reason)
            return None
