"""A provider's record, made into the servers, services and facts for one address."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailsetup.model import HelpPage, OAuth, Provider, ProviderStatus, Requirement, Server, Service
from mailsetup.placeholders import fill_hostname, fill_url, fill_username, fill_username_ascii
from mailsetup.providers.database import DECODED_RECORDS

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import SourceName, Trust
    from mailsetup.providers.database import Entry

DEFAULT_USERNAME = "%EMAILADDRESS%"
DEFAULT_AUTH = ("password",)


def servers_of(
    entry: Entry, address: Address, /, *, source: SourceName, trust: Trust, provenance: tuple[str, ...]
) -> tuple[Server, ...]:
    """Give the provider's servers for ``address``, in the file's order of preference, with user names filled in."""
    claim = {"trust": trust, "sources": (source,), "provenance": provenance}
    usernames = _Usernames(address)
    return tuple(
        # Words and numbers go in as they are compiled: pydantic turns them into members faster than Python can.
        Server.model_validate(
            {
                "protocol": data["protocol"],
                "hostname": fill_hostname(data["hostname"], address),
                "port": data["port"],
                "security": data["security"],
                "username": usernames[data.get("username", DEFAULT_USERNAME)],
                "username_alternatives": usernames.alternatives(data),
                "auth": data.get("auth", DEFAULT_AUTH),
                **claim,
            }
        )
        for data in entry.data.get("servers", ())
        if address.domain in data.get("only_for", (address.domain,))
    )


class _Usernames(dict[str, str]):
    """User names by template: nearly all servers of a provider share one, so it is filled in once."""

    def __init__(self, address: Address) -> None:
        super().__init__()
        self.address = address

    def __missing__(self, template: str) -> str:
        self[template] = fill_username(template, self.address)
        return self[template]

    def alternatives(self, data: dict[str, Any]) -> tuple[str, ...]:
        """Fill in the other forms of one server; none of them is its first form."""
        others = [self[template] for template in data.get("username_alternatives", ())]
        template = data.get("username", DEFAULT_USERNAME)
        if self.address.domain_typed != self.address.domain:
            others.append(fill_username_ascii(template, self.address))  # EAI-09: second try with A-labels
        return tuple(dict.fromkeys(other for other in others if other != self[template])) if others else ()


def services_of(
    entry: Entry, address: Address, /, *, source: SourceName, trust: Trust, provenance: tuple[str, ...]
) -> tuple[Service, ...]:
    """Give the provider's other services."""
    return tuple(
        Service.model_validate(
            {
                "protocol": data["protocol"],
                "url": fill_url(data["url"], address),
                "username": fill_username(DEFAULT_USERNAME, address),
                "auth": data.get("auth", ()),
                "trust": trust,
                "sources": (source,),
                "provenance": provenance,
            }
        )
        for data in entry.data.get("services", ())
    )


@lru_cache(maxsize=DECODED_RECORDS)
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


@lru_cache(maxsize=DECODED_RECORDS)
def oauth_of(entry: Entry, /) -> OAuth | None:
    """Give the provider's public OAuth facts."""
    data = entry.data.get("oauth")
    return None if data is None else OAuth(**data, source=f"bundled:{entry.id}")
