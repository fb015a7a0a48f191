"""Everything an audit can say to the owner of a domain: code, grade, sentence, advice.

As in ``problems.py``: the codes are stable, the sentences are English templates, and whoever prints them translates
them by code. Problems are for people who want to read mail; these are for people who set it up.
"""

from __future__ import annotations

from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailsetup.model.audit import Grade, Remark
from mailsetup.remarks import domain, publishing, servers
from mailsetup.remarks.sentence import Sentence
from mailsetup.remarks.words import FAMILIES, GRADES, STANDINGS, STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailsetup.model.audit import Remedy

__all__ = ["CATALOGUE", "FAMILIES", "GRADES", "STANDINGS", "STATES", "Sentence", "in_order", "remark"]

CATALOGUE: dict[str, Sentence] = {**domain.SENTENCES, **publishing.SENTENCES, **servers.SENTENCES}

_NO_FACTS: Mapping[str, str] = MappingProxyType({})


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def remark(
    code: str,
    /,
    *,
    subject: str = "",
    remedies: Iterable[Remedy] = (),
    facts: Mapping[str, str] = _NO_FACTS,
    **arguments: str,
) -> Remark:
    """Make the remark with this code. Every argument that its sentences name must be given, here or among ``facts``.

    Raises:
        KeyError: for an unknown code or a missing argument, which is a mistake in this library.
    """
    grade, message, advice = CATALOGUE[code]
    named = _names(message) | _names(advice)
    arguments = {name: value for name, value in {**facts, **arguments}.items() if name in named}
    return Remark(
        code=code,
        grade=grade,
        message=message.format_map(arguments),
        advice=advice.format_map(arguments),
        subject=subject,
        arguments=arguments,
        remedies=tuple(remedies),
    )


def in_order(remarks: Iterable[Remark], /) -> tuple[Remark, ...]:
    """Each code once a subject, as it was first said; the gravest first."""
    first: dict[tuple[str, str], Remark] = {}
    for one in remarks:
        first.setdefault((one.code, one.subject), one)
    order: Mapping[Grade, int] = {grade: place for place, grade in enumerate(Grade)}
    return tuple(sorted(first.values(), key=lambda one: order[one.grade]))
