"""AuditReport → a JUnit report, as pipelines read it: one test case a check, failed by its remarks.

A check is a code of the catalogue. Remarks that the caller does not want to fail on are in the output of a test case
that passes, so that nothing is lost. The names are stable, so a pipeline can compare one day with another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from mailsetup.formats.text import clean
from mailsetup.remarks import CATALOGUE
from mailsetup.render.audit_words import lines_of, told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mailsetup.model.audit import AuditReport, Grade, Remark

CLASS = "mailsetup.audit"

MAX_SUBJECT = 200


def junit(report: AuditReport, /, *, failing: Collection[Grade], translate: Callable[[str], str]) -> str:
    """Render the report. ``failing`` are the grades that fail a test case."""
    cases = [*_made(report, failing, translate), *_clean(report)]
    failures = sum(remark.grade in failing for remark in report.remarks)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0" time="{report.elapsed:.3f}"'
    title = quoteattr(f"mailsetup audit {clean(report.domain, limit=MAX_SUBJECT)}")
    stamp = report.checked.strftime("%Y-%m-%dT%H:%M:%S")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={title} {counts}>",
        f'  <testsuite name={title} {counts} timestamp="{stamp}">',
        *cases,
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _made(report: AuditReport, failing: Collection[Grade], translate: Callable[[str], str]) -> Iterator[str]:
    for remark in report.remarks:
        named = quoteattr(clean(f"{remark.code}: {remark.subject}", limit=MAX_SUBJECT))
        body = escape(_body(remark, translate))
        if remark.grade in failing:
            message = quoteattr(told(remark, translate=translate).message)
            inside = f'<failure type="{remark.grade.value}" message={message}>{body}</failure>'
        else:
            inside = f"<system-out>{body}</system-out>"
        yield f'    <testcase classname="{CLASS}" name={named} time="0">{inside}</testcase>'


def _body(remark: Remark, translate: Callable[[str], str]) -> str:
    words = told(remark, translate=translate)
    parts = [f"{remark.grade.value}: {words.message}", words.advice]
    for remedy in remark.remedies:
        parts += ["", clean(remedy.place, limit=MAX_SUBJECT), *lines_of(remedy)]
    return "\n".join(parts)


def _clean(report: AuditReport) -> Iterator[str]:
    """Yield a passed test case for every check that has nothing to say."""
    made = {remark.code for remark in report.remarks}
    for code in CATALOGUE:
        if code not in made:
            yield f'    <testcase classname="{CLASS}" name="{code}" time="0"/>'
