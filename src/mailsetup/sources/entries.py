"""A bundled provider's record, made into a finding: what the ``bundled`` and the ``mx`` source share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Finding, ProviderStatus, SourceName, Status, Trust
from mailsetup.problems import problem
from mailsetup.providers.expand import oauth_of, provider_of, servers_of, services_of

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Problem, Provider, Server
    from mailsetup.providers.database import Entry

STATUS_PROBLEMS = {
    ProviderStatus.NO_STANDARD_ACCESS: "no-standard-access",
    ProviderStatus.SHUTTING_DOWN: "shutting-down",
    ProviderStatus.DEAD: "provider-dead",
}


def finding_of(
    entry: Entry,
    address: Address,
    /,
    *,
    source: SourceName,
    trust: Trust,
    via: tuple[str, ...] = (),
    final: bool = False,
) -> Finding:
    """Make the finding that a provider's record stands for. ``via`` are the hops that led to the record."""
    provider = provider_of(entry)
    provenance = (*via, f"bundled:{entry.id}")
    servers = servers_of(entry, address, source=source, trust=trust, provenance=provenance)
    return Finding(
        status=Status.FOUND,
        servers=servers,
        services=services_of(entry, address, source=source, trust=trust, provenance=provenance),
        provider=provider,
        oauth=oauth_of(entry),
        problems=_problems(provider),
        final=final and settles(provider, servers),
    )


def settles(provider: Provider, servers: tuple[Server, ...]) -> bool:
    """Whether a record can end the asking: it has servers, or says that mail programs have nothing to look for here."""
    return bool(servers) or provider.status not in (ProviderStatus.OK, ProviderStatus.PREPARATION)


def _problems(provider: Provider) -> tuple[Problem, ...]:
    code = STATUS_PROBLEMS.get(provider.status)
    return () if code is None else (problem(code, subject=provider.id, provider=provider.name),)
