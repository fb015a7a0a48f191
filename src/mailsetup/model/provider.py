"""What is known about a provider, and about signing in to it."""

from __future__ import annotations

from datetime import date

from mailsetup.model.base import Model
from mailsetup.model.vocabulary import ProviderStatus, RequirementKind, When


class Requirement(Model):
    """Something the user has to do or have before the settings work."""

    kind: RequirementKind
    """What sort of thing it is."""
    when: When = When.ALWAYS
    """In which cases."""
    text: dict[str, str] = {}
    """One short sentence by language code; empty where the kind says it all."""
    url: str | None = None
    """The provider's page about it."""


class HelpPage(Model):
    """A page of the provider's own documentation."""

    url: str
    """https URL."""
    topic: str = ""
    """imap, pop3, smtp, app-password … where known."""
    language: str | None = None
    """Language code of the page where known."""


class Provider(Model):
    """A mail provider as the bundled data, or the user's file, or a published document describes it."""

    id: str
    """Stable identifier, kebab-case; the file name in ``data/providers``."""
    name: str
    """For people. From the network it is untrusted text."""
    short_name: str = ""
    """At most 20 characters, for narrow places."""
    status: ProviderStatus = ProviderStatus.OK
    """Whether an ordinary mail program can be used at all."""
    status_text: dict[str, str] = {}
    """Why, one short sentence by language code."""
    website: str | None = None
    """Where people read their mail or manage the account."""
    requirements: tuple[Requirement, ...] = ()
    """What to do first, the most important first."""
    help: tuple[HelpPage, ...] = ()
    """Documentation pages."""
    sources: tuple[str, ...] = ()
    """Where the facts come from."""
    checked: date | None = None
    """When the facts were last compared with a source."""


class OAuth(Model):
    """How to get a token. Client identifiers belong to the program that embeds this library, so none is here."""

    issuer: str | None = None
    """RFC 8414 issuer identifier, or the bare host name an autoconfig document gives."""
    authorization_url: str | None = None
    """Authorization endpoint."""
    token_url: str | None = None
    """Token endpoint."""
    registration_url: str | None = None
    """Dynamic client registration endpoint (RFC 7591), where the issuer has one."""
    scopes: tuple[str, ...] = ()
    """Scopes that mail access needs."""
    pkce: bool | None = None
    """Whether PKCE with S256 is supported; ``None`` where unknown."""
    source: str = ""
    """Who said so."""
