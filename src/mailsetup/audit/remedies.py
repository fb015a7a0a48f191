"""What the owner may publish, ready to paste: made of the servers that were seen working, by the formats' own writers.

Where nothing works there is nothing to publish, and the remedies are empty. User names become placeholders, so that a
document serves everybody in the domain.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mailsetup.audit.evidence import MAIL
from mailsetup.audit.places import AUTOCONFIG_HOST, SMTP_PORT, autodiscover_url, pacc_url, sts_url, tlsa_owner
from mailsetup.formats import autoconfig, autodiscover, pacc, srv
from mailsetup.formats.pacc.words import SERVERS as PACC_SERVERS
from mailsetup.model import Auth, Protocol, Provider, Security, Server
from mailsetup.model.audit import Remedy

if TYPE_CHECKING:
    from mailsetup.audit.evidence import Evidence
    from mailsetup.model import OAuth, Service

TTL = 3600

MAX_AGE = 604800
"""Seconds that a first MTA-STS policy is kept: a week (RFC 8461 section 3.2 advises weeks or more, once it works)."""

NOTHING: tuple[Remedy, ...] = ()


class Remedies:
    """What can be published for one domain."""

    def __init__(self, evidence: Evidence, /) -> None:
        self._evidence = evidence
        self._domain = evidence.domain

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers to publish: of each protocol the best host that works, implicit TLS first."""
        seen = [*self._evidence.servers, *self._evidence.beside]
        return tuple(server for protocol in MAIL for server in _of_best_host(protocol, seen))

    def srv(self) -> tuple[Remedy, ...]:
        """Give the SRV records (RFC 6186, 8314)."""
        lines = srv.zone_lines(self._domain, servers=self.servers, services=self._services(), ttl=TTL)
        return (self._zone(*lines),) if self.servers else NOTHING

    def autoconfig(self) -> tuple[Remedy, ...]:
        """Give the autoconfig document."""
        if not self.servers:
            return NOTHING
        document = autoconfig.render(
            servers=self.servers,
            provider=self._provider(),
            oauth=self._oauth(),
            domains=(self._domain,),
            templates_for=self._evidence.address,
            version="1.1",
        )
        return (_file(AUTOCONFIG_HOST.format(domain=self._domain), document),)

    def pacc(self) -> tuple[Remedy, ...]:
        """Give the PACC document, with the record that binds it. It can say implicit TLS at the usual ports only."""
        implied = [tuple(one) for one in PACC_SERVERS.values()]
        if not any((s.protocol, s.port, s.security) in implied for s in self.servers):
            return NOTHING
        document = pacc.render(
            servers=self.servers, services=self._services(), provider=self._provider(), oauth=self._oauth()
        )
        return (_file(pacc_url(self._domain), document), *self.digest(document))

    def digest(self, document: bytes, /) -> tuple[Remedy, ...]:
        """Give the record with the digest of a PACC document (PACC-02)."""
        return (self._record(f"_ua-auto-config.{self._domain}", f'TXT "{pacc.record(document)}"'),)

    def autodiscover(self) -> tuple[Remedy, ...]:
        """Give an Exchange Autodiscover answer. Without a log-in name, programs take the address."""
        if not self.servers:
            return NOTHING
        forms = {str(self._evidence.address): None, self._evidence.address.local: "%EMAILLOCALPART%"}
        servers = [
            server.model_copy(update={"username": forms.get(server.username or "", server.username)})
            for server in self.servers
        ]
        return (_file(autodiscover_url(self._domain), autodiscover.render(servers=servers)),)

    def null_mx(self) -> tuple[Remedy, ...]:
        """Give the record that says "no mail here" (RFC 7505)."""
        return (self._record(self._domain, "MX 0 ."),)

    def addresses(self, name: str, /) -> tuple[Remedy, ...]:
        """Give address records for a name that is an alias now."""
        found = self._evidence.addresses(name)
        lines = [f"{name}. {TTL} IN {type_} {address}" for type_ in found for address in found[type_]]
        return (self._zone(*lines),) if lines else NOTHING

    def sts_record(self) -> tuple[Remedy, ...]:
        """Give the record that announces an MTA-STS policy, with a new id."""
        identifier = self._evidence.now.strftime("%Y%m%d%H%M%S")
        return (self._record(f"_mta-sts.{self._domain}", f'TXT "v=STSv1; id={identifier}"'),)

    def sts_policy(self, mode: str, /) -> tuple[Remedy, ...]:
        """Give a policy for the present exchangers, with its record."""
        hostnames = [exchanger.hostname for exchanger in self._evidence.exchangers]
        if not hostnames:
            return NOTHING
        lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {name}" for name in hostnames), f"max_age: {MAX_AGE}"]
        # RFC 8461 section 3.2: lines may end in CRLF or LF.
        return (Remedy(kind="file", place=sts_url(self._domain), text="\n".join(lines) + "\n"), *self.sts_record())

    def tlsa(self, hostname: str, port: int, key_fingerprint: str, /) -> tuple[Remedy, ...]:
        """Give the record for a key: DANE-EE, public key, SHA-256, which outlives the certificate (RFC 7671)."""
        if not key_fingerprint:
            return NOTHING
        return (self._record(tlsa_owner(hostname, port), f"TLSA 3 1 1 {key_fingerprint}"),)

    def _services(self) -> tuple[Service, ...]:
        found = [service for claimed in self._evidence.claims for service in claimed.finding.services]
        return tuple({service.endpoint: service for service in reversed(found)}.values())[::-1]

    def _oauth(self) -> OAuth | None:
        """Give what is known about tokens, where a server that is published takes them."""
        if not any(Auth.OAUTH2 in server.auth for server in self.servers):
            return None
        return next((claimed.finding.oauth for claimed in self._evidence.claims if claimed.finding.oauth), None)

    def _provider(self) -> Provider:
        return Provider(id=self._domain, name=self._evidence.address.domain_unicode)

    def _record(self, owner: str, data: str) -> Remedy:
        return self._zone(f"{owner}. {TTL} IN {data}")

    def _zone(self, *lines: str) -> Remedy:
        return Remedy(kind="zone", place=self._domain, text="\n".join(lines) + "\n")


def _of_best_host(protocol: Protocol, seen: list[Server]) -> list[Server]:
    working = [
        server for server in seen if server.protocol is protocol and server.confirmed and server.port != SMTP_PORT
    ]
    if not working:
        return []
    host = working[0].hostname
    same = [server.model_copy(update={"username_alternatives": ()}) for server in working if server.hostname == host]
    return sorted(same, key=lambda server: server.security is not Security.TLS)


def _file(url: str, document: bytes) -> Remedy:
    return Remedy(kind="file", place=url, text=document.decode())
