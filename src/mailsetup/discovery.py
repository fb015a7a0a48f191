"""One look-up from beginning to end: plan → ask → rank → Discovery.

A ``Case`` is the state of one call. ``begin`` answers what this machine knows, without an event loop; if that settles
the matter, or nothing else may be asked, the case is finished and costs microseconds. Otherwise ``asking.proceed``
takes the same case to the network. Both doors do exactly this and nothing else.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.model import Attempt, Discovery, Finding, Options, Probe, Protocol, SourceName, Status, Trust
from mailsetup.names import registrable_domain
from mailsetup.plan import Plan, Step, first_wave, may_settle
from mailsetup.problems import problem
from mailsetup.providers.database import bundled
from mailsetup.rank import merge_servers, merge_services
from mailsetup.sources import LOCAL_SOURCES
from mailsetup.verdicts import judge, missing_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.model import Problem, Server

SEVERITY_ORDER = ("error", "warning", "info")

MAIL_PROTOCOLS = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)


class Case:
    """The state of one call: what was planned, what came back, when."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.options = options
        self.plan: Plan = first_wave(address, options)
        self.started = perf_counter()
        self.findings: list[tuple[Step, Finding]] = []
        self.probes: dict[tuple[object, ...], Probe] = {}
        self.attempts: list[Attempt] = []
        self.problems: list[Problem] = []
        self._demoted: frozenset[int] = frozenset()
        self._servers: tuple[Server, ...] | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return perf_counter() - self.started

    # What came in

    def record(self, step: Step, finding: Finding, *, started: float) -> None:
        """Keep a finding, and the attempt it was."""
        self._servers = None
        self.findings.append((step, finding))
        self.problems += finding.problems
        self.attempts += finding.attempts
        self.attempts.append(
            Attempt(
                source=step.name,
                asked=step.domain,
                outcome=finding.status,
                reason=finding.reason,
                detail=finding.detail,
                started=started,
                elapsed=self.elapsed - started,
            )
        )

    def skip(self, step: Step, reason: str) -> None:
        """Keep it on record that a step was not taken, or not to its end."""
        self.attempts.append(Attempt(source=step.name, asked=step.domain, outcome=Status.SKIPPED, reason=reason))

    def proven(self, server: Server, probe: Probe) -> None:
        """Keep what a probe showed."""
        self._servers = None
        self.probes[server.endpoint] = probe

    def tell_observer(self) -> None:
        """Show the result so far to whoever wants to watch it grow."""
        if self.options.observer is not None:
            self.options.observer(self.discovery())

    # What follows from it

    @property
    def is_settled(self) -> bool:
        """A local answer ended the asking."""
        return may_settle(self.options) and any(finding.final for _, finding in self.findings)

    @property
    def needs_network(self) -> bool:
        """Somebody is still to be asked, or something to be proven."""
        if self.options.offline:
            return False
        return bool(self.plan.network and not self.is_settled) or bool(self.options.probe and self.servers)

    @property
    def servers(self) -> tuple[Server, ...]:
        """Everything found so far, ranked, each with its probe."""
        if self._servers is None:
            self._demoted = judge(self.findings).demoted
            found = [(rank, self._with_probes(finding)) for rank, finding in self._found()]
            self._servers = merge_servers(found, demoted=self._demoted)
        return self._servers

    def _found(self) -> list[tuple[int, Finding]]:
        found = [(step.rank, finding) for step, finding in self.findings if finding.status is Status.FOUND]
        return sorted(found, key=lambda ranked: (ranked[0] in self._demoted, ranked[0]))

    def _with_probes(self, finding: Finding) -> Finding:
        if not self.probes:
            return finding
        servers = tuple(
            server.model_copy(update={"probe": self.probes.get(server.endpoint)}) for server in finding.servers
        )
        return finding.model_copy(update={"servers": servers})

    def _pair(self) -> tuple[Server | None, Server | None]:
        answer = Discovery(address="", domain="", servers=self.servers, prefer=Protocol(self.options.prefer))
        return answer.incoming, answer.outgoing

    @property
    def has_pair(self) -> bool:
        """An incoming and an outgoing server that somebody vouches for."""
        return all(server is not None and server.trust >= Trust.VOUCHED for server in self._pair())

    @property
    def is_good(self) -> bool:
        """The pair stands, and is confirmed where probing is on."""
        pair = self._pair()
        proven = not self.options.probe or all(server is not None and server.confirmed for server in pair)
        return self.has_pair and proven

    def matters(self, step: Step) -> bool:
        """Whether the answer to a step that is still being asked could change the result."""
        ranks = [
            found_step.rank
            for found_step, finding in self.findings
            for server in self._pair()
            if server is not None and any(claim.endpoint == server.endpoint for claim in finding.servers)
        ]
        return step.source is SourceName.MX or step.rank < max(ranks, default=0)

    def worth_probing(self) -> Iterator[Server]:
        """Yield the servers to prove now: per protocol all of the leading source; the next when those have failed."""
        for protocol in MAIL_PROTOCOLS:
            offers = [server for server in self.servers if server.protocol is protocol]
            if any(server.confirmed for server in offers):
                leaders = offers[0].sources[:1]
            else:
                leaders = next((server.sources[:1] for server in offers if server.probe is None), ())
            yield from (server for server in offers if set(leaders) & set(server.sources))

    def discovery(self) -> Discovery:
        """Rank what came back into the answer."""
        servers = self.servers
        found = self._found()
        problems = [
            *self.problems,
            *judge(self.findings).problems,
            *missing_hosts(servers),
            *self._about_result(servers),
        ]
        return Discovery(
            address=str(self.address),
            domain=self.address.domain,
            servers=servers,
            services=merge_services(found),
            provider=next((finding.provider for _, finding in found if finding.provider), None),
            oauth=next((finding.oauth for _, finding in found if finding.oauth), None),
            attempts=tuple(
                sorted(self.attempts, key=lambda attempt: (attempt.outcome is Status.SKIPPED, attempt.started))
            ),
            problems=_in_order(problems),
            prefer=Protocol(self.options.prefer),
            data_date=bundled().date if self._consulted_bundled() else None,
            elapsed=self.elapsed,
        )

    def _consulted_bundled(self) -> bool:
        return any(step.source is SourceName.BUNDLED for step, _ in self.findings)

    def _about_result(self, servers: tuple[Server, ...]) -> Iterator[Problem]:
        if not servers:
            yield from self._nothing_found()
            return
        for server in dict.fromkeys(server for server in self._pair() if server is not None and server.needs_consent):
            code = "cleartext-only" if server.trust is Trust.CLEARTEXT else "needs-consent"
            registrable = registrable_domain(server.hostname) or server.hostname
            yield problem(code, subject=server.hostname, hostname=server.hostname, registrable=registrable)

    def _nothing_found(self) -> Iterator[Problem]:
        """Say why there is nothing, if nobody has said why yet."""
        if any(told.severity == "error" for told in self.problems):
            return
        domain = self.address.domain_unicode
        if self.address.domain.startswith("["):
            code = "address-literal"
        elif not self.address.gets_network_discovery:
            code = "local-name"
        elif self.options.offline:
            code = "nothing-known-offline"
        elif any(finding.hosting and finding.hosting.takes_no_mail for _, finding in self.findings):
            code = "takes-no-mail"
        elif any(step.source is SourceName.MX and finding.reason == "nxdomain" for step, finding in self.findings):
            code = "no-such-domain"
        else:
            code = "nothing-found"
        yield problem(code, subject=self.address.domain, domain=domain)


def begin(address: str, options: Options, /) -> Case:
    """Open a case and answer what this machine knows.

    Raises:
        InvalidAddress: if ``address`` is not an address.
    """
    case = Case(Address.parse(address), options)
    for step in case.plan.local:
        if case.is_settled:
            case.skip(step, "settled")
            continue
        started = case.elapsed
        assert isinstance(step.source, SourceName)  # noqa: S101  (local steps are never the caller's own sources)
        case.record(step, LOCAL_SOURCES[step.source](case.address, options), started=started)
    for step, reason in case.plan.skipped:
        case.skip(step, reason)
    if case.is_settled:
        for step in case.plan.network:
            case.skip(step, "settled")
    return case


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """The most important first, each code once a subject."""
    distinct = {(told.code, told.subject): told for told in reversed(problems)}
    first_said = [told for told in problems if distinct[(told.code, told.subject)] is told]
    return tuple(sorted(first_said, key=lambda told: SEVERITY_ORDER.index(told.severity)))
