"""Remarks about documents: autoconfig, PACC, Exchange Autodiscover. What is in them is judged by the parsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.places import pacc_url
from mailsetup.errors import InvalidDocument
from mailsetup.formats import pacc
from mailsetup.model import Severity, SourceName, Status
from mailsetup.names import same_registrable_domain
from mailsetup.remarks import remark
from mailsetup.sources.documents import NOT_PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.audit.evidence import Claimed, Document, Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model import Ignored, Server
    from mailsetup.model.audit import Remark

CONTENT_REMARKS = {
    Severity.ERROR: "entry-left-out",
    Severity.WARNING: "value-left-out",
    Severity.INFO: "document-untidy",
}

TOLD_ELSEWHERE = ("plaintext",)
"""Of the parsers' remarks, what another rule says with more knowledge."""

TOLD_BY_REASON = ("redirect-to-http",)

HOST_ONLY = "https://autoconfig."

MAX_REMARKS = 10
"""Of one document; a broken one could fill pages."""


def _names_servers(document: Document) -> bool:
    return document.reading is not None and bool(document.reading.servers)


def about_autoconfig(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Whether there is a document, and whether what is there is one."""
    if evidence.mx.takes_no_mail:
        return
    usable = any(_names_servers(document) for document in evidence.documents)
    broken = [document for document in evidence.documents if document.broken]
    for document in broken:
        assert document.broken is not None  # noqa: S101  (just filtered)
        if document.broken.code not in NOT_PUBLISHED:
            where = f"line {document.broken.line}: " if document.broken.line else ""
            facts = {"url": document.url, "reason": where + document.broken.reason}
            yield remark("document-unusable", subject=document.url, remedies=remedies.autoconfig(), facts=facts)
        elif not document.is_open:
            yield remark("web-page-instead", subject=document.url, url=document.url)
    yield from _about_the_host(evidence.documents)
    if not usable:
        yield remark("no-autoconfig", subject=evidence.domain, domain=evidence.domain, remedies=remedies.autoconfig())
    yield from _about_difference(evidence, remedies)


def _about_the_host(documents: Iterable[Document]) -> Iterator[Remark]:
    """The host that is there for this document alone, and gives no answer: a wrong certificate, mostly."""
    for document in documents:
        failure = document.failure
        if failure is None or failure.reason in TOLD_BY_REASON or not document.url.startswith(HOST_ONLY):
            continue
        if failure.status not in (Status.ABSENT, Status.REFUSED):
            facts = {"url": document.url, "reason": failure.detail}
            yield remark("document-unreachable", subject=document.url, facts=facts)


def _about_difference(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    readings = [(one.url, _endpoints(one.reading.servers)) for one in evidence.documents if one.reading is not None]
    for url, endpoints in readings[1:]:
        if endpoints != readings[0][1]:
            facts = {"first": readings[0][0], "second": url}
            yield remark(
                "autoconfig-places-differ", subject=evidence.domain, remedies=remedies.autoconfig(), facts=facts
            )
            return


def _endpoints(servers: Iterable[Server]) -> list[tuple[object, ...]]:
    return [(*server.endpoint, server.username) for server in servers]


def about_http(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Documents and addresses on an open line."""
    private = any(_names_servers(document) for document in evidence.documents if not document.is_open)
    for document in evidence.documents:
        if document.failure is not None and document.failure.reason == "redirect-to-http":
            yield remark("redirect-to-http", subject=document.url, url=document.url)
        if private or not document.is_open or not _names_servers(document):
            continue
        if document.stays_open:
            cure = remedies.autoconfig()
            yield remark("autoconfig-only-http", subject=evidence.domain, url=document.url, remedies=cure)
        yield remark("address-in-clear", subject=evidence.domain, url=document.url)


def about_content(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """What the parsers left out of the documents, each remark once, wherever the document is served."""
    seen: set[tuple[str, str]] = set()
    for document in evidence.documents:
        if document.reading is not None:
            fresh = [one for one in document.reading.ignored if (one.where, one.reason) not in seen]
            seen.update((one.where, one.reason) for one in fresh)
            yield from _ignored(document.url, fresh, remedies)
    url = pacc_url(evidence.domain)
    try:
        reading = pacc.parse(evidence.bodies.get(url, b""), address=evidence.address)
    except InvalidDocument:
        return
    yield from _ignored(url, reading.ignored, remedies)


def _ignored(url: str, ignored: Iterable[Ignored], remedies: Remedies) -> Iterator[Remark]:
    telling = [one for one in ignored if one.code not in TOLD_ELSEWHERE]
    for one in telling[:MAX_REMARKS]:
        code = CONTENT_REMARKS[one.severity]
        where = ", ".join(filter(None, (one.where, f"line {one.line}" if one.line else ""))) or "?"
        cure = remedies.autoconfig() if one.severity is Severity.ERROR and url.endswith(".xml") else ()
        yield remark(code, subject=f"{url} {where} {one.code}", url=url, where=where, reason=one.reason, remedies=cure)


def about_pacc(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Document and digest together (PACC-14)."""
    claimed = _claim(evidence, SourceName.PACC)
    if claimed is None or claimed.found or evidence.mx.takes_no_mail:
        return
    url, finding = pacc_url(evidence.domain), claimed.finding
    digest = remedies.digest(evidence.bodies[url]) if url in evidence.bodies else ()
    if finding.reason == "digest-mismatch":
        yield remark("pacc-digest-mismatch", subject=url, url=url, remedies=digest)
    elif finding.reason == "no-digest":
        yield remark("pacc-no-digest", subject=url, url=url, remedies=digest)
    elif finding.reason == "host-unreachable":
        yield remark("pacc-unreachable", subject=url, url=url, reason=finding.detail)
    elif finding.status is Status.UNUSABLE:
        yield remark("document-unusable", subject=url, url=url, reason=finding.detail, remedies=remedies.pacc())
    elif remedies.servers:
        yield remark("no-pacc", subject=evidence.domain, domain=evidence.domain, remedies=remedies.pacc())


def about_autodiscover(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Where it leads, or that nobody answers."""
    claimed = _claim(evidence, SourceName.AUTODISCOVER)
    if claimed is None or claimed.found or evidence.mx.takes_no_mail:
        return
    finding = claimed.finding
    problem = next(iter(finding.problems), None)
    host = problem.subject if problem is not None else ""
    if finding.reason == "needs-login":
        yield remark("autodiscover-needs-login", subject=host, hostname=host)
    elif finding.reason == "other-domain":
        if not _has_the_mail(host, evidence):
            facts = {"domain": evidence.domain, "hostname": host}
            yield remark("autodiscover-elsewhere", subject=host, facts=facts)
    elif finding.status is Status.UNUSABLE:
        yield remark("document-unusable", subject=claimed.place, url=claimed.place, reason=finding.detail)
    elif remedies.servers:
        yield remark(
            "no-autodiscover", subject=evidence.domain, domain=evidence.domain, remedies=remedies.autodiscover()
        )


def _has_the_mail(host: str, evidence: Evidence) -> bool:
    """Whether Exchange Autodiscover leads to whoever takes the mail: Microsoft's own names for hosted domains do."""
    return any(same_registrable_domain(host, exchanger.hostname) for exchanger in evidence.exchangers)


def about_mailconf(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """The historic record (AC-23)."""
    claimed = _claim(evidence, SourceName.MAILCONF)
    if claimed is not None and claimed.found:
        yield remark(
            "mailconf-outdated", subject=evidence.domain, domain=evidence.domain, remedies=remedies.autoconfig()
        )


def _claim(evidence: Evidence, source: SourceName) -> Claimed | None:
    return next((one for one in evidence.claims if one.source is source and not one.is_hosters), None)
