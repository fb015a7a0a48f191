"""One ISPDB file (or any autoconfig document), made into a provider file.

The document is read by the same parser that discovery uses; what that ignores is ignored here too, and said. Names of
servers and users stay templates. What only people can tell (requirements, status) is not in such a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from mailsetup.formats import autoconfig
from mailsetup.model import Security, Severity
from mailsetup.providers.import_facts import Offer
from mailsetup.providers.import_names import entry_or_drop, host_names, look_alikes, shortest, slug
from mailsetup.providers.schema import HelpEntry, MxEntry, OAuthEntry, ProviderFile, ServerEntry, ServiceEntry

if TYPE_CHECKING:
    from datetime import date

    from mailsetup.formats.autoconfig import ClientConfig
    from mailsetup.model import Ignored, Server
    from mailsetup.providers.import_names import Drop

SERVER_PROTOCOLS = get_args(ServerEntry.model_fields["protocol"].annotation)
SERVICE_PROTOCOLS = get_args(ServiceEntry.model_fields["protocol"].annotation)


def offer(document: bytes, /, *, name: str, checked: date, source: str = "ispdb") -> Offer:
    """Make a provider file out of an autoconfig document that was read on ``checked``.

    ``name`` (the file's, without its ending) is the id where the document has none.

    Raises:
        InvalidDocument: if the document is unusable as a whole.
    """
    config = autoconfig.parse(document)
    result = Offer()
    result.dropped += [f"{name}: {item.where}: {item.reason}" for item in config.ignored if _was_left_out(item)]
    drop = result.dropped.append
    described = config.provider
    identifier = described.id if described and described.id and "%" not in described.id else name
    values: dict[str, Any] = {
        "id": slug(identifier),
        "name": described.name if described and described.name else identifier[:60],
        "short_name": described.short_name if described else "",
        "kind": "mailbox" if config.domains else "hoster",
        "domains": host_names(config.domains, drop),
        "mx": _mx(config, drop),
        "servers": _servers(config, drop),
        "services": _services(config, drop),
        "oauth": _oauth(config, drop),
        "website": described.website if described else None,
        "help": _help(config, drop),
        "sources": [source],
        "checked": checked,
    }
    try:
        result.file = ProviderFile.model_validate(values)
    except ValidationError as error:
        drop(f"{identifier}: left out ({error.errors()[0]['msg'].removeprefix('Value error, ')})")
    return result


def _was_left_out(item: Ignored) -> bool:
    return item.severity is not Severity.INFO and item.code != "plaintext"


def _mx(config: ClientConfig, drop: Drop) -> MxEntry | None:
    suffixes = shortest(host_names(config.mx_domains, drop))
    if not suffixes:
        return None
    values = {"suffixes": suffixes, "matches": suffixes, "rejects": look_alikes(suffixes[0])}
    return next(iter(entry_or_drop(MxEntry, values, drop, "mx")), None)


def _servers(config: ClientConfig, drop: Drop) -> tuple[ServerEntry, ...]:
    """The document's order of preference, but plaintext never before TLS."""
    found: dict[tuple[str, str, int], ServerEntry] = {}
    for server in config.servers:
        if server.protocol not in SERVER_PROTOCOLS:
            continue
        for entry in entry_or_drop(ServerEntry, _server(server), drop, f"{server.protocol} {server.hostname}"):
            found.setdefault((entry.protocol, entry.hostname, entry.port), entry)
    return tuple(
        sorted(found.values(), key=lambda e: (SERVER_PROTOCOLS.index(e.protocol), e.security is Security.NONE))
    )


def _server(server: Server) -> dict[str, Any]:
    return {
        "protocol": server.protocol,
        "hostname": server.hostname,
        "port": server.port,
        "security": server.security,
        "username": server.username or "%EMAILADDRESS%",
        "username_alternatives": server.username_alternatives,
        "auth": server.auth or ("password",),
    }


def _services(config: ClientConfig, drop: Drop) -> list[ServiceEntry]:
    entries: list[ServiceEntry] = []
    for service in config.services:
        if service.protocol in SERVICE_PROTOCOLS and service.url:
            values = {"protocol": service.protocol, "url": service.url, "auth": service.auth}
            entries += entry_or_drop(ServiceEntry, values, drop, f"{service.protocol} {service.url}")
    return entries


def _oauth(config: ClientConfig, drop: Drop) -> OAuthEntry | None:
    if config.oauth is None or config.oauth.authorization_url is None:
        return None
    values = config.oauth.model_dump(include=set(OAuthEntry.model_fields))
    return next(iter(entry_or_drop(OAuthEntry, values, drop, "oauth")), None)


def _help(config: ClientConfig, drop: Drop) -> list[HelpEntry]:
    pages = config.provider.help if config.provider else ()
    entries = []
    for page in pages:
        # A list's own words about a page are not taken over, only what it is about and in which language.
        values = {"url": page.url, "language": page.language}
        entries += entry_or_drop(HelpEntry, values, drop, f"help {page.url}")
    return entries
