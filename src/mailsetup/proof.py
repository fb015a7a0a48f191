"""What probes mean for what was found: which servers are worth one now, and what a result says because of them. Pure.

Order of business per protocol: every server of the leading source side by side; when all of those have failed, the next
source's. A server that only plaintext is known for is tried with TLS first; such a variant joins the result only if a
probe confirmed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol, Security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mailsetup.model import Finding, Probe, Server

MAIL_PROTOCOLS = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)


def worth_probing(servers: tuple[Server, ...], /) -> Iterator[Server]:
    """Yield the servers to prove now, those that matter most first. ``servers`` are ranked, each with its probe."""
    for protocol in MAIL_PROTOCOLS:
        offers = [server for server in servers if server.protocol is protocol]
        leaders = _leaders(offers)
        for server in offers:
            if leaders & set(server.sources):
                yield from _variants(server)
                yield server


def _leaders(offers: list[Server]) -> set[object]:
    """Give the source whose servers are on trial: the first one that works, else the first one not yet tried."""
    for server in offers:
        if server.probe is None or server.confirmed:
            return set(server.sources[:1])
    return set()


def _variants(server: Server) -> tuple[Server, ...]:
    if server.security is not Security.NONE:
        return ()
    from mailsetup.prober.upgrade import upgrades

    return upgrades(server)


def with_probes(finding: Finding, probes: Mapping[tuple[object, ...], Probe], /) -> Finding:
    """Give the finding with each server's probe, its authentication refined by what the server really offers."""
    if not probes:
        return finding
    return finding.model_copy(
        update={
            "servers": tuple(_judged(server, probes) for server in _with_variants(finding, probes)),
            "services": tuple(
                service.model_copy(update={"probe": probes.get(service.endpoint)}) for service in finding.services
            ),
        }
    )


def _with_variants(finding: Finding, probes: Mapping[tuple[object, ...], Probe]) -> Iterator[Server]:
    named = {server.endpoint for server in finding.servers}
    for server in finding.servers:
        for variant in _variants(server):
            probe = probes.get(variant.endpoint)
            if probe is not None and probe.is_confirmed and variant.endpoint not in named:
                named.add(variant.endpoint)
                yield variant
        yield server


def _judged(server: Server, probes: Mapping[tuple[object, ...], Probe]) -> Server:
    from mailsetup.prober.auth import reconcile_auth

    probe = probes.get(server.endpoint)
    if probe is None:
        return server
    return server.model_copy(update={"probe": probe, "auth": reconcile_auth(server.auth, probe.auth)})
