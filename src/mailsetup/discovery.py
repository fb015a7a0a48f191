"""One look-up from beginning to end: plan → ask → rank → Discovery.

A ``Case`` is the state of one call. ``begin`` answers what this machine knows, without an event loop; if that settles
the matter, or nothing else may be asked, the case is finished and costs microseconds. Otherwise, if there is a network,
``asking.proceed`` takes the same case there. Both doors do exactly this and nothing else.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.model import Attempt, Discovery, Finding, Options, Probe, Protocol, SourceName, Status, Trust
from mailsetup.plan import Plan, Step, first_wave, may_settle
from mailsetup.problems import problem
from mailsetup.proof import with_probes
from mailsetup.providers.in_use import in_use
from mailsetup.rank import merge_servers, merge_services
from mailsetup.sources import LOCAL_SOURCES
from mailsetup.telling import tell
from mailsetup.verdicts import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.model import Problem, Server, Service
    from mailsetup.sources import LocalSource


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
        self._chosen: tuple[Server | None, Server | None] | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return perf_counter() - self.started

    # What came in

    def record(self, step: Step, finding: Finding, *, started: float) -> None:
        """Keep a finding, and the attempt it was."""
        if finding.status is Status.FOUND or finding.servers:
            self._servers = None
        self.findings.append((step, finding))
        self.probes |= {server.endpoint: server.probe for server in finding.servers if server.probe}
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

    def proven(self, endpoint: tuple[object, ...], probe: Probe) -> None:
        """Keep what a probe of a server or service showed."""
        self._servers = None
        self.probes[endpoint] = probe

    @property
    def services(self) -> tuple[Service, ...]:
        """Every other service found so far."""
        return merge_services(self._found())

    def tell_observer(self) -> None:
        """Show the result so far to whoever wants to watch it grow."""
        if self.options.observer is not None:
            self.options.observer(self.discovery())

    # What follows from it

    @property
    def is_settled(self) -> bool:
        """A local answer ended the asking."""
        return may_settle(self.options) and self.has_final_answer

    @property
    def has_final_answer(self) -> bool:
        """The answer is on this machine: in the user's own file, or under the exact domain in the provider database."""
        return any(finding.final for _, finding in self.findings)

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
            self._chosen = None
            self._demoted = judge(self.findings).demoted
            self._servers = merge_servers(self._found(), demoted=self._demoted)
        return self._servers

    def _found(self) -> list[tuple[int, Finding]]:
        found = [
            (step.rank, with_probes(finding, self.probes))
            for step, finding in self.findings
            if finding.status is Status.FOUND
        ]
        return sorted(found, key=lambda ranked: (ranked[0] in self._demoted, ranked[0]))

    def _pair(self) -> tuple[Server | None, Server | None]:
        servers = self.servers
        if self._chosen is None:
            answer = Discovery(address="", domain="", servers=servers, prefer=Protocol(self.options.prefer))
            self._chosen = answer.incoming, answer.outgoing
        return self._chosen

    @property
    def has_pair(self) -> bool:
        """An incoming and an outgoing server that somebody vouches for."""
        return all(server is not None and server.trust >= Trust.VOUCHED for server in self._pair())

    @property
    def has_answer(self) -> bool:
        """A pair stands that guessing cannot better: it did not come in clear text, and no probe speaks against it."""
        return all(
            server is not None and server.trust > Trust.CLEARTEXT and (server.probe is None or server.confirmed)
            for server in self._pair()
        )

    @property
    def is_proven(self) -> bool:
        """The answer stands, whoever gave it, and is confirmed where probing is on."""
        proven = not self.options.probe or all(server is not None and server.confirmed for server in self._pair())
        return self.has_answer and proven

    @property
    def is_good(self) -> bool:
        """The pair stands, and is confirmed where probing is on."""
        return self.has_pair and self.is_proven

    def matters(self, step: Step) -> bool:
        """Whether the answer to a step that is still being asked could change the result."""
        if self.has_final_answer and not may_settle(self.options):
            return True  # the caller named the sources to hear them all, and not to be told what was known anyway
        chosen = {server.endpoint for server in self._pair() if server is not None}
        ranks = [
            found_step.rank
            for found_step, finding in self.findings
            if any(claim.endpoint in chosen for claim in finding.servers)
        ]
        return step.source is SourceName.MX or step.rank < max(ranks, default=0)

    def discovery(self) -> Discovery:
        """Rank what came back into the answer."""
        servers = self.servers
        found = self._found()
        return Discovery(
            address=str(self.address),
            domain=self.address.domain,
            servers=servers,
            services=self.services,
            provider=next((finding.provider for _, finding in found if finding.provider), None),
            oauth=next((finding.oauth for _, finding in found if finding.oauth), None),
            attempts=tuple(
                sorted(self.attempts, key=lambda attempt: (attempt.outcome is Status.SKIPPED, attempt.started))
            ),
            problems=tell(
                self.address,
                self.options,
                findings=self.findings,
                servers=servers,
                pair=self._pair(),
                told=self.problems,
            ),
            prefer=Protocol(self.options.prefer),
            data_date=in_use().date if self._consulted_bundled() else None,
            elapsed=self.elapsed,
        )

    def _consulted_bundled(self) -> bool:
        return any(step.source is SourceName.BUNDLED for step, _ in self.findings)


def begin(address: str, options: Options, /) -> Case:
    """Open a case and answer what this machine knows.

    Raises:
        InvalidAddress: if ``address`` is not an address.
    """
    return ask_here(Case(Address.parse(address), options))


def ask_here(case: Case, /, *, sources: Mapping[SourceName, LocalSource] = LOCAL_SOURCES) -> Case:
    """Take a new case through its local steps, and give it back."""
    options = case.options
    for step in case.plan.local:
        if case.is_settled:
            case.skip(step, "settled")
            continue
        started = case.elapsed
        assert isinstance(step.source, SourceName)  # noqa: S101  (local steps are never the caller's own sources)
        case.record(step, sources[step.source](case.address, options), started=started)
    for step, reason in case.plan.skipped:
        case.skip(step, reason)
    if case.is_settled:
        for step in case.plan.network:
            case.skip(step, "settled")
    return case


def goes_on(case: Case, /, *, is_online: bool = False) -> bool:
    """Whether the network is to be asked, and there is one. Where there is none, the case is finished and says so.

    Looked at before the network half is loaded, so that a machine without a network is told at once; not again where
    somebody has just seen that it ``is_online``.
    """
    if not case.needs_network:
        return False
    from mailsetup.net.offline import has_network

    if is_online or case.options.network is not None or has_network(case.options):
        return True
    case.problems.append(problem("no-network"))
    for step in () if case.is_settled else case.plan.network:
        case.skip(step, "no-network")
    return False
