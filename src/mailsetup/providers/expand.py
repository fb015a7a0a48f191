"""A provider's record, made into the servers, services and facts for one address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.model import (
    Auth,
    HelpPage,
    OAuth,
    Protocol,
    Provider,
    ProviderStatus,
    Requirement,
    Security,
    Server,
    Service,
    SourceName,
    Trust,
)
from mailsetup.placeholders import fill_hostname, fill_username, fill_username_ascii

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.providers.database import Entry

DEFAULT_USERNAME = "%EMAILADDRESS%"


def servers_of(
    entry: Entry, address: Address, /, *, source: SourceName, trust: Trust, provenance: tuple[str, ...]
) -> tuple[Server, ...]:
    """Give the provider's servers for ``address``, in the file's order of preference, with user names filled in."""
    return tuple(
        _server(data, address, source=source, trust=trust, provenance=provenance)
        for data in entry.data.get("servers", ())
        if address.domain in data.get("only_for", (address.domain,))
    )


def _server(
    data: dict[str, Any], address: Address, *, source: SourceName, trust: Trust, provenance: tuple[str, ...]
) -> Server:
    template = data.get("username", DEFAULT_USERNAME)
    username = fill_username(template, address)
    others = [fill_username(other, address) for other in data.get("username_alternatives", ())]
    if address.domain_typed != address.domain:
        others.append(fill_username_ascii(template, address))  # EAI-09: second try with A-labels
    return Server(
        protocol=Protocol(data["protocol"]),
        hostname=fill_hostname(data["hostname"], address),
        port=data["port"],
        security=Security(data["security"]),
        username=username,
        username_alternatives=tuple(dict.fromkeys(other for other in others if other != username)),
        auth=tuple(Auth(word) for word in data.get("auth", ("password",))),
        trust=trust,
        sources=(source,),
        provenance=provenance,
    )


def services_of(
    entry: Entry, address: Address, /, *, source: SourceName, trust: Trust, provenance: tuple[str, ...]
) -> tuple[Service, ...]:
    """Give the provider's other services."""
    return tuple(
        Service(
            protocol=Protocol(data["protocol"]),
            url=data["url"],
            username=fill_username(DEFAULT_USERNAME, address),
            auth=tuple(Auth(word) for word in data.get("auth", ())),
            trust=trust,
            sources=(source,),
            provenance=provenance,
        )
        for data in entry.data.get("services", ())
    )


def provider_of(entry: Entry, /) -> Provider:
    """Give what is known about the provider itself."""
    data = entry.data
    return Provider(
        id=data["id"],
        name=data["name"],
        short_name=data.get("short_name", ""),
        status=ProviderStatus(data.get("status", "ok")),
        status_text=data.get("status_text", {}),
        website=data.get("website"),
        requirements=tuple(Requirement(**requirement) for requirement in data.get("requirements", ())),
        help=tuple(HelpPage(**page) for page in data.get("help", ())),
        sources=tuple(data["sources"]),
        checked=data["checked"],
    )


def oauth_of(entry: Entry, /) -> OAuth | None:
    """Give the provider's public OAuth facts."""
    data = entry.data.get("oauth")
    return None if data is None else OAuth(**data, source=f"bundled:{entry.id}")
