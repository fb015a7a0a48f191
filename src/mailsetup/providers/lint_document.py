"""Proof that a provider file survives being published: written as autoconfig, read back as every client reads it.

What autoconfig can express comes back as it went in: servers with templates, services, names, help pages, OAuth
endpoints. What it cannot (requirements, MX names, PKCE, the topic of a help page) is not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.formats import autoconfig
from mailsetup.model import HelpPage, OAuth, Provider, Server, Service, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.formats.autoconfig import ClientConfig
    from mailsetup.providers.schema import ProviderFile

NOT_IN_AUTOCONFIG = {"servers": {"only_for", "source"}, "help": {"topic"}, "oauth": {"pkce"}}
"""Fields that the format has no place for."""


class Claims(NamedTuple):
    """What a provider file and an autoconfig document can both say, in one form."""

    domains: tuple[str, ...]
    servers: tuple[Server, ...]
    services: tuple[Service, ...]
    names: dict[str, Any]
    help: tuple[HelpPage, ...]
    oauth: OAuth | None


def document_of(file: ProviderFile, /) -> bytes:
    """Write the autoconfig document that the provider could publish; placeholders stay placeholders."""
    claims = _said(file)
    provider = Provider(id=file.id, help=claims.help, **claims.names)
    return autoconfig.render(
        servers=claims.servers, services=claims.services, provider=provider, oauth=claims.oauth, domains=claims.domains
    )


def check(file: ProviderFile, /) -> Iterator[tuple[str, str]]:
    """Yield a code and a sentence for each thing that a client would not take, or would take otherwise."""
    if not file.servers:
        return
    try:
        config = autoconfig.parse(document_of(file))
    except InvalidDocument as error:
        yield "autoconfig", f"as autoconfig it is unusable: {error.reason}"
        return
    for item in config.ignored:
        if item.severity is Severity.ERROR:
            yield "autoconfig", f"as autoconfig, {item.where}: {item.reason}"
    said, read = _said(file), _read(config)
    for name in Claims._fields:
        if getattr(said, name) != getattr(read, name):
            yield "round-trip", f"autoconfig gives other {name} back: {getattr(read, name)!r}"


def _said(file: ProviderFile) -> Claims:
    return Claims(
        domains=file.domains,
        servers=tuple(Server(**entry.model_dump(exclude=NOT_IN_AUTOCONFIG["servers"])) for entry in file.servers),
        services=tuple(Service(**entry.model_dump()) for entry in file.services),
        names=file.model_dump(include={"name", "short_name", "website"}),
        help=tuple(HelpPage(**entry.model_dump(exclude=NOT_IN_AUTOCONFIG["help"])) for entry in file.help),
        oauth=OAuth(**file.oauth.model_dump(exclude=NOT_IN_AUTOCONFIG["oauth"])) if file.oauth else None,
    )


def _read(config: ClientConfig) -> Claims:
    provider = config.provider or Provider(id="", name="")
    return Claims(
        domains=config.domains,
        servers=config.servers,
        services=config.services,
        names=provider.model_dump(include={"name", "short_name", "website"}),
        help=tuple(page.model_copy(update={"topic": ""}) for page in provider.help),
        oauth=config.oauth.model_copy(update={"source": ""}) if config.oauth else None,
    )
