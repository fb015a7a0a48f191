"""Imports facts about providers into a folder of provider files.

Taken are facts in our JSON form (``facts.py``), ISPDB files and other autoconfig documents, and folders of both.

An offered provider belongs to the file with the same id; else to the one that lists the domain the id names; else to
the one that lists, or has refused, most of its domains, patterns or MX suffixes; else, if it has none of those, to the
one that has one of its servers. If none is found, a new file is written. How two files are merged: ``import_merge.py``.

Only files that gain something are written, each whole or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import render
from mailsetup.providers import import_autoconfig, import_facts
from mailsetup.providers.compile import read_folder
from mailsetup.providers.facts import read as read_facts
from mailsetup.providers.import_merge import merge
from mailsetup.providers.import_names import slug
from mailsetup.providers.import_report import Change, Conflict, ImportReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from mailsetup.providers.import_facts import Offer
    from mailsetup.providers.schema import ProviderFile

FACTS_ENDINGS = (".jsonl", ".ndjson", ".json")
XML_ENDINGS = (".xml",)


def import_providers(source: Path, /, *, into: Path, today: date, dry_run: bool = False) -> ImportReport:
    """Import ``source``, a file or a folder, into the provider files of the folder ``into``.

    ``today`` is the date of check that facts get which bear none. With ``dry_run`` nothing is written.

    Raises:
        InvalidDocument: if a file in ``into`` is not valid; nothing has been written then.
        OSError: if something cannot be read or written.
    """
    shelf = _Shelf(read_folder(into).values())
    dropped: list[str] = []
    for offer in _offers(source, today, dropped):
        dropped += offer.dropped
        if offer.file is not None:
            shelf.take(offer.file)
    if not dry_run:
        for identifier in shelf.changed:
            _write(into / f"{identifier}.toml", render(shelf.files[identifier]))
    return shelf.report(dropped)


def _offers(source: Path, today: date, dropped: list[str]) -> Iterator[Offer]:
    """Everything that ``source`` offers; a file that cannot be read as what it should be is said in ``dropped``."""
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        ending = path.suffix.lower()
        try:
            if ending in FACTS_ENDINGS:
                yield from map(import_facts.offer, read_facts(path.read_bytes()))
            elif ending in XML_ENDINGS:
                yield import_autoconfig.offer(path.read_bytes(), name=path.stem, checked=today)
            elif path == source:
                dropped.append(f"{path.name}: neither facts ({', '.join(FACTS_ENDINGS)}) nor autoconfig (.xml)")
        except InvalidDocument as error:
            line = f", line {error.line}" if error.line else ""
            dropped.append(f"{path.name}{line}: {error.reason}")


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that an interrupted import leaves no half of one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)  # noqa: PTH101  (mkstemp gives 0600; provider files are for everybody)
        os.replace(temporary, path)  # noqa: PTH105  (the temporary is a string)
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise


class _Shelf:
    """The provider files, with what claims what, and what the import has done to them."""

    def __init__(self, files: Iterable[ProviderFile]) -> None:
        self.files: dict[str, ProviderFile] = {}
        self.owners: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.named: dict[str, str] = {}
        self.hosts: dict[tuple[str, str], str] = {}
        self.added: list[str] = []
        self.gained: dict[str, list[str]] = {}
        self.conflicts: list[Conflict] = []
        self.rewritten: set[str] = set()
        for file in files:
            self._put(file)

    @property
    def changed(self) -> list[str]:
        """Ids of the files to write."""
        return sorted({*self.added, *self.rewritten})

    def take(self, offered: ProviderFile) -> None:
        """Merge ``offered`` into the file it belongs to, or put it on the shelf as a new one."""
        identifier = self._belongs_to(offered)
        if identifier is None:
            self.added.append(offered.id)
            self._put(offered)
            return
        existing = self.files[identifier]
        merged = merge(existing, offered, owners=self.owners)
        self.conflicts += merged.conflicts
        self.gained.setdefault(identifier, []).extend(merged.added)
        if merged.added:
            self.rewritten.add(identifier)
            self._put(merged.file)

    def report(self, dropped: list[str]) -> ImportReport:
        """What has been done."""
        merged = {name: added for name, added in self.gained.items() if added and name not in self.added}
        return ImportReport(
            added=tuple(sorted(self.added)),
            merged=tuple(Change(file=name, added=tuple(added)) for name, added in sorted(merged.items())),
            unchanged=tuple(sorted(set(self.gained) - set(merged) - set(self.added))),
            conflicts=tuple(dict.fromkeys(self.conflicts)),
            dropped=tuple(dropped),
        )

    def _put(self, file: ProviderFile) -> None:
        self.files[file.id] = file
        for fact in _claims(file):
            self.owners.setdefault(fact, file.id)
        for fact in file.rejected:
            self.refused.setdefault(fact, file.id)
        for name in file.domains:
            self.named.setdefault(slug(name), file.id)
        for server in file.servers:
            self.hosts.setdefault((server.protocol, server.hostname), file.id)

    def _belongs_to(self, offered: ProviderFile) -> str | None:
        if offered.id in self.files:
            return offered.id
        if offered.id in self.named:
            return self.named[offered.id]
        claims = _claims(offered)
        for book in (self.owners, self.refused):
            owners = Counter(book[fact] for fact in claims if fact in book)
            if owners:
                return owners.most_common(1)[0][0]
        if claims:
            return None
        hosts = [(server.protocol, server.hostname) for server in offered.servers]
        return next((self.hosts[host] for host in hosts if host in self.hosts), None)


def _claims(file: ProviderFile) -> list[str]:
    """What only one file may have."""
    return [
        *(f"domain {name}" for name in file.domains),
        *(f"pattern {entry.pattern}" for entry in file.patterns),
        *(f"mx {name}" for name in (file.mx.suffixes if file.mx else ())),
    ]
