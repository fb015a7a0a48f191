"""The user's own provider files: ``<configuration folder>/isp/<domain>.toml``, or ``.xml`` in autoconfig form (AC-14).

The user said so: trust 3 (TRUST-01), and it settles the matter. A file that cannot be read or understood is a problem
in the result that names the file and the line, and the asking goes on as if it were not there. If both files exist,
the TOML file counts: it can say more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mailsetup.address import Address
    from mailsetup.model import Options

    Reader = Callable[[Path, bytes, Address], Finding]

MAX_FILE = 256 * 1024
"""Octets; a provider file is a few kilobytes."""


@lru_cache(maxsize=1)
def default_config_dir() -> Path:
    """The platform's place for the user's own files: ``~/.config/mailsetup`` on Linux."""
    import platformdirs

    return platformdirs.user_config_path("mailsetup", appauthor=False)


def look_up(address: Address, options: Options, /) -> Finding:
    """Answer from the user's folder."""
    folder = (options.config_dir or default_config_dir()) / "isp"
    for ending, read in READERS.items():
        finding = _from_file(folder / f"{address.domain}{ending}", read, address)
        if finding is not None:
            return finding
    return Finding(status=Status.ABSENT, reason="no-file")


def _from_file(path: Path, read: Reader, address: Address) -> Finding | None:
    try:
        with path.open("rb") as file:
            document = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _unreadable(path, error)
    try:
        if len(document) > MAX_FILE:
            raise InvalidDocument(f"it is larger than {MAX_FILE // 1024} KiB", code="too-large")
        return read(path, document, address)
    except InvalidDocument as error:
        return _broken(path, error)


def _from_toml(path: Path, document: bytes, address: Address) -> Finding:
    # The schema is imported only when there is a file: a look-up without one must not pay for it.
    from mailsetup.formats.provider_file import parse
    from mailsetup.providers.compile import record_of
    from mailsetup.providers.database import Entry
    from mailsetup.providers.expand import oauth_of, provider_of, servers_of, services_of
    from mailsetup.sources.entries import settles

    entry = Entry(record_of(parse(document)))
    provenance = (str(path),)
    claim = {"source": SourceName.USER_FILE, "trust": Trust.AUTHENTICATED, "provenance": provenance}
    provider = provider_of(entry)
    servers = servers_of(entry, address, **claim)  # type: ignore[arg-type]  # one set of words for both calls
    return Finding(
        status=Status.FOUND,
        servers=servers,
        services=services_of(entry, address, **claim),  # type: ignore[arg-type]
        provider=provider,
        oauth=oauth_of(entry),
        final=settles(provider, servers),
    )


def _from_xml(path: Path, document: bytes, address: Address) -> Finding:
    from mailsetup.formats.autoconfig import parse
    from mailsetup.sources.documents import finding_of

    config = parse(document, address=address)
    if not config.servers and not config.services:
        raise InvalidDocument("it names no server that can be used", code="nothing-usable")
    return finding_of(
        config, source=SourceName.USER_FILE, trust=Trust.AUTHENTICATED, provenance=(str(path),), final=True
    )


READERS: Mapping[str, Reader] = {".toml": _from_toml, ".xml": _from_xml}
"""Forms of a user's file, in the order they are looked for."""


def _broken(path: Path, error: InvalidDocument) -> Finding:
    where = f"line {error.line}: " if error.line else ""
    told = problem("user-file-broken", subject=str(path), file=str(path), reason=where + error.reason)
    return Finding(status=Status.UNUSABLE, reason=error.code, detail=told.message, problems=(told,))


def _unreadable(path: Path, error: OSError) -> Finding:
    reason = error.strerror or type(error).__name__
    told = problem("user-file-unreadable", subject=str(path), file=str(path), reason=reason)
    return Finding(status=Status.UNUSABLE, reason="unreadable", detail=told.message, problems=(told,))
