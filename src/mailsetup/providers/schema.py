"""The provider file: what may stand in ``data/providers/*.toml`` and in a user's own files.

``data/providers/README.md`` explains the same for people, with an annotated example. This module checks one file by
itself; what can only be seen with all files side by side (a domain claimed twice) is checked by ``compile.py``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from mailsetup.model import Auth, Model, Protocol, ProviderStatus, RequirementKind, Security, When
from mailsetup.providers.match import check_pattern, covers, under_suffix

_HOST_NAME = r"^(?:[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"

HostName = Annotated[str, StringConstraints(max_length=253, pattern=_HOST_NAME)]
"""A full DNS name in A-label form, lower case, at least two labels, no trailing dot, and so never an IP literal."""

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/@]+(?:/\S*)?$")]
WebUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(?:/\S*)?$")]
"""Help pages of some old providers exist on http only; they are shown, never fetched."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Z]{2})?$")]
Sentences = dict[Language, Annotated[str, StringConstraints(min_length=3, max_length=200)]]
"""One short sentence of our own by language code; English is needed where there is any."""

PLACEHOLDERS = ("%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%")

PLAIN_PORTS = {Protocol.IMAP: {143}, Protocol.POP3: {110}, Protocol.SMTP: {25, 587}}
TLS_PORTS = {Protocol.IMAP: {993}, Protocol.POP3: {995}, Protocol.SMTP: {465}}


class PatternEntry(Model):
    """A family of domains too many to list. ``*`` stands for exactly one label."""

    pattern: str
    """Such as ``*.example.jp``. The last two labels are literal, so a pattern never claims a whole top-level domain."""
    matches: HostName
    """A domain that it must match."""
    rejects: HostName
    """A look-alike that it must not match."""

    @model_validator(mode="after")
    def _examples_hold(self) -> PatternEntry:
        check_pattern(self.pattern)
        if not covers(self.pattern, self.matches):
            raise ValueError(f"pattern {self.pattern!r} does not match its own example {self.matches!r}")
        if covers(self.pattern, self.rejects):
            raise ValueError(f"pattern {self.pattern!r} matches {self.rejects!r}, which it must not")
        return self


class MxEntry(Model):
    """Names of the provider's mail exchangers, matched at label boundaries."""

    suffixes: tuple[HostName, ...] = Field(min_length=1)
    """A host is the provider's if it equals one of these or ends in a dot and one of these."""
    matches: tuple[HostName, ...] = Field(min_length=1)
    """Exchangers that must match, real ones where known."""
    rejects: tuple[HostName, ...] = Field(min_length=1)
    """Look-alikes that must not match."""
    not_under: tuple[HostName, ...] = ()
    """Suffixes below those that name customers' own machines (``clients.your-server.de``), not the provider's mail."""

    def match(self, host: str) -> bool:
        """Whether ``host`` is one of the provider's exchangers."""
        if any(under_suffix(host, suffix) for suffix in self.not_under):
            return False
        return any(under_suffix(host, suffix) for suffix in self.suffixes)

    @model_validator(mode="after")
    def _examples_hold(self) -> MxEntry:
        for host in self.matches:
            if not self.match(host):
                raise ValueError(f"no MX suffix matches the example {host!r}")
        for host in self.rejects:
            if self.match(host):
                raise ValueError(f"an MX suffix matches {host!r}, which it must not")
        for inner in self.not_under:
            if not any(under_suffix(inner, suffix) for suffix in self.suffixes):
                raise ValueError(f"not_under names {inner!r}, which no suffix covers")
        return self


class HostingEntry(Model):
    """Other DNS facts that give the hoster away when the MX belongs to a gateway or a forwarder."""

    spf: tuple[HostName, ...] = ()
    """``include:`` targets in the domain's SPF record."""
    autoconfig: tuple[HostName, ...] = ()
    """Where ``autoconfig.DOMAIN`` is an alias to (suffix at a label boundary)."""
    autodiscover: tuple[HostName, ...] = ()
    """Where ``autodiscover.DOMAIN`` is an alias to (suffix at a label boundary)."""


class ServerEntry(Model):
    """One server. The order in the file is the order of preference within a protocol."""

    protocol: Literal[Protocol.IMAP, Protocol.POP3, Protocol.SMTP, Protocol.MANAGESIEVE]
    hostname: str
    """Full host name in lower case; ``%EMAILDOMAIN%`` may stand in it."""
    port: int = Field(ge=1, le=65535)
    security: Security
    username: str = "%EMAILADDRESS%"
    """Template with placeholders; the form that works for most accounts."""
    username_alternatives: tuple[str, ...] = ()
    auth: tuple[Auth, ...] = (Auth.PASSWORD,)
    """Best first."""
    only_for: tuple[HostName, ...] = ()
    """Domains of this provider for which this server is valid; empty: for all."""
    source: tuple[str, ...] = ()
    """Who says so, where it is not everybody in the file's ``sources``."""

    @field_validator("hostname")
    @classmethod
    def _is_a_host_name(cls, value: str) -> str:
        if not re.fullmatch(_HOST_NAME, value.replace("%EMAILDOMAIN%", "domain.example")):
            raise ValueError(f"{value!r} is not a full host name in lower case")
        return value

    @field_validator("username", "username_alternatives")
    @classmethod
    def _placeholders_are_known(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for template in (value,) if isinstance(value, str) else value:
            rest = template
            for known in PLACEHOLDERS:
                rest = rest.replace(known, "")
            if "%" in rest or not template or not template.isprintable():
                raise ValueError(f"user name {template!r} may hold only {', '.join(PLACEHOLDERS)} and printable text")
        return value

    @model_validator(mode="after")
    def _port_fits_security(self) -> ServerEntry:
        if self.security is Security.TLS and self.port in PLAIN_PORTS.get(self.protocol, ()):
            raise ValueError(f"port {self.port} of {self.hostname} does not speak implicit TLS")
        if self.security is not Security.TLS and self.port in TLS_PORTS.get(self.protocol, ()):
            raise ValueError(f"port {self.port} of {self.hostname} speaks implicit TLS")
        return self


class ServiceEntry(Model):
    """Something beside IMAP, POP3 and SMTP, by URL."""

    protocol: Literal[
        Protocol.JMAP,
        Protocol.CALDAV,
        Protocol.CARDDAV,
        Protocol.WEBDAV,
        Protocol.EWS,
        Protocol.ACTIVESYNC,
        Protocol.GRAPH,
        Protocol.OWA,
    ]
    url: HttpsUrl
    """https; the placeholders of user names may stand in it, and are filled in percent-encoded."""
    auth: tuple[Auth, ...] = ()

    @field_validator("url")
    @classmethod
    def _placeholders_are_known(cls, value: str) -> str:
        for placeholder in re.findall(r"%[A-Z][A-Z0-9_]*%", value):
            if placeholder not in PLACEHOLDERS:
                raise ValueError(f"{placeholder} in {value} is no placeholder")
        return value


class OAuthEntry(Model):
    """Public facts about signing in. Never a client id, never a secret."""

    issuer: str | None = None
    authorization_url: HttpsUrl
    token_url: HttpsUrl
    scopes: tuple[str, ...] = Field(min_length=1)
    pkce: bool | None = None


class RequirementEntry(Model):
    """What the user has to do or have first."""

    kind: RequirementKind
    when: When = When.ALWAYS
    url: WebUrl | None = None
    text: Sentences = Field(default={})
    """Only where the stock sentence for the kind does not say enough."""

    @model_validator(mode="after")
    def _other_is_explained(self) -> RequirementEntry:
        if self.kind is RequirementKind.OTHER and "en" not in self.text:
            raise ValueError("a requirement of kind 'other' needs a text in English")
        return self


class HelpEntry(Model):
    """A page of the provider's documentation."""

    url: WebUrl
    topic: str = ""
    language: Language | None = None


class ProviderFile(Model):
    """One provider: one file."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
    """kebab-case; the file is ``<id>.toml``."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    short_name: Annotated[str, StringConstraints(max_length=20)] = ""
    kind: Literal["mailbox", "hoster", "organisation", "gateway", "forwarder", "transactional"]
    """The last three never hold a mailbox: their MX says nothing about where the mailbox lives."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    status: ProviderStatus = ProviderStatus.OK
    status_text: Sentences = Field(default={})
    website: WebUrl | None = None
    domains: tuple[HostName, ...] = ()
    """Exact domains, A-labels, lower case."""
    patterns: tuple[PatternEntry, ...] = ()
    mx: MxEntry | None = None
    hosting: HostingEntry | None = None
    servers: tuple[ServerEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    oauth: OAuthEntry | None = None
    requirements: tuple[RequirementEntry, ...] = ()
    help: tuple[HelpEntry, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)
    """Lists and documents the facts are from."""
    checked: date
    """When the facts were last compared with a source."""
    notes: str = ""
    """For maintainers: doubts, decisions. Not compiled."""
    rejected: tuple[str, ...] = ()
    """Facts that some list gives and that a person refused (``mx google.com``), so that no import brings them back.
    Not compiled."""

    @property
    def holds_mailboxes(self) -> bool:
        """Whether people have mailboxes here, as against mail that only passes through."""
        return self.kind in ("mailbox", "hoster", "organisation")

    @model_validator(mode="after")
    def _kind_fits(self) -> ProviderFile:
        if not self.holds_mailboxes and (self.servers or self.domains or self.patterns):
            raise ValueError(f"a {self.kind} has no mailboxes, so no domains and no servers")
        usable = self.status in (ProviderStatus.OK, ProviderStatus.PREPARATION)
        if not usable and "en" not in self.status_text:
            raise ValueError(f"status {self.status} needs a status_text in English")
        # Only the user's own panel can name servers that differ from account to account.
        differ = any(requirement.kind is RequirementKind.ACCOUNT_HOST for requirement in self.requirements)
        if self.holds_mailboxes and usable and not self.servers and not differ:
            raise ValueError("no servers, yet the status says that it can be used")
        return self

    @model_validator(mode="after")
    def _servers_hold_together(self) -> ProviderFile:
        plaintext_first: set[Protocol] = set()
        seen: set[tuple[Protocol, str, int]] = set()
        for server in self.servers:
            if server.security is Security.NONE:
                plaintext_first.add(server.protocol)
            elif server.protocol in plaintext_first:
                raise ValueError(f"a plaintext {server.protocol} server stands before one with TLS")
            endpoint = (server.protocol, server.hostname, server.port)
            if endpoint in seen:
                raise ValueError(f"{server.protocol} at {server.hostname}:{server.port} stands here twice")
            seen.add(endpoint)
            if not set(server.only_for) <= set(self.domains):
                raise ValueError(f"only_for of {server.hostname} names domains that are not this provider's")
        return self
