"""Provider files → one compiled database.

The compiled form is made when the package is built (``hatch_build.py``) and by ``mailsetup providers build``. It is one
text file: a first line with every index, then one line of JSON a provider, so that a look-up decodes only the provider
it is about. ``database.py`` reads it.

Checks here are those that need all files side by side: who claims a domain, a suffix or an id twice. What one file can
say about itself is checked by ``schema.py``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mailsetup.providers.schema import ProviderFile

FORMAT = 2
"""Raised when the compiled form changes so that an older reader would misread it."""

NOT_COMPILED = {"notes", "rejected", "patterns", "mx", "hosting"}
"""Fields of the file that a result never shows; patterns, MX and hosting names live on in the indexes."""


NOBODY = -1
"""In place of a record's number: names below this suffix are nobody's mail exchangers."""


class CompileError(InvalidDocument):
    """The files contradict each other. ``str(error)`` names both."""


def read_folder(folder: Path, /) -> dict[str, ProviderFile]:
    """Read every ``*.toml`` of a folder, by file name.

    Raises:
        InvalidDocument: for the first file that is not valid; the message names it.
        OSError: if the folder cannot be read.
    """
    files: dict[str, ProviderFile] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            files[path.name] = parse(path.read_bytes())
        except InvalidDocument as error:
            raise InvalidDocument(f"{path.name}: {error.reason}", code=error.code, line=error.line) from error
        if files[path.name].id != path.stem:
            raise InvalidDocument(f"{path.name}: the id is {files[path.name].id!r}, not the file's name", code="schema")
    return files


def compile_database(providers: Iterable[ProviderFile], /, *, made: str = "") -> bytes:
    """Compile provider files into the form that ``Database`` reads. Equal input gives equal bytes.

    ``made`` is when a database that is published was made (``2026-11-25T14:00:00Z``): of two whose newest facts bear
    one date, it says which is the newer.

    Raises:
        CompileError: if two files claim the same id, domain, MX suffix or hosting name.
    """
    ordered = sorted(providers, key=lambda provider: provider.id)
    records = [_record(provider) for provider in ordered]
    offsets, end = [], 0
    for record in records:
        offsets.append(end)
        end += len(record) + 1
    header = {
        "format": FORMAT,
        "date": max((provider.checked for provider in ordered), default=None),
        "made": made,
        "offsets": [*offsets, end],
        **_indexes(ordered),
    }
    first = json.dumps(header, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return b"\n".join([first, *records]) + b"\n"


def record_of(provider: ProviderFile, /) -> dict[str, Any]:
    """Give the compiled form of one provider, as it stands in its line: defaults left out, enumerations as words."""
    return provider.model_dump(mode="json", exclude_defaults=True, exclude=NOT_COMPILED)


def _record(provider: ProviderFile) -> bytes:
    return json.dumps(record_of(provider), ensure_ascii=False, separators=(",", ":")).encode()


def _indexes(ordered: list[ProviderFile]) -> Mapping[str, Any]:
    ids, domains, mx = _Index("id"), _Index("domain"), _Index("MX suffix")
    spf, autoconfig, autodiscover = _Index("SPF include"), _Index("autoconfig alias"), _Index("autodiscover alias")
    patterns: list[tuple[str, int]] = []
    for number, provider in enumerate(ordered):
        ids.add([provider.id], number, provider.id)
        domains.add(provider.domains, number, provider.id)
        patterns += [(entry.pattern, number) for entry in provider.patterns]
        if provider.mx:
            mx.add(provider.mx.suffixes, number, provider.id)
            mx.add(provider.mx.not_under, NOBODY, provider.id)
        if provider.hosting:
            spf.add(provider.hosting.spf, number, provider.id)
            autoconfig.add(provider.hosting.autoconfig, number, provider.id)
            autodiscover.add(provider.hosting.autodiscover, number, provider.id)
    return {
        "ids": ids.numbers, "domains": domains.numbers, "patterns": patterns, "mx": mx.numbers,
        "spf": spf.numbers, "autoconfig": autoconfig.numbers, "autodiscover": autodiscover.numbers,
    }  # fmt: skip


class _Index:
    def __init__(self, what: str) -> None:
        self.what = what
        self.numbers: dict[str, int] = {}
        self.owners: dict[str, str] = {}

    def add(self, keys: Iterable[str], number: int, owner: str) -> None:
        for key in keys:
            if key in self.numbers:
                raise CompileError(
                    f"{self.what} {key!r} is claimed by {self.owners[key]} and by {owner}", code="claimed-twice"
                )
            self.numbers[key] = number
            self.owners[key] = owner
