"""Findings → one ranked list of servers. Pure.

The same server from several sources is one server that names them all. Order: what a probe found working first, what
it found broken last; what a verdict demoted goes behind the rest; then trust; then the plan's order of sources; then
each source's own order (AC-35). Plaintext stands behind everything encrypted, whoever recommends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model import Security, Server, Service, SourceName

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from mailsetup.model import Finding, Protocol

Endpoint = tuple["Protocol", str, int, Security]


class Ranked(NamedTuple):
    """One source's claim with its place."""

    rank: int
    """The plan's order of the source; smaller is better."""
    place: int
    """The source's own order; smaller is better."""
    server: Server
    demoted: bool = False
    """A verdict puts it behind the others."""


def merge_servers(findings: Iterable[tuple[int, Finding]], /, *, demoted: Container[int] = ()) -> tuple[Server, ...]:
    """Merge the candidates of all findings, each given with its source's rank, best first.

    ``demoted`` are the ranks of sources that a verdict puts behind the others.
    """
    claims: dict[Endpoint, list[Ranked]] = {}
    for rank, finding in findings:
        for place, server in enumerate(finding.servers):
            claims.setdefault(server.endpoint, []).append(Ranked(rank, place, server, rank in demoted))
    merged = [_merge(sorted(same, key=_claim_order)) for same in claims.values()]
    return tuple(claim.server for claim in sorted(merged, key=_result_order))


def _claim_order(claim: Ranked) -> tuple[bool, int, int, int]:
    return (claim.demoted, -claim.server.trust, claim.rank, claim.place)


def _result_order(claim: Ranked) -> tuple[bool, int, bool, int, int, int]:
    server = claim.server
    works = 0 if server.confirmed else 1 if server.probe is None else 2
    return (server.security is Security.NONE, works, claim.demoted, -server.trust, claim.rank, claim.place)


def _merge(claims: list[Ranked]) -> Ranked:
    """Make one server of several claims about the same endpoint; the first is the most trusted and leads."""
    best = claims[0]
    if len(claims) == 1:
        return best
    servers = [claim.server for claim in claims]
    return best._replace(
        server=best.server.model_copy(
            update={
                "sources": _distinct(source for server in servers for source in server.sources),
                "username": next((server.username for server in servers if server.username), None),
                "username_alternatives": _other_usernames(servers),
                "auth": next((server.auth for server in servers if server.auth), ()),
                "probe": next((server.probe for server in servers if server.probe), None),
            }
        )
    )


def _other_usernames(servers: list[Server]) -> tuple[str, ...]:
    """Collect every form but the first; user names are not told from servers of lower trust to those of higher."""
    chosen = next((server.username for server in servers if server.username), None)
    forms = (form for server in servers for form in (server.username, *server.username_alternatives))
    return tuple(dict.fromkeys(form for form in forms if form and form != chosen))


def merge_services(findings: Iterable[tuple[int, Finding]], /) -> tuple[Service, ...]:
    """Merge the services of all findings; the same URL or host and port is one service that names all sources."""
    merged: dict[tuple[object, ...], Service] = {}
    claims = [(rank, place, service) for rank, finding in findings for place, service in enumerate(finding.services)]
    for _, _, service in sorted(claims, key=lambda claim: (-claim[2].trust, claim[0], claim[1])):
        known = merged.get(service.endpoint)
        if known is not None:
            service = known.model_copy(update={"sources": _distinct((*known.sources, *service.sources))})  # noqa: PLW2901
        merged[service.endpoint] = service
    return tuple(merged.values())


def _distinct(sources: Iterable[SourceName | str]) -> tuple[SourceName | str, ...]:
    return tuple(dict.fromkeys(sources))
