"""Remarks about how the mechanisms compare, field by field: host, port, security, user name, ways to log in.

Compared is what each mechanism puts first, for those who take the first. The hoster's general documents and the guesses
are left out: they do not speak for the domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.audit.evidence import MAIL
from mailsetup.model import SourceName
from mailsetup.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.address import Address
    from mailsetup.audit.evidence import Claimed, Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model import Protocol, Server
    from mailsetup.model.audit import Remark

SILENT_ABOUT_USERS = (SourceName.SRV, SourceName.GUESS)
"""Mechanisms that name no user name (SRV-14): what we fill in is our own assumption."""


class Said(NamedTuple):
    """What one mechanism says about one protocol."""

    source: SourceName
    servers: tuple[Server, ...]

    @property
    def first(self) -> Server:
        """What its readers take."""
        return self.servers[0]


def _said(protocol: Protocol, evidence: Evidence) -> list[Said]:
    """Give what each mechanism says, the most trusted first, each mechanism once."""
    found: dict[SourceName, Said] = {}
    for claimed in sorted(filter(_speaks, evidence.claims), key=lambda one: (-_trust(one), one.step.rank)):
        servers = tuple(server for server in claimed.finding.servers if server.protocol is protocol)
        if servers and claimed.step.rank not in evidence.verdict.demoted:
            found.setdefault(claimed.source, Said(claimed.source, servers))
    return list(found.values())


def _speaks(claimed: Claimed) -> bool:
    return claimed.found and not claimed.is_hosters and claimed.source is not SourceName.GUESS


def _trust(claimed: Claimed) -> int:
    return max((int(server.trust) for server in claimed.finding.servers), default=0)


def _listed(values: Iterable[tuple[str, SourceName]]) -> str:
    """Write ``993 (pacc, srv) / 143 (autoconfig)``."""
    by_value: dict[str, list[str]] = {}
    for value, source in values:
        if str(source) not in by_value.setdefault(value, []):
            by_value[value].append(str(source))
    return " / ".join(f"{value} ({', '.join(sources)})" for value, sources in by_value.items())


def about_the_web_host(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """A web host that publishes its own servers for a domain whose mail is elsewhere."""
    for problem in evidence.verdict.problems:
        if problem.code == "web-host-disagrees-with-mx":
            yield remark(
                "web-host-disagrees",
                subject=problem.arguments["published"],
                remedies=remedies.autoconfig(),
                facts=problem.arguments,
            )


def about_places(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Host, port and security."""
    for protocol in MAIL:
        said = _said(protocol, evidence)
        if not said:
            continue
        hosts = {server.hostname for server in said[0].servers}
        cure = (*remedies.srv(), *remedies.autoconfig())
        if any(one.first.hostname not in hosts for one in said):
            values = _listed((one.first.hostname, one.source) for one in said)
            yield remark("hosts-disagree", subject=protocol, protocol=protocol.upper(), values=values, remedies=cure)
        yield from _about_ports(protocol, said, remedies)
        yield from _about_security(said)


def _about_ports(protocol: Protocol, said: list[Said], remedies: Remedies) -> Iterator[Remark]:
    host = said[0].first.hostname
    alike = [one for one in said if one.first.hostname == host]
    ports = {server.port for server in alike[0].servers}
    if any(one.first.port not in ports for one in alike):
        values = _listed((str(one.first.port), one.source) for one in alike)
        cure = (*remedies.srv(), *remedies.autoconfig())
        facts = {"protocol": protocol.upper(), "hostname": host, "values": values}
        yield remark("ports-disagree", subject=f"{protocol} {host}", remedies=cure, facts=facts)


def _about_security(said: list[Said]) -> Iterator[Remark]:
    claims: dict[tuple[str, int], list[tuple[str, SourceName]]] = {}
    for one in said:
        for server in one.servers:
            claims.setdefault((server.hostname, server.port), []).append((str(server.security), one.source))
    for (host, port), values in claims.items():
        if len({value for value, _ in values}) > 1:
            facts = {"hostname": host, "port": str(port), "values": _listed(values)}
            yield remark("security-disagrees", subject=f"{host}:{port}", facts=facts)


def about_usernames(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """The form of the user name, as a template."""
    for protocol in MAIL:
        forms = [
            (_form(one.first.username, evidence.address), one.source)
            for one in _said(protocol, evidence)
            if one.first.username and one.source not in SILENT_ABOUT_USERS
        ]
        if len({form for form, _ in forms}) > 1:
            facts = {"protocol": protocol.upper(), "values": _listed(forms)}
            yield remark("usernames-disagree", subject=protocol, remedies=remedies.autoconfig(), facts=facts)


def _form(username: str, address: Address) -> str:
    forms = {
        address.local: "%EMAILLOCALPART%",
        address.domain: "%EMAILDOMAIN%",
        address.ascii: "%EMAILADDRESS%",
        str(address): "%EMAILADDRESS%",
    }
    return forms.get(username, username)


def about_auth(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """The way to log in that stands first."""
    for protocol in MAIL:
        said = [(str(one.first.auth[0]), one.source) for one in _said(protocol, evidence) if one.first.auth]
        if len({way for way, _ in said}) > 1:
            facts = {"protocol": protocol.upper(), "values": _listed(said)}
            yield remark("auth-disagrees", subject=protocol, facts=facts)
