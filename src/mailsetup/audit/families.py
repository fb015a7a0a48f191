"""What the programs of each family would end up with: the first place on their way that names a server. Pure.

Each family is a list of places in its own order. A family takes what it finds; it does not know that another mechanism
has something better, and neither does this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.audit.evidence import MAIL
from mailsetup.model import Protocol, SourceName, Status
from mailsetup.model.audit import Family, Standing, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.audit.evidence import Claimed, Evidence
    from mailsetup.model import Finding, Server

EXCHANGE = (Protocol.EWS, Protocol.ACTIVESYNC, Protocol.GRAPH)


class Place(NamedTuple):
    """One stop on a family's way."""

    source: SourceName
    at_hoster: bool = False
    """Asked about the name that the MX leads to, and not about the domain."""


OWN_AUTOCONFIG, OWN_ISPDB = Place(SourceName.AUTOCONFIG), Place(SourceName.ISPDB)
HOSTERS = (Place(SourceName.ISPDB, at_hoster=True), Place(SourceName.AUTOCONFIG, at_hoster=True))

WAYS: dict[Family, tuple[Place, ...]] = {
    Family.AUTOCONFIG: (OWN_AUTOCONFIG, OWN_ISPDB, *HOSTERS, Place(SourceName.GUESS)),
    Family.ISPDB: (OWN_ISPDB, HOSTERS[0]),
    Family.PACC: (Place(SourceName.PACC),),
    Family.SRV: (Place(SourceName.SRV),),
    Family.OUTLOOK: (Place(SourceName.AUTODISCOVER),),
    Family.APPLE: (Place(SourceName.SRV),),
    Family.GUESS: (Place(SourceName.GUESS),),
}
"""Where each family looks, in order."""

USES_SERVICES = (Family.OUTLOOK,)
"""Families whose programs need no IMAP where there is Exchange."""


def views(evidence: Evidence, /) -> tuple[View, ...]:
    """Give what each family ends up with."""
    return tuple(_view(family, evidence) for family in Family)


def _view(family: Family, evidence: Evidence) -> View:
    stops = list(_stops(family, evidence.claims))
    for claimed in stops:
        finding = evidence.proven(claimed)
        if claimed.found and _is_of_use(family, finding):
            return _taken(family, claimed, finding)
    return _without(family, stops)


def _stops(family: Family, claims: Iterable[Claimed]) -> Iterator[Claimed]:
    claims = list(claims)
    for place in WAYS[family]:
        yield from (one for one in claims if (one.source, one.is_hosters) == place)


def _is_of_use(family: Family, finding: Finding) -> bool:
    mail = any(server.protocol in MAIL for server in finding.servers)
    return mail or (family in USES_SERVICES and any(service.protocol in EXCHANGE for service in finding.services))


def _taken(family: Family, claimed: Claimed, finding: Finding) -> View:
    incoming = _first(finding.servers, (Protocol.IMAP, Protocol.POP3))
    outgoing = _first(finding.servers, (Protocol.SMTP,))
    services = tuple(one for one in finding.services if one.protocol in EXCHANGE) if family in USES_SERVICES else ()
    return View(
        family=family,
        standing=_standing(incoming, outgoing),
        incoming=incoming,
        outgoing=outgoing,
        services=services,
        source=claimed.source,
        origin=claimed.place,
    )


def _first(servers: Iterable[Server], protocols: tuple[Protocol, ...]) -> Server | None:
    return next((server for server in servers if server.protocol in protocols), None)


def _standing(incoming: Server | None, outgoing: Server | None) -> Standing:
    named = [server for server in (incoming, outgoing) if server is not None]
    if not named or all(server.probe is None for server in named):
        return Standing.UNTRIED
    working = sum(server.confirmed for server in named)
    return (Standing.FAILS, Standing.PARTLY, Standing.WORKS)[working]


def _without(family: Family, stops: list[Claimed]) -> View:
    """Say why there is nothing, by the first stop that has a reason: it is the one the family relies on."""
    told = next((claimed for claimed in stops if claimed.finding.detail), None)
    waits = any(claimed.finding.reason == "needs-login" for claimed in stops)
    return View(
        family=family,
        standing=Standing.UNTRIED if waits and family in USES_SERVICES else Standing.NOTHING,
        outcome=told.finding.status if told else Status.ABSENT,
        detail=told.finding.detail if told else "",
    )
