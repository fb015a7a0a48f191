"""One look-up from beginning to end: plan → ask → rank → Discovery.

A ``Case`` is the state of one call. ``begin`` answers what this machine knows, without an event loop; if that settles
the matter, or nothing else may be asked, the case is finished and costs microseconds. Otherwise ``asking.proceed``
takes the same case to the network. Both doors do exactly this and nothing else.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.model import Attempt, Discovery, Finding, Options, Protocol, SourceName, Status
from mailsetup.plan import Plan, Step, first_wave, may_settle
from mailsetup.problems import problem
from mailsetup.providers.database import bundled
from mailsetup.rank import merge_servers, merge_services
from mailsetup.sources import LOCAL_SOURCES

if TYPE_CHECKING:
    from mailsetup.model import Problem

SEVERITY_ORDER = ("error", "warning", "info")


class Case:
    """The state of one call: what was planned, what came back, when."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.options = options
        self.plan: Plan = first_wave(address, options)
        self.started = perf_counter()
        self.findings: list[tuple[Step, Finding]] = []
        self.attempts: list[Attempt] = []
        self.problems: list[Problem] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return perf_counter() - self.started

    @property
    def is_settled(self) -> bool:
        """A local answer ended the asking."""
        return may_settle(self.options) and any(finding.final for _, finding in self.findings)

    def record(self, step: Step, finding: Finding, *, started: float) -> None:
        """Keep a finding, and the attempt it was."""
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
        """Keep it on record that a step was not taken."""
        self.attempts.append(Attempt(source=step.name, asked=step.domain, outcome=Status.SKIPPED, reason=reason))

    def discovery(self) -> Discovery:
        """Rank what came back into the answer."""
        found = [(step.rank, finding) for step, finding in self.findings if finding.status is Status.FOUND]
        found.sort(key=lambda ranked: ranked[0])
        servers = merge_servers(found)
        return Discovery(
            address=str(self.address),
            domain=self.address.domain,
            servers=servers,
            services=merge_services(found),
            provider=next((finding.provider for _, finding in found if finding.provider), None),
            oauth=next((finding.oauth for _, finding in found if finding.oauth), None),
            attempts=tuple(self.attempts),
            problems=_in_order([*self.problems, *self._nothing_found(bool(servers))]),
            prefer=Protocol(self.options.prefer),
            data_date=bundled().date if self._consulted_bundled() else None,
            elapsed=self.elapsed,
        )

    def _consulted_bundled(self) -> bool:
        return any(step.source is SourceName.BUNDLED for step, _ in self.findings)

    def _nothing_found(self, found: bool) -> list[Problem]:
        """Say why there is nothing, if there is nothing and nobody has said why yet."""
        if found or any(told.severity == "error" for told in self.problems):
            return []
        domain = self.address.domain_unicode
        if self.address.domain.startswith("["):
            code = "address-literal"
        elif not self.address.gets_network_discovery:
            code = "local-name"
        else:
            code = "nothing-known-offline" if self.options.offline else "nothing-found"
        return [problem(code, subject=self.address.domain, domain=domain)]


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
    distinct = dict.fromkeys((told.code, told.subject) for told in problems)
    first = {(told.code, told.subject): told for told in reversed(problems)}
    ordered = [first[key] for key in distinct]
    return tuple(sorted(ordered, key=lambda told: SEVERITY_ORDER.index(told.severity)))
