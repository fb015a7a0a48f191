"""Look-ups in the compiled provider database.

By exact domain, by domain pattern, by MX name and by hosting hints, all at label boundaries. The indexes are read once;
a provider's own record is decoded when it is first asked for. A warm look-up costs about a microsecond and does not
depend on the number of providers.

No pydantic, no network: this is what makes ``discover`` of a known address cheap.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from mailsetup.errors import InvalidDocument
from mailsetup.providers.match import covers, literal_tail, suffixes

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 2
"""The compiled form that is understood; ``compile.py`` writes it."""

DECODED_RECORDS = 1024
"""How many decoded records are kept: more than there are providers, so each is decoded once."""

Hint = Literal["spf", "autoconfig", "autodiscover"]

NO_MAILBOX_KINDS = ("gateway", "forwarder", "transactional")
"""Kinds whose MX says nothing about where the mailbox lives."""


class Entry:
    """One provider's record as compiled, with its defaults still left out."""

    __slots__ = ("data",)

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def id(self) -> str:
        """The provider's stable identifier."""
        return str(self.data["id"])

    @property
    def name(self) -> str:
        """The provider's name."""
        return str(self.data["name"])

    @property
    def kind(self) -> str:
        """mailbox, hoster, organisation, gateway, forwarder or transactional."""
        return str(self.data["kind"])

    @property
    def has_mailboxes(self) -> bool:
        """Whether anybody's mailbox is there; not for gateways, forwarders and transactional senders."""
        return self.kind not in NO_MAILBOX_KINDS

    def __repr__(self) -> str:
        return f"<Entry {self.id}>"


class Database:
    """The compiled database, in memory."""

    def __init__(self, compiled: bytes, /) -> None:
        """Take a compiled database.

        Raises:
            InvalidDocument: if it is not one, or of a form this version does not understand.
        """
        head, _, self._records = compiled.partition(b"\n")
        try:
            header = json.loads(head)
            if header["format"] != FORMAT:
                raise InvalidDocument(f"The database has format {header['format']}, not {FORMAT}.", code="format")
            self.date: date | None = date.fromisoformat(header["date"]) if header["date"] else None
            """The newest date at which one of its facts was checked."""
            self._ids: dict[str, int] = header["ids"]
            self._domains: dict[str, int] = header["domains"]
            self._mx: dict[str, int] = header["mx"]
            self._hints: dict[str, dict[str, int]] = {
                name: header[name] for name in ("spf", "autoconfig", "autodiscover")
            }
            self._offsets: list[int] = header["offsets"]
            self._patterns: dict[str, list[tuple[str, int]]] = {}
            for pattern, number in header["patterns"]:
                self._patterns.setdefault(literal_tail(pattern), []).append((pattern, number))
            is_whole = self._offsets[-1] == len(self._records)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            if isinstance(error, InvalidDocument):
                raise
            raise InvalidDocument("This is not a compiled provider database.", code="not-database") from error
        if not is_whole:
            raise InvalidDocument("The database is cut short, or something follows it.", code="truncated")
        self._decode = lru_cache(maxsize=DECODED_RECORDS)(self._decode_record)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def domain_count(self) -> int:
        """How many exact domains are known."""
        return len(self._domains)

    def by_domain(self, domain: str, /) -> Entry | None:
        """The provider that lists exactly ``domain`` (A-labels, lower case)."""
        number = self._domains.get(domain)
        return None if number is None else self._decode(number)

    def by_pattern(self, domain: str, /) -> Entry | None:
        """The provider one of whose patterns covers ``domain``."""
        for pattern, number in self._patterns.get(literal_tail(domain), ()):
            if covers(pattern, domain):
                return self._decode(number)
        return None

    def by_mx(self, hostname: str, /) -> Entry | None:
        """Whose mail exchanger ``hostname`` is; the longest suffix wins. May be a gateway: see ``has_mailboxes``."""
        return self._by_suffix(self._mx, hostname)

    def by_hint(self, kind: Hint, hostname: str, /) -> Entry | None:
        """Whom an SPF include, or the target of an ``autoconfig``/``autodiscover`` alias, belongs to."""
        return self._by_suffix(self._hints[kind], hostname)

    def by_id(self, identifier: str, /) -> Entry | None:
        """The provider with this identifier."""
        number = self._ids.get(identifier)
        return None if number is None else self._decode(number)

    def __iter__(self) -> Iterator[Entry]:
        return (self._decode(number) for number in sorted(self._ids.values()))

    def _by_suffix(self, index: dict[str, int], hostname: str) -> Entry | None:
        for suffix in suffixes(hostname):
            number = index.get(suffix)
            if number is not None:
                # Negative: customers' own machines, below a suffix that is the provider's (MxEntry.not_under).
                return None if number < 0 else self._decode(number)
        return None

    def _decode_record(self, number: int) -> Entry:
        return Entry(json.loads(self._records[self._offsets[number] : self._offsets[number + 1]]))


def bundled_bytes() -> bytes:
    """Read the compiled database that ships with the package."""
    # Through the loader, so that it is found in a zip too; importlib.resources would cost 30 ms to import.
    path = __file__.replace("database.py", "bundled.json").replace("database.pyc", "bundled.json")
    loader = __spec__.loader
    assert loader is not None and hasattr(loader, "get_data")  # noqa: S101, PT018  (every file loader has it: PEP 302)
    data: bytes = loader.get_data(path)
    return data


@lru_cache(maxsize=1)
def bundled() -> Database:
    """The database that ships with the package. Read once; an event of a few milliseconds."""
    return Database(bundled_bytes())
