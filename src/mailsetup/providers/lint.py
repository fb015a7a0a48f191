"""Checks of provider files for maintainers: each file by itself, then all against each other.

Errors are what the compiler would refuse; warnings are what a reviewer would ask about.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse
from mailsetup.model import ProviderStatus, Security
from mailsetup.providers.compile import compile_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mailsetup.providers.schema import ProviderFile

STALE = timedelta(days=3 * 365)
"""After this long without a check a fact about a provider is a rumour."""


class Remark(NamedTuple):
    """One thing a provider file should not be like."""

    file: str
    line: int | None
    severity: str
    """error or warning."""
    code: str
    message: str


def lint_paths(paths: Iterable[Path], /, *, today: date | None = None) -> list[Remark]:
    """Check files and folders of files.

    Raises:
        OSError: if one cannot be read.
    """
    remarks: list[Remark] = []
    parsed: dict[str, ProviderFile] = {}
    for path in _files(paths):
        try:
            parsed[str(path)] = provider = parse(path.read_bytes())
        except InvalidDocument as error:
            remarks.append(Remark(str(path), error.line, "error", error.code, error.reason))
            continue
        if provider.id != path.stem:
            remarks.append(Remark(str(path), None, "error", "id", f"the id is {provider.id!r}, not the file's name"))
        remarks += _review(str(path), provider, today or date.today())  # noqa: DTZ011  (a maintainer's own calendar)
    try:
        compile_database(parsed.values())
    except InvalidDocument as error:
        remarks.append(Remark("", None, "error", error.code, error.reason))
    return remarks


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.toml"))
        else:
            yield path


def _review(file: str, provider: ProviderFile, today: date) -> Iterator[Remark]:
    def warn(code: str, message: str) -> Remark:
        return Remark(file, None, "warning", code, message)

    if today - provider.checked > STALE:
        yield warn("stale", f"last checked on {provider.checked}")
    if provider.checked > today:
        yield warn("future", f"checked on {provider.checked}, which is still to come")
    for protocol in dict.fromkeys(server.protocol for server in provider.servers):
        offers = [server for server in provider.servers if server.protocol is protocol]
        if all(server.security is Security.NONE for server in offers):
            yield warn("plaintext-only", f"every {protocol} server is without encryption")
    if provider.status is ProviderStatus.PREPARATION and not provider.requirements:
        yield warn("no-requirements", "the status says that something has to be done first, but not what")
    reachable = provider.domains or provider.patterns or provider.mx or provider.hosting
    if not reachable:
        yield warn("unreachable", "no domain, pattern, MX or hosting name leads to this provider")
