"""The bundled provider database, by exact domain and by domain pattern.

An exact domain is trust 3 and settles the matter: the database is part of a release the user chose (TRUST-02). A
pattern is a family resemblance, so it is one step weaker and does not end the asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Finding, ProviderStatus, SourceName, Status, Trust
from mailsetup.problems import problem
from mailsetup.providers.database import bundled
from mailsetup.providers.expand import oauth_of, provider_of, servers_of, services_of

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options, Problem, Provider
    from mailsetup.providers.database import Entry

STATUS_PROBLEMS = {
    ProviderStatus.NO_STANDARD_ACCESS: "no-standard-access",
    ProviderStatus.SHUTTING_DOWN: "shutting-down",
    ProviderStatus.DEAD: "provider-dead",
}


def look_up(address: Address, options: Options, /) -> Finding:  # noqa: ARG001  (the interface's signature)
    """Answer from the bundled database."""
    database = bundled()
    entry = database.by_domain(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, final=True)
    entry = database.by_pattern(address.domain)
    if entry is not None:
        return finding_of(entry, address, source=SourceName.BUNDLED, trust=Trust.VOUCHED)
    return Finding(status=Status.ABSENT, reason="not-listed")


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
    return Finding(
        status=Status.FOUND,
        servers=servers_of(entry, address, source=source, trust=trust, provenance=provenance),
        services=services_of(entry, address, source=source, trust=trust, provenance=provenance),
        provider=provider,
        oauth=oauth_of(entry),
        problems=_problems(provider),
        final=final,
    )


def _problems(provider: Provider) -> tuple[Problem, ...]:
    code = STATUS_PROBLEMS.get(provider.status)
    return () if code is None else (problem(code, subject=provider.id, provider=provider.name),)
