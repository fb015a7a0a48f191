"""DNS that a test writes down: names, record types and what is said about them.

Rules: an unknown name is NXDOMAIN; a known name without that type is NODATA, and so is a name that only has names below
it; ``*.example.com`` covers what is not there (RFC 4592); aliases are followed, and a circle of them is SERVFAIL, as a
resolver would say. Names under ``secure`` are answered as DNSSEC-validated.

Records are written as in a zone file, without comments: ``10 mx.example.com``, ``0 1 993 imap.example.com``,
``"v=spf1 -all"``. A status word in place of the records (``SERVFAIL``, ``TIMED-OUT``, ``BOGUS`` …) is the answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailsetup.net.interface import Answer, Answered, MxRecord, Record, RecordType, SrvRecord, TlsaRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MAX_ALIASES = 8
"""As in the real resolver."""

_TTL = 300
_STATUS_WORDS = {status.value: status for status in Answered if status is not Answered.FOUND}
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def _host(text: str) -> str:
    return text.lower().rstrip(".") or "."


def _mx(text: str) -> MxRecord:
    preference, exchange = text.split()
    return MxRecord(int(preference), _host(exchange))


def _srv(text: str) -> SrvRecord:
    priority, weight, port, target = text.split()
    return SrvRecord(int(priority), int(weight), int(port), _host(target))


def _txt(text: str) -> bytes:
    strings = (quoted or bare for quoted, bare in _STRING.findall(text)) if text.startswith('"') else (text,)
    return "".join(re.sub(r"\\(.)", r"\1", string) for string in strings).encode()


def _tlsa(text: str) -> TlsaRecord:
    usage, selector, matching_type, data = text.split(maxsplit=3)
    return TlsaRecord(int(usage), int(selector), int(matching_type), bytes.fromhex(data))


_READERS: dict[str, Callable[[str], Record]] = {
    "A": str.strip,
    "AAAA": str.strip,
    "CNAME": _host,
    "MX": _mx,
    "SRV": _srv,
    "TXT": _txt,
    "TLSA": _tlsa,
}


class Zone:
    """All of DNS, as far as a test cares.

    Args:
        records: ``"name TYPE"`` → records in zone-file form, or one status word.
        secure: names at and below which answers are DNSSEC-validated.

    Raises:
        ValueError: for a record that cannot be read; it names the entry.
    """

    def __init__(self, records: Mapping[str, str | Sequence[str]], /, *, secure: Iterable[str] = ()) -> None:
        self._secure = tuple(_host(name) for name in secure)
        self._said: dict[tuple[str, str], tuple[Record, ...] | Answered] = {}
        for key, value in records.items():
            self._add(key, value)
        self._names = {name for name, _ in self._said}
        self._parents = {name[at + 1 :] for name in self._names for at, sign in enumerate(name) if sign == "."}

    def _add(self, key: str, value: str | Sequence[str]) -> None:
        values = (value,) if isinstance(value, str) else tuple(value)
        word = values[0].lower() if len(values) == 1 else ""
        try:
            name, type_ = key.split()
            read = _READERS[type_]
            self._said[_host(name), type_] = _STATUS_WORDS.get(word) or tuple(map(read, values))
        except (ValueError, KeyError) as error:
            raise ValueError(f"cannot read the DNS entry {key!r}: {value!r}") from error

    def knows(self, name: str, *types: RecordType) -> bool:
        """Whether anything is said about ``name`` under one of ``types``, by the name itself or by a wildcard."""
        owner = self._owner(_host(name))
        return any((owner, type_) in self._said for type_ in types)

    def answer(self, name: str, type_: RecordType, /) -> Answer:
        """Answer one question."""
        asked = owner = _host(name)
        aliases: list[str] = []
        while True:
            found = self._said.get((self._owner(owner), type_))
            alias = self._said.get((self._owner(owner), "CNAME"))
            if found is not None or not isinstance(alias, tuple):
                break
            owner = str(alias[0])
            aliases.append(owner)
            if len(aliases) > MAX_ALIASES:
                return Answer(asked, type_, Answered.SERVFAIL)
        status, records = self._status(owner, found if found is not None else alias)
        secure = status not in (Answered.BOGUS, Answered.TIMED_OUT) and all(map(self._is_secure, (asked, *aliases)))
        return Answer(asked, type_, status, records, tuple(aliases), secure, _TTL)

    def _status(self, owner: str, said: tuple[Record, ...] | Answered | None) -> tuple[Answered, tuple[Record, ...]]:
        if isinstance(said, Answered):
            return said, ()
        if said:
            return Answered.FOUND, said
        exists = self._owner(owner) in self._names or owner in self._parents
        return (Answered.NODATA if exists else Answered.NXDOMAIN), ()

    def _owner(self, name: str) -> str:
        """Give the name whose records answer for ``name``: itself, or the wildcard at its closest encloser."""
        if name in self._names or name in self._parents:
            return name
        parent = name
        while parent:
            parent = parent.partition(".")[2]
            if f"*.{parent}" in self._names:
                return f"*.{parent}"
            if parent in self._names or parent in self._parents:
                break
        return name

    def _is_secure(self, name: str) -> bool:
        return any(name == zone or name.endswith(f".{zone}") for zone in self._secure)
