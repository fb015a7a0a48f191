"""Remarks about SRV records (RFC 2782, 6186, 6764, 8314)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats import srv
from mailsetup.model import Security, SourceName
from mailsetup.names import is_below
from mailsetup.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.audit.evidence import Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model import Server
    from mailsetup.model.audit import Remark
    from mailsetup.net.interface import SrvRecord

MAIL_LABELS = tuple(name for name, label in srv.LABELS.items() if label.protocol in ("imap", "pop3", "smtp"))

UNUSABLE = ("bad-hostname", "bad-port")
"""What the parser says of a record that it left out."""


def _records(evidence: Evidence) -> Iterator[tuple[str, str, list[SrvRecord]]]:
    """Yield label, owner name and records of each service that has any."""
    for label in srv.LABELS:
        owner = f"{label}.{evidence.domain}"
        found = evidence.srv(owner)
        if found:
            yield label, owner, found


def _wildcard(evidence: Evidence) -> bool:
    return any(one.source is SourceName.SRV and one.finding.reason == "wildcard-records" for one in evidence.claims)


def about_presence(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """No records, a wildcard in their place, or records for services without TLS (DAV-01, SRV-22)."""
    domain = evidence.domain
    found = {label: records for label, _, records in _records(evidence)}
    if _wildcard(evidence):
        yield remark("srv-wildcard", subject=domain, domain=domain, remedies=remedies.srv())
        return
    if not evidence.mx.takes_no_mail and not any(label in found for label in MAIL_LABELS):
        yield remark("no-srv", subject=domain, domain=domain, remedies=remedies.srv())
    for label, records in found.items():
        if srv.LABELS[label].security is Security.NONE and not srv.is_denied(records):
            owner = f"{label}.{domain}"
            yield remark("srv-without-tls", subject=owner, owner=owner)


def about_targets(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Targets that do not exist, are aliases, are no names, or lie outside the domain."""
    if _wildcard(evidence):
        return
    for label, owner, records in _records(evidence):
        for ignored in srv.read({label: records}).ignored:
            if ignored.code in UNUSABLE:
                facts = {"owner": owner, "reason": ignored.reason}
                yield remark("srv-target-unusable", subject=owner, remedies=remedies.srv(), facts=facts)
        for record in records:
            yield from _about_target(record.target, owner, evidence, remedies)


def _about_target(target: str, owner: str, evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    facts = {"hostname": target, "domain": evidence.domain}
    if target in (".", "") or target.replace(".", "").isdigit():
        return
    if evidence.is_missing(target):
        yield remark("srv-target-missing", subject=target, remedies=remedies.srv(), facts=facts)
        return
    if evidence.answer(target, "A").aliases or evidence.answer(target, "AAAA").aliases:
        yield remark("srv-target-is-alias", subject=target, remedies=remedies.addresses(target), facts=facts)
    if not is_below(target, evidence.domain) and not evidence.answer(owner, "SRV").secure:
        yield remark("srv-elsewhere-unsigned", subject=target, remedies=remedies.autoconfig(), facts=facts)


def about_denials(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """A record says "no such service" (SRV-02), and there is one."""
    for label, owner, records in _records(evidence):
        if not srv.is_denied(records):
            continue
        denied = srv.LABELS[label]
        server = next((one for one in evidence.published if _contradicts(one, denied.protocol, denied.security)), None)
        if server is not None:
            facts = {"owner": owner, "protocol": denied.protocol.upper(), "hostname": server.hostname}
            yield remark(
                "srv-denies-working", subject=owner, domain=evidence.domain, remedies=remedies.srv(), facts=facts
            )


def _contradicts(server: Server, protocol: str, security: Security) -> bool:
    return server.confirmed and (server.protocol, server.security) == (protocol, security)
