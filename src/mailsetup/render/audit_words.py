"""What all renderers of an audit share: sentences in the reader's language, servers in a few words, numbered remedies.

Text from outside is cleaned here; escaping it is the business of whoever knows the format.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.formats.text import clean
from mailsetup.model import Outcome, Status
from mailsetup.model.audit import Grade
from mailsetup.names import unicode_name
from mailsetup.remarks import CATALOGUE
from mailsetup.render.words import PROTOCOLS, SECURITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailsetup.model import Server
    from mailsetup.model.audit import AuditReport, Remark, Remedy

    Translate = Callable[[str], str]

MAX_SENTENCE = 800
"""Characters; a sentence may list what a dozen mechanisms say."""

MAX_NAME = 253

MAX_LINE = 4096
"""Characters of a line to paste; a digest record has a hundred."""

ONE: dict[Grade, str] = {
    Grade.ERROR: "{count} error",
    Grade.WARNING: "{count} warning",
    Grade.HINT: "{count} hint",
}
MANY: dict[Grade, str] = {
    Grade.ERROR: "{count} errors",
    Grade.WARNING: "{count} warnings",
    Grade.HINT: "{count} hints",
}


STATUSES: dict[Status, str] = {
    Status.FOUND: "found",
    Status.ABSENT: "nothing published",
    Status.UNUSABLE: "unusable",
    Status.UNREACHABLE: "no answer",
    Status.REFUSED: "not followed",
    Status.SKIPPED: "not asked",
}


KINDS = {"dnssec": "DNSSEC", "mta-sts": "MTA-STS", "tlsa": "TLSA"}
"""Names of safeguards, the same in every language."""


class Told(NamedTuple):
    """A remark in the reader's language."""

    message: str
    advice: str


def told(remark: Remark, /, *, translate: Translate) -> Told:
    """Translate a remark by its code and arguments; one of another version is shown as it came."""
    t, entry = translate, CATALOGUE.get(remark.code)
    message, advice = remark.message, remark.advice
    if entry is not None:
        with suppress(KeyError):  # the other version's sentence had other arguments
            message = t(entry.message).format_map(remark.arguments)
            advice = t(entry.advice).format_map(remark.arguments) if entry.advice else ""
    return Told(clean(message, limit=MAX_SENTENCE), clean(advice, limit=MAX_SENTENCE))


def counted(report: AuditReport, /, *, translate: Translate) -> dict[Grade, str]:
    """Give "2 errors" and the like, for the grades that occur."""
    t = translate
    counts = {grade: report.count(grade) for grade in Grade}
    return {
        grade: t(ONE[grade] if count == 1 else MANY[grade]).format(count=count)
        for grade, count in counts.items()
        if count
    }


def heading(report: AuditReport, /) -> str:
    """Give the domain for people: U-labels, with the A-labels where those differ."""
    domain = clean(report.domain_unicode, limit=MAX_NAME)
    return domain if domain == report.domain else f"{domain} ({clean(report.domain, limit=MAX_NAME)})"


def place_of(server: Server, /, *, translate: Translate) -> str:
    """Write a server as ``IMAP imap.corp.example:993 SSL/TLS``."""
    t = translate
    name = clean(server.hostname, limit=MAX_NAME)
    return f"{PROTOCOLS[server.protocol]} {name}:{server.port} {t(SECURITY[server.security])}"


def is_good(server: Server | None, /) -> bool:
    """Whether a probe found it working."""
    return server is not None and server.probe is not None and server.probe.outcome is Outcome.CONFIRMED


def numbered(remarks: Iterable[Remark], /) -> dict[Remedy, int]:
    """Number the remedies, each once, in the order in which they are first needed."""
    distinct = dict.fromkeys(remedy for remark in remarks for remedy in remark.remedies)
    return {remedy: number for number, remedy in enumerate(distinct, 1)}


def zone_for_people(place: str, /) -> str:
    """Give a zone's name in U-labels."""
    try:
        return clean(unicode_name(place), limit=MAX_NAME)
    except ValueError:
        return clean(place, limit=MAX_NAME)


def lines_of(remedy: Remedy, /) -> list[str]:
    """Give the lines to paste, each cleaned by itself: indentation and line ends are part of them."""
    lines = remedy.text.removesuffix("\n").split("\n")
    return [line[: len(line) - len(line.lstrip(" "))] + clean(line, limit=MAX_LINE) for line in lines]
