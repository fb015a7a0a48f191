"""The parts of an autoconfig document that are for people, and the facts about OAuth (AC-45, AC-46, AC-48)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats.text import clean
from mailsetup.formats.values import link
from mailsetup.model import HelpPage, OAuth, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.formats.remarks import Remarks
    from mailsetup.formats.templates import Templates
    from mailsetup.formats.xml import Element

MAX_NAME = 60
"""Characters of ``displayName`` (AC-45)."""
MAX_SHORT_NAME = 20
"""Characters of ``displayShortName`` (AC-45)."""
MAX_ID = 253
"""Characters of the provider's ``id``, usually a domain."""
MAX_PAGES = 20
"""Help pages that are kept."""
MAX_SCOPES = 50
MAX_ISSUER = 253
MAX_LANGUAGE = 16


def read_provider(
    root: Element, providers: list[Element], domains: tuple[str, ...], *, remarks: Remarks, templates: Templates
) -> Provider | None:
    """Names, web site and help pages; ``None`` if the document has no ``emailProvider`` at all."""
    if not providers:
        return None
    names = _Names(providers[0], remarks, templates)
    name = names.read("displayname", MAX_NAME)
    short_name = names.read("displayshortname", MAX_SHORT_NAME)
    identifier = clean(providers[0].attributes.get("id", ""), limit=MAX_ID) or (domains[0] if domains else "")
    return Provider(
        id=identifier,
        name=name or short_name or clean(identifier, limit=MAX_NAME),
        short_name=short_name,
        website=_website(root, providers, remarks),
        help=tuple(_help_pages(root, providers, remarks))[:MAX_PAGES],
    )


class _Names:
    def __init__(self, provider: Element, remarks: Remarks, templates: Templates) -> None:
        self.provider, self.remarks, self.templates = provider, remarks, templates

    def read(self, key: str, limit: int) -> str:
        element = self.provider.first(key)
        if element is None or not element.text:
            return ""
        text = clean(element.text, limit=limit)
        if text != " ".join(element.text.split()):
            self.remarks.add("name-shortened", element, value=str(limit))
        if "%" not in text:
            return text
        try:
            # Some programs publish a bare placeholder as the name.
            return clean(self.templates.username(text), limit=limit)
        except InvalidDocument as error:
            self.remarks.add("bad-name", element, why=error.reason)
            return ""


def _parts(root: Element, providers: list[Element], key: str) -> Iterator[Element]:
    return chain.from_iterable(parent.all(key) for parent in (*providers, root))


def _link(url: str, element: Element, remarks: Remarks) -> str | None:
    try:
        return link(url)
    except InvalidDocument as error:
        remarks.add("bad-link", element, value=url, why=error.reason)
        return None


def _website(root: Element, providers: list[Element], remarks: Remarks) -> str | None:
    for web_mail in _parts(root, providers, "webmail"):
        page = web_mail.first("loginpage")
        if page is not None and (url := _link(page.attributes.get("url", ""), page, remarks)):
            return url
    return None


def _help_pages(root: Element, providers: list[Element], remarks: Remarks) -> Iterator[HelpPage]:
    for element in _parts(root, providers, "documentation"):
        url = _link(element.attributes.get("url", ""), element, remarks)
        if url is not None:
            languages = [descr.attributes.get("lang", "") for descr in element.all("descr")]
            # Descriptions in several languages say nothing about the language of the page.
            language = clean(languages[0], limit=MAX_LANGUAGE) if len(languages) == 1 else ""
            yield HelpPage(url=url, language=language or None)


def read_oauth(root: Element, providers: list[Element], *, remarks: Remarks, templates: Templates) -> OAuth | None:
    """The first ``oAuth2`` element that says anything; client identifiers and secrets are never read (AC-48, OA-13)."""
    for element in _parts(root, providers, "oauth2"):
        oauth = _oauth(element, remarks, templates)
        if oauth is not None:
            return oauth
    return None


def _oauth(element: Element, remarks: Remarks, templates: Templates) -> OAuth | None:
    endpoints: dict[str, str] = {}
    for key in ("authurl", "tokenurl"):
        part = element.first(key)
        if part is None or not part.text:
            continue
        try:
            endpoints[key] = templates.url(part.text)
        except InvalidDocument as error:
            remarks.add("bad-endpoint", part, value=part.text, why=error.reason)
    for part in element.all("clientid", "clientsecret"):
        remarks.add("client-credentials", part)
    # A bare host name is a label for people, not an RFC 8414 issuer; it is kept as it stands (AC-48).
    issuer = clean(element.value("issuer"), limit=MAX_ISSUER)
    if not endpoints and not issuer:
        return None
    return OAuth(
        issuer=issuer or None,
        authorization_url=endpoints.get("authurl"),
        token_url=endpoints.get("tokenurl"),
        scopes=tuple(dict.fromkeys(clean(scope, limit=MAX_ISSUER) for scope in element.value("scope").split()))[
            :MAX_SCOPES
        ],
    )
