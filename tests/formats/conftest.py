"""Readings as text that a mail admin can read, to compare with the ``.expected`` file beside a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsetup.formats.autodiscover import Failure, RedirectAddress, RedirectUrl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Reading, Server, Service

DOCUMENTS = Path(__file__).parents[1] / "documents"


def _words(entry: Server | Service) -> str:
    words = [f"auth={','.join(entry.auth)}"] if entry.auth else []
    if entry.username is not None:
        words.insert(0, f"user={entry.username}")
    words += [f"or={name}" for name in getattr(entry, "username_alternatives", ())]
    return "".join(f" {word}" for word in words)


def _lines(reading: Reading | RedirectAddress | RedirectUrl | Failure) -> Iterator[str]:
    if isinstance(reading, RedirectAddress):
        yield f"redirect to the address {reading.address}"
    elif isinstance(reading, RedirectUrl):
        yield f"redirect to {reading.url}"
    elif isinstance(reading, Failure):
        yield f"error {reading.code} {reading.message!r}"
    else:
        yield from _reading_lines(reading)


def _reading_lines(reading: Reading) -> Iterator[str]:
    for server in reading.servers:
        yield f"{server.protocol} {server.hostname}:{server.port} {server.security}{_words(server)}"
    for service in reading.services:
        place = service.url or f"{service.hostname}:{service.port} {service.security}"
        yield f"{service.protocol} {place}{_words(service)}"
    if reading.provider is not None:
        provider = reading.provider
        yield f"provider {provider.id!r} {provider.name!r} {provider.short_name!r} {provider.website or '-'}"
        for page in provider.help:
            yield f"help {page.url} {page.language or '-'}"
    if reading.oauth is not None:
        oauth = reading.oauth
        yield f"oauth issuer={oauth.issuer} auth={oauth.authorization_url} token={oauth.token_url}"
        yield f"oauth scopes={' '.join(oauth.scopes) or '-'}"
    if reading.domains:
        yield f"domains {' '.join(reading.domains)}"
    for item in reading.ignored:
        yield f"ignored {item.severity} line {item.line or '-'} {item.code} {item.where}".rstrip()


@pytest.fixture
def described() -> Callable[[Reading], str]:
    """Turn a reading into lines of text."""
    return lambda reading: "".join(f"{line}\n" for line in _lines(reading))


@pytest.fixture
def documents() -> Path:
    """Folder of the documents."""
    return DOCUMENTS
