"""Remarks about the domain as a whole: whether it exists, is signed, takes mail, and names any server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.evidence import PUBLISHED
from mailsetup.model import SourceName
from mailsetup.names import is_below
from mailsetup.net.interface import Answered
from mailsetup.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.audit.evidence import Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model.audit import Remark


def about_being_cut_off(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """Nobody could be asked."""
    if not evidence.has_network:
        yield remark("no-network", subject=evidence.domain)


def about_existence(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """There is no such name."""
    if not evidence.exists:
        yield remark("no-such-domain", subject=evidence.domain, domain=evidence.address.domain_unicode)


def about_the_domain(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """The audit's own end, DNSSEC, wildcards."""
    domain = evidence.domain
    if not evidence.complete:
        yield remark("incomplete", subject=domain, seconds=f"{evidence.seconds:g}")
    signing = dnssec_state(evidence)
    if signing in ("bogus", "unsigned"):
        yield remark(f"dnssec-{signing}", subject=domain, domain=domain)
    if any(evidence.addresses(evidence.stranger).values()):
        yield remark("wildcard-addresses", subject=domain, domain=domain)


def dnssec_state(evidence: Evidence, /) -> str:
    """Say whether the domain's zone is signed: ``unknown`` where nobody on the way checks signatures (SEC-07)."""
    own = (answer for (name, _), answer in evidence.answers.items() if is_below(name, evidence.domain))
    if any(answer.status is Answered.BOGUS for answer in own):
        return "bogus"
    if evidence.answer(evidence.domain, "MX").secure:
        return "signed"
    return "unsigned" if evidence.validates else "unknown"


def about_mail(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Null MX, no MX at all (MX-03, MX-04)."""
    domain = evidence.domain
    if evidence.mx.takes_no_mail:
        named = dict.fromkeys(str(one.source) for one in evidence.claims if one.found and one.source in PUBLISHED)
        if named:
            yield remark("settings-without-mail", subject=domain, domain=domain, sources=", ".join(named))
        else:
            yield remark("takes-no-mail", subject=domain, domain=domain)
    elif evidence.answer(domain, "MX").status is Answered.NODATA:
        cure = () if evidence.servers else remedies.null_mx()
        yield remark("no-exchanger", subject=domain, domain=domain, remedies=cure)


def about_nothing(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Nobody names a server, or only those who guess."""
    if evidence.mx.takes_no_mail:
        return
    domain = evidence.domain
    naming = {one.source for one in evidence.claims if one.found and one.finding.servers}
    if not naming:
        yield remark("nothing-found", subject=domain, domain=domain, remedies=remedies.null_mx())
    elif naming == {SourceName.GUESS}:
        yield remark("only-guessing", subject=domain, domain=domain, remedies=remedies.srv())
