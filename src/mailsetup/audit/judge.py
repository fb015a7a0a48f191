"""Evidence → AuditReport. Pure: the rules are a table, and so are the families."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.families import views
from mailsetup.audit.remedies import Remedies
from mailsetup.audit.rules import ONLY, RULES
from mailsetup.audit.rules.domain import dnssec_state
from mailsetup.audit.rules.exchangers import exchangers, safeguards
from mailsetup.model.audit import AuditReport, Claim, Remark, Safeguard
from mailsetup.remarks import in_order

if TYPE_CHECKING:
    from mailsetup.audit.evidence import Claimed, Evidence


def judge(evidence: Evidence, /) -> AuditReport:
    """Grade everything that was seen."""
    return AuditReport(
        domain=evidence.domain,
        domain_unicode=evidence.address.domain_unicode,
        address=str(evidence.address),
        checked=evidence.now,
        views=views(evidence),
        remarks=in_order(_remarks(evidence)),
        claims=tuple(_claim(claimed, evidence) for claimed in evidence.claims),
        servers=(*evidence.servers, *(server for server in evidence.beside if server.confirmed)),
        exchangers=exchangers(evidence),
        safeguards=(_dnssec(evidence), *safeguards(evidence)),
        attempts=tuple(evidence.attempts),
        data_date=evidence.data_date,
        elapsed=evidence.elapsed,
    )


def _remarks(evidence: Evidence) -> list[Remark]:
    remedies = Remedies(evidence)
    first = [remark for rule in ONLY for remark in rule(evidence, remedies)]
    return first or [remark for rule in RULES for remark in rule(evidence, remedies)]


def _claim(claimed: Claimed, evidence: Evidence) -> Claim:
    finding = evidence.proven(claimed)
    trusts = [*(server.trust for server in finding.servers), *(service.trust for service in finding.services)]
    return Claim(
        source=claimed.source,
        place=claimed.place,
        outcome=finding.status,
        reason=finding.reason,
        detail=finding.detail,
        trust=max(trusts, default=None),
        servers=finding.servers,
        services=finding.services,
    )


def _dnssec(evidence: Evidence) -> Safeguard:
    return Safeguard(kind="dnssec", subject=evidence.domain, state=dnssec_state(evidence))
