"""A server, a service, and what a live probe of one showed."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from mailsetup.model.base import Model
from mailsetup.model.vocabulary import Auth, Outcome, Protocol, Security, SourceName, Trust


class Certificate(Model):
    """The facts of the certificate that a server presented, whether or not it was accepted."""

    names: tuple[str, ...] = ()
    """DNS names from the subject alternative names, as presented (wildcards included)."""
    issuer: str = ""
    """The issuer's common name or organisation, for people."""
    not_before: datetime | None = None
    """Start of validity, UTC."""
    not_after: datetime | None = None
    """End of validity, UTC."""
    fingerprint: str = ""
    """SHA-256 of the DER form, lower-case hex."""
    key_fingerprint: str = ""
    """SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hex: what TLSA records of selector 1 speak of."""


class Probe(Model):
    """What one live conversation with one server showed. Nothing about the user was sent."""

    outcome: Outcome
    """The verdict; ``confirmed`` means: right protocol, TLS 1.2 or newer, certificate valid for the host name."""
    detail: str = ""
    """One sentence for people."""
    address: str | None = None
    """The IP address that answered."""
    greeting: str = ""
    """The server's greeting. Before TLS it is anybody's text: show it as such."""
    capabilities: tuple[str, ...] = ()
    """Capabilities (EHLO keywords for SMTP) as advertised after TLS."""
    auth: tuple[Auth, ...] = ()
    """Ways to log in that the server advertises after TLS."""
    sasl: tuple[str, ...] = ()
    """SASL mechanism names as advertised after TLS, upper case."""
    open_logins: tuple[str, ...] = ()
    """Ways to log in that show the password or token to everybody on the way, which the server advertises *before* TLS.
    Never used; a server should not offer them."""
    tls_version: str | None = None
    """``TLSv1.2`` or ``TLSv1.3``."""
    certificate: Certificate | None = None
    """What was presented."""
    suggestion: str | None = None
    """A host name from the certificate that leads to the same machine and fits better."""
    elapsed: float = 0.0
    """Seconds from the first packet to the verdict."""

    @property
    def is_confirmed(self) -> bool:
        """The server works."""
        return self.outcome is Outcome.CONFIRMED


class Server(Model):
    """One protocol at one host and port. As one source claims it, it is a *candidate*; ranked and merged, a result."""

    protocol: Protocol
    """imap, pop3 or smtp (submission); managesieve too."""
    hostname: str = Field(min_length=1, max_length=253)
    """A-label form, lower case, no trailing dot."""
    port: int = Field(ge=1, le=65535)
    """TCP port, 1–65535."""
    security: Security
    """tls (implicit), starttls or none."""
    username: str | None = None
    """What to log in as, ready to use; ``None`` where no source says."""
    username_alternatives: tuple[str, ...] = ()
    """Other forms this provider accepts, likeliest first."""
    auth: tuple[Auth, ...] = ()
    """Ways to log in, best first; empty where no source says."""
    trust: Trust = Trust.AUTHENTICATED
    """How far this claim can be trusted: the weakest hop on the way to it."""
    sources: tuple[SourceName | str, ...] = ()
    """Everyone who named this very server, the most trusted first. Own sources appear under their own name."""
    provenance: tuple[str, ...] = ()
    """The hops that led here, in order: a file, a DNS answer, each URL."""
    probe: Probe | None = None
    """What a live conversation showed; ``None`` when it was not probed."""

    @property
    def needs_consent(self) -> bool:
        """Nobody vouches for this server: a person must agree before a credential goes to it (trust ≤ 1)."""
        return self.trust <= Trust.UNAUTHENTICATED

    @property
    def confirmed(self) -> bool:
        """A live probe found it working."""
        return self.probe is not None and self.probe.is_confirmed

    @property
    def endpoint(self) -> tuple[Protocol, str, int, Security]:
        """What makes two claims the same server."""
        return (self.protocol, self.hostname, self.port, self.security)


class Service(Model):
    """Something beside IMAP, POP3 and SMTP that the provider offers: a URL, or a host and port."""

    protocol: Protocol
    """jmap, caldav, carddav, webdav, managesieve, ews, activesync, graph, owa …"""
    url: str | None = None
    """The https URL where the service starts."""
    hostname: str | None = None
    """A-label host name, for services without a URL."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """TCP port, for services without a URL."""
    security: Security = Security.TLS
    """tls for URLs; managesieve uses starttls."""
    username: str | None = None
    """What to log in as, where a source says."""
    auth: tuple[Auth, ...] = ()
    """Ways to log in, best first."""
    trust: Trust = Trust.AUTHENTICATED
    """As for servers."""
    sources: tuple[SourceName | str, ...] = ()
    """Who names it."""
    provenance: tuple[str, ...] = ()
    """The hops that led here."""
    probe: Probe | None = None
    """What asking it without credentials showed."""

    @property
    def endpoint(self) -> tuple[Protocol, str | None, str | None, int | None]:
        """What makes two claims the same service."""
        return (self.protocol, self.url, self.hostname, self.port)
