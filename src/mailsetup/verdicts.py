"""When sources disagree: who is believed, and what the user is told. Pure.

Trust and order decide nearly always, and then a disagreement is only noted. One case is decided against them: a web
host publishes an autoconfig document for every domain it serves, also for one whose mail goes to somebody else. If the
MX leads to a bundled mailbox provider and the self-published document names servers of other domains, the MX knows
better where the mailbox is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model import Outcome, Protocol, SourceName, Status
from mailsetup.names import registrable_domain
from mailsetup.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailsetup.model import Finding, Problem, Server
    from mailsetup.plan import Step

SELF_PUBLISHED = (SourceName.AUTOCONFIG, SourceName.AUTODISCOVER)
"""What web hosts put up for every domain. PACC is not among them: its digest stands in the domain's own DNS."""

MAIL = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)


class Verdict(NamedTuple):
    """What follows from comparing the findings."""

    demoted: frozenset[int]
    """Ranks of steps whose servers go behind those of the others."""
    problems: tuple[Problem, ...]


_AGREED = Verdict(frozenset(), ())


def judge(findings: Sequence[tuple[Step, Finding]], /) -> Verdict:
    """Compare everything that was found."""
    found = [(step, finding) for step, finding in findings if finding.status is Status.FOUND and finding.servers]
    if len(found) < 2:
        return _AGREED
    demoted: set[int] = set()
    problems: list[Problem] = []
    hoster = next(((s, f) for s, f in found if s.source is SourceName.MX and f.provider), None)
    if hoster is not None:
        for step, finding in found:
            if step.source in SELF_PUBLISHED and _domains(finding).isdisjoint(_domains(hoster[1])):
                demoted.add(step.rank)
                problems.append(_web_host(step, finding, hoster[1]))
    problems += _disagreements([(s, f) for s, f in found if s.rank not in demoted])
    return Verdict(frozenset(demoted), tuple(problems))


def _domains(finding: Finding) -> set[str | None]:
    return {registrable_domain(server.hostname) for server in finding.servers}


def _web_host(step: Step, published: Finding, hoster: Finding) -> Problem:
    assert hoster.provider is not None  # noqa: S101  (the caller chose it for having one)
    return problem(
        "web-host-disagrees-with-mx",
        subject=step.domain,
        domain=step.domain,
        published=published.servers[0].hostname,
        provider=hoster.provider.name,
    )


def _disagreements(found: list[tuple[Step, Finding]]) -> Iterator[Problem]:
    """Yield one note per protocol for which a source puts a host first that the believed one does not know at all."""
    ordered = sorted(found, key=lambda claim: (-claim[1].servers[0].trust, claim[0].rank))
    for protocol in MAIL:
        firsts = [(step, finding, server) for step, finding in ordered if (server := _first(finding, protocol))]
        if not firsts:
            continue
        (believer, finding, believed), *others = firsts
        known = {server.hostname for server in finding.servers}
        for step, _, other in others:
            if other.hostname not in known:
                yield problem(
                    "sources-disagree",
                    subject=other.hostname,
                    protocol=protocol.upper(),
                    believed=believed.hostname,
                    believed_source=str(believer.name),
                    other=other.hostname,
                    other_source=str(step.name),
                )
                break


def _first(finding: Finding, protocol: Protocol) -> Server | None:
    return next((server for server in finding.servers if server.protocol is protocol), None)


def missing_hosts(servers: Iterable[Server], /) -> Iterator[Problem]:
    """Yield a problem for each server that a source names and DNS does not know."""
    for server in servers:
        if server.probe and server.probe.outcome is Outcome.NO_SUCH_HOST:
            named_by = ", ".join(map(str, server.sources))
            yield problem("host-does-not-exist", subject=server.hostname, hostname=server.hostname, sources=named_by)
