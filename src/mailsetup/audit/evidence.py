"""What an audit has seen, before anybody judges it: every claim, document, DNS answer and probe. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.audit.places import tlsa_owner
from mailsetup.formats import mx
from mailsetup.model import Protocol, SourceName, Status
from mailsetup.net.interface import Answer, Answered, MxRecord, SrvRecord, TlsaRecord
from mailsetup.prober.auth import reconcile_auth
from mailsetup.proof import with_probes
from mailsetup.rank import merge_servers
from mailsetup.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from mailsetup.address import Address
    from mailsetup.errors import InvalidDocument, NetworkError
    from mailsetup.formats.mta_sts import Policy
    from mailsetup.formats.mx import MxReading
    from mailsetup.model import Attempt, Finding, MailExchanger, Probe, Reading, Server
    from mailsetup.net.interface import Record, RecordType, Response
    from mailsetup.plan import Step
    from mailsetup.verdicts import Verdict

MAIL = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)

PUBLISHED = (SourceName.PACC, SourceName.AUTOCONFIG, SourceName.SRV, SourceName.AUTODISCOVER, SourceName.MAILCONF)
"""Mechanisms by which the domain speaks for itself."""


class Claimed(NamedTuple):
    """What one mechanism answered at one place."""

    step: Step
    place: str
    """A URL, a DNS name, or the name of a database."""
    finding: Finding

    @property
    def source(self) -> SourceName:
        """The mechanism; an audit asks no sources of the caller's own."""
        assert isinstance(self.step.source, SourceName)  # noqa: S101  (the audit wrote the step)
        return self.step.source

    @property
    def found(self) -> bool:
        """It names something."""
        return self.finding.status is Status.FOUND

    @property
    def is_hosters(self) -> bool:
        """It was asked about the hoster's name, which came from the MX."""
        return bool(self.step.via)


class Document(NamedTuple):
    """An autoconfig document, or what was there in its place."""

    url: str
    """As it was asked for, without the address."""
    response: Response | None = None
    reading: Reading | None = None
    broken: InvalidDocument | None = None
    """Why it cannot be read."""
    failure: NetworkError | None = None
    """Why there was no answer."""

    @property
    def is_open(self) -> bool:
        """Asked over http."""
        return self.url.startswith("http://")

    @property
    def stays_open(self) -> bool:
        """Asked over http, and answered there instead of being sent to https."""
        return self.is_open and self.response is not None and self.response.url.startswith("http://")


class StsPolicy(NamedTuple):
    """The MTA-STS policy, or why there is none."""

    url: str
    announced: bool
    """A valid TXT record says that there is one (RFC 8461 section 3.1)."""
    policy: Policy | None = None
    reason: str = ""
    """Why it cannot be used; empty where there is none at all."""


@dataclass(frozen=True)
class Evidence:
    """All of it, for one domain."""

    address: Address
    now: datetime
    claims: Sequence[Claimed] = ()
    """In the order of the mechanisms."""
    documents: Sequence[Document] = ()
    answers: Mapping[tuple[str, str], Answer] = field(default_factory=dict)
    """Every DNS answer, by name and type."""
    bodies: Mapping[str, bytes] = field(default_factory=dict)
    """What was served at each URL with status 200."""
    probes: Mapping[tuple[object, ...], Probe] = field(default_factory=dict)
    """By endpoint; the exchangers' at port 25 are among them."""
    neighbours: Sequence[Server] = ()
    """Servers nobody names, at the usual ports of hosts that somebody names."""
    sts: StsPolicy | None = None
    stranger: str = ""
    """A name below the domain that nobody can have set up."""
    attempts: Sequence[Attempt] = ()
    elapsed: float = 0.0
    seconds: float = 0.0
    """What the audit was allowed to take."""
    complete: bool = True
    has_network: bool = True
    validates: bool = False
    """DNSSEC is checked on the way from the resolver to here: only then does "not signed" say anything."""
    data_date: date | None = None

    @property
    def domain(self) -> str:
        """In A-label form."""
        return self.address.domain

    def answer(self, name: str, type_: RecordType, /) -> Answer:
        """Give what DNS said, or a silence."""
        return self.answers.get((name, type_)) or Answer(name, type_, Answered.TIMED_OUT)

    def records(self, name: str, type_: RecordType, /) -> tuple[Record, ...]:
        """Give the records, none where there is no answer."""
        return self.answer(name, type_).records

    def addresses(self, name: str, /) -> dict[RecordType, tuple[str, ...]]:
        """Give the addresses of a name by type."""
        families: tuple[RecordType, ...] = ("A", "AAAA")
        return {type_: tuple(map(str, self.records(name, type_))) for type_ in families}

    def is_missing(self, name: str, /) -> bool:
        """Whether DNS says for certain that a name has no address."""
        return self.answer(name, "A").is_no and self.answer(name, "AAAA").is_no

    def srv(self, owner: str, /) -> list[SrvRecord]:
        """Give the SRV records at an owner name."""
        return [record for record in self.records(owner, "SRV") if isinstance(record, SrvRecord)]

    def tlsa(self, hostname: str, port: int, /) -> list[TlsaRecord]:
        """Give the TLSA records for a port of a host."""
        return [r for r in self.records(tlsa_owner(hostname, port), "TLSA") if isinstance(r, TlsaRecord)]

    @property
    def mx(self) -> MxReading:
        """The domain's MX records, cleaned."""
        return mx.read(record for record in self.records(self.domain, "MX") if isinstance(record, MxRecord))

    @property
    def exchangers(self) -> tuple[MailExchanger, ...]:
        """Best first."""
        return self.mx.exchangers

    @property
    def exists(self) -> bool:
        """Whether the domain exists, as far as DNS says."""
        return self.answer(self.domain, "MX").status is not Answered.NXDOMAIN

    def proven(self, claimed: Claimed, /) -> Finding:
        """Give a claim's finding with the probes of its servers."""
        return with_probes(claimed.finding, self.probes)

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """Every server that somebody names, ranked, each with its probe."""
        ranked = [(claimed.step.rank, self.proven(claimed)) for claimed in self.claims if claimed.found]
        merged = merge_servers(ranked, demoted=self.verdict.demoted)
        return tuple(server for server in merged if server.protocol in MAIL)

    @property
    def published(self) -> tuple[Server, ...]:
        """The servers that somebody names who does not merely guess."""
        return tuple(server for server in self.servers if set(server.sources) - {SourceName.GUESS})

    @cached_property
    def verdict(self) -> Verdict:
        """How a look-up would decide between the mechanisms."""
        return judge([(claimed.step, claimed.finding) for claimed in self.claims])

    @cached_property
    def beside(self) -> tuple[Server, ...]:
        """The neighbours, each with its probe."""
        return tuple(_judged(one, self.probes.get(one.endpoint)) for one in self.neighbours)


def _judged(server: Server, probe: Probe | None) -> Server:
    auth = reconcile_auth(server.auth, probe.auth) if probe is not None else server.auth
    return server.model_copy(update={"probe": probe, "auth": auth})
