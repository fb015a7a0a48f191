"""The network door's contract: three one-method protocols, bundled in a frozen ``Network``.

Everything that leaves the machine goes through one of them. Embedders replace any of the three; tests replace all
(``mailsetup.testing.FakeNetwork``). Failures are ``NetworkError``, except in DNS, where "there is no such name" is an
answer like any other.

Nothing here does I/O or imports anything that can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal, Protocol

from mailsetup.model import Certificate, Learned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailsetup.model import Problem

RecordType = Literal["A", "AAAA", "CNAME", "MX", "SRV", "TXT", "TLSA"]


class Answered(str, Enum):
    """How a DNS question ended (SRV-19: only the first three say something about the domain)."""

    FOUND = "found"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    TIMED_OUT = "timed-out"
    BOGUS = "bogus"
    """DNSSEC validation failed: somebody tampers, or the zone is broken. Never used."""
    REFUSED = "refused"
    """The resolver does not serve us, or our own policy forbids the question."""


@dataclass(frozen=True, slots=True)
class MxRecord:
    """RFC 5321."""

    preference: int
    exchange: str
    """Lower case, no trailing dot; ``.`` for a null MX."""


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """RFC 2782."""

    priority: int
    weight: int
    port: int
    target: str
    """Lower case, no trailing dot; ``.`` for "no such service"."""


@dataclass(frozen=True, slots=True)
class TlsaRecord:
    """RFC 6698."""

    usage: int
    selector: int
    matching_type: int
    data: bytes


Record = str | bytes | MxRecord | SrvRecord | TlsaRecord
"""A and AAAA: the address as text; CNAME: the target; TXT: the character-strings joined, as bytes; others as above."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What DNS said to one question, aliases followed."""

    name: str
    type: RecordType
    status: Answered
    records: tuple[Record, ...] = ()
    aliases: tuple[str, ...] = ()
    """The CNAME chain, in order, without the name that was asked for."""
    secure: bool = False
    """DNSSEC-validated, as told over a path that can be trusted (SEC-07)."""
    ttl: int = 0
    """Seconds the answer may be kept."""
    from_cache: bool = field(default=False, compare=False)
    """It was said in an earlier call; nobody was asked now."""

    @property
    def is_no(self) -> bool:
        """A definite no: there is no such record."""
        return self.status in (Answered.NODATA, Answered.NXDOMAIN)


class Resolver(Protocol):
    """Asks DNS. Names are absolute: no search list is ever applied (HE-06)."""

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002  (DNS's own word)
        """Ask for ``name`` (A-labels, no trailing dot needed). Never raises for an unhappy answer.

        Each question is asked once per call. ``fresh`` asks again (PACC-13).
        """
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    url: str
    method: Literal["GET", "POST", "OPTIONS", "PROPFIND", "HEAD"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    follow: Literal["none", "https"] = "https"
    """``https``: up to ``max_redirects`` hops, https to https only, each hop recorded (SEC-05). ``none``: a redirect
    comes back as the response, with its ``location``."""
    max_redirects: int = 3
    max_bytes: int = 256 * 1024
    """Decoded octets; more is an error ``too-large`` (AC-22)."""
    learned: Learned = Learned.DOMAIN
    """What the other side learns about the user from this request, for the privacy ledger."""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, decoded."""

    status: int
    url: str
    """Where it finally came from."""
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    """After transfer and content decoding, before any charset decoding."""
    hops: tuple[str, ...] = ()
    """Every URL on the way, the first one included, the last one too."""
    address: str | None = None
    """The IP address that answered."""
    from_cache: bool = field(default=False, compare=False)
    """It was fetched in an earlier call; nobody was asked now."""

    @property
    def location(self) -> str | None:
        """Where a redirect that was not followed points to, as it was written."""
        return self.headers.get("location")


class Fetcher(Protocol):
    """Speaks HTTP. Never sends credentials or cookies."""

    async def fetch(self, request: Request, /) -> Response:
        """Any status is a response; no response is a ``NetworkError``."""
        ...


@dataclass(frozen=True, slots=True)
class Tls:
    """What a handshake established."""

    version: str
    """``TLSv1.2`` or ``TLSv1.3``."""
    cipher: str
    certificate: Certificate
    der: bytes = b""
    """The certificate as presented, for DANE and channel binding."""


class Connection(Protocol):
    """A byte stream to one server. Closed by ``aclose``, always."""

    @property
    def address(self) -> str:
        """The IP address that was reached."""
        ...

    @property
    def tls(self) -> Tls | None:
        """Facts of the handshake, once there was one."""
        ...

    async def send(self, data: bytes, /) -> None:
        """Send all of ``data``."""
        ...

    async def receive(self, max_bytes: int = 4096, /) -> bytes:
        """Give what has arrived, at least one byte; ``b""`` at the end of the stream."""
        ...

    async def start_tls(self) -> Tls:
        """Upgrade. The caller has made sure that nothing received is left unread (PROBE-11).

        Octets that reached us together with the go-ahead are the caller's to notice: they came out of ``receive``.
        """
        ...

    def channel_binding(self, kind: Literal["tls-exporter", "tls-unique"], /) -> bytes | None:
        """Channel binding data for SCRAM-…-PLUS, where the TLS library gives it."""
        ...

    async def aclose(self) -> None:
        """Close without waiting for anybody."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as whom to verify it."""

    hostname: str
    """A-labels; also the SNI and the name the certificate must bear (TLS-02)."""
    port: int
    tls: bool
    """Implicit TLS from the first byte."""
    address: str | None = None
    """Connect to this IP address instead of resolving ``hostname``."""
    srv_ids: tuple[str, ...] = ()
    """``_imaps.example.com`` …: SRV-IDs that are acceptable beside the host name (TLS-03)."""


class Connector(Protocol):
    """Opens connections: resolves through our resolver, races addresses (RFC 8305), verifies certificates."""

    async def connect(self, target: Target, /) -> Connection:
        """Connect, and shake hands where ``target.tls``; else raise ``NetworkError`` with an ``outcome``."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """The one door. Frozen: a call uses one from beginning to end."""

    resolver: Resolver
    fetcher: Fetcher
    connector: Connector
    noticed: Sequence[Problem] = ()
    """What the door has to tell about itself. Can grow during the call."""
