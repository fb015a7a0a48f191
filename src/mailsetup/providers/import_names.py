"""Names out of facts: ids, domains, domain patterns and MX suffixes.

What a list gives as a regular expression becomes a name or a suffix at a label boundary, or is dropped and said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mailsetup.model import Model
from mailsetup.providers import import_pattern
from mailsetup.providers.match import under_suffix
from mailsetup.providers.schema import HostName, MxEntry, PatternEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.providers.facts import FactsRecord

Drop = Callable[[str], None]
"""Called with one sentence for each thing that is not taken over."""

Entry = TypeVar("Entry", bound=Model)
_HOST_NAME: TypeAdapter[str] = TypeAdapter(HostName)


def slug(text: str) -> str:
    """A file's id out of a list's own: ``web.de`` → ``web-de``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].rstrip("-") or "provider"


def entry_or_drop(model: type[Entry], values: dict[str, Any], drop: Drop, what: str) -> list[Entry]:
    """One entry, or none and a remark, so that one bad fact never costs the whole record."""
    try:
        return [model.model_validate(values)]
    except ValidationError as error:
        drop(f"{what}: {error.errors()[0]['msg'].removeprefix('Value error, ')}")
        return []


def host_names(names: Iterable[str], drop: Drop) -> tuple[str, ...]:
    """The names that are full host names in A-labels, lower case, each once, in order of the alphabet."""
    good = set()
    for name in names:
        tidy = name.lower().rstrip(".")
        if _is_host_name(tidy):
            good.add(tidy)
        else:
            drop(f"name {name}: not a full name in A-labels")
    return tuple(sorted(good))


def _is_host_name(name: str) -> bool:
    try:
        _HOST_NAME.validate_python(name)
    except ValidationError:
        return False
    return True


def patterns(record: FactsRecord, drop: Drop) -> list[PatternEntry]:
    """The record's domain expressions as label patterns; those that claim several owners' names are dropped."""
    entries = []
    for fact in record.domain_patterns:
        parent = import_pattern.literal_suffix(fact.regex)
        if parent is None:
            drop(f"pattern {fact.regex}: claims more than one owner's names")
            continue
        values = {"pattern": f"*.{parent}", "matches": f"example.{parent}", "rejects": f"example.not{parent}"}
        entries += entry_or_drop(PatternEntry, values, drop, f"pattern {fact.regex}")
    return entries


def mx(record: FactsRecord, drop: Drop) -> MxEntry | None:
    """The record's mail exchangers as suffixes at label boundaries, with examples; ``None`` where there are none."""
    hosts: list[str] = []
    for fact in record.mx:
        if fact.kind != "regex":
            hosts.append(fact.value)
            continue
        parent = import_pattern.literal_suffix(fact.value)
        try:
            hosts += [parent] if parent else import_pattern.names(fact.value)
        except ValueError as error:
            drop(f"mx {error}")
    suffixes = shortest(host_names(hosts, drop))
    if not suffixes:
        return None
    known = [host for host in (*record.mx_examples, *hosts) if any(under_suffix(host, suffix) for suffix in suffixes)]
    matches = tuple(dict.fromkeys(known))[:4]
    rejects = tuple(host for host in look_alikes(suffixes[0]) if not any(under_suffix(host, s) for s in suffixes))
    found = entry_or_drop(MxEntry, {"suffixes": suffixes, "matches": matches, "rejects": rejects}, drop, "mx")
    return found[0] if found else None


def shortest(suffixes: Iterable[str]) -> tuple[str, ...]:
    """Without those that another one covers: ``mx1.qq.com`` says nothing more beside ``qq.com``."""
    unique = sorted(set(suffixes))
    return tuple(one for one in unique if not any(one != other and under_suffix(one, other) for other in unique))


def look_alikes(suffix: str) -> tuple[str, str]:
    """Two names that a careless match would take for one below ``suffix``."""
    return (f"not{suffix}", f"{suffix}.example.com")
