"""Remarks about the way mail comes to the domain: MX records, encryption at port 25, MTA-STS, DANE.

Port 25 is closed on the way out of many networks. Where no exchanger could be reached, nothing is said about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.places import SMTP_PORT, exchanger_server, tlsa_owner
from mailsetup.audit.tlsa import compare
from mailsetup.model import Outcome
from mailsetup.model.audit import Exchanger, Safeguard
from mailsetup.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.audit.evidence import Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model import Certificate
    from mailsetup.model.audit import Remark

OPEN = (Outcome.STARTTLS_MISSING, Outcome.STARTTLS_REFUSED)
UNVERIFIED = (
    Outcome.TLS_FAILED,
    Outcome.CERTIFICATE_EXPIRED,
    Outcome.CERTIFICATE_NAME_MISMATCH,
    Outcome.CERTIFICATE_SELF_SIGNED,
    Outcome.CERTIFICATE_UNTRUSTED,
)


def exchangers(evidence: Evidence, /) -> tuple[Exchanger, ...]:
    """Give the exchangers with what was seen at port 25."""
    return tuple(_seen(exchanger.hostname, exchanger.preference, evidence) for exchanger in evidence.exchangers)


def _seen(hostname: str, preference: int, evidence: Evidence) -> Exchanger:
    probe = evidence.probes.get(exchanger_server(hostname).endpoint)
    if probe is None:
        return Exchanger(hostname=hostname, preference=preference)
    return Exchanger(
        hostname=hostname,
        preference=preference,
        outcome=probe.outcome,
        detail=probe.detail,
        tls_version=probe.tls_version,
        certificate=probe.certificate,
    )


def about_records(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """MX records that lead nowhere, or to an alias."""
    domain = evidence.domain
    for ignored in evidence.mx.ignored:
        yield remark("exchanger-unusable", subject=ignored.reason, domain=domain, reason=ignored.reason)
    for exchanger in evidence.exchangers:
        name = exchanger.hostname
        if evidence.is_missing(name):
            yield remark("exchanger-missing", subject=name, hostname=name, domain=domain)
        elif evidence.answer(name, "A").aliases or evidence.answer(name, "AAAA").aliases:
            yield remark("exchanger-is-alias", subject=name, hostname=name, remedies=remedies.addresses(name))


def about_encryption(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """STARTTLS at port 25, and the certificate; one that DANE vouches for needs nobody else."""
    for exchanger in exchangers(evidence):
        facts = {"hostname": exchanger.hostname, "detail": exchanger.detail}
        if exchanger.outcome in OPEN:
            yield remark("exchanger-no-tls", subject=exchanger.hostname, facts=facts)
        elif exchanger.outcome in UNVERIFIED and _tlsa(exchanger, evidence) != "matches":
            yield remark("exchanger-certificate", subject=exchanger.hostname, facts=facts)


def _tlsa(exchanger: Exchanger, evidence: Evidence) -> str:
    return tlsa_state(exchanger.hostname, SMTP_PORT, exchanger.certificate, evidence)


def about_sts(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """The MTA-STS policy against its record and against the MX records (RFC 8461)."""
    sts, domain = evidence.sts, evidence.domain
    if sts is None or not evidence.exchangers:
        return
    if sts.policy is None:
        if sts.announced:
            cure = remedies.sts_policy("testing")
            yield remark("mta-sts-unusable", subject=sts.url, domain=domain, reason=sts.reason, remedies=cure)
        else:
            yield remark("mta-sts-missing", subject=domain, domain=domain, remedies=remedies.sts_policy("testing"))
        return
    mode = sts.policy.mode
    if not sts.announced:
        yield remark("mta-sts-unannounced", subject=sts.url, url=sts.url, remedies=remedies.sts_record())
    complies = all(sts.policy.vouches_for(exchanger.hostname) for exchanger in evidence.exchangers)
    if mode != "enforce":
        cure = remedies.sts_policy("enforce" if mode == "testing" and complies else "testing")
        yield remark("mta-sts-testing", subject=domain, domain=domain, mode=mode, remedies=cure)
    for exchanger in evidence.exchangers:
        name = exchanger.hostname
        if mode != "none" and not sts.policy.vouches_for(name):
            code = "mta-sts-mismatch" if mode == "enforce" else "mta-sts-mismatch-testing"
            cure = remedies.sts_policy(mode)
            yield remark(code, subject=name, hostname=name, domain=domain, remedies=cure)


def tlsa_state(hostname: str, port: int, certificate: Certificate | None, evidence: Evidence, /) -> str:
    """Say how the TLSA records of a port stand: a word of ``remarks.STATES``."""
    answer = evidence.answer(tlsa_owner(hostname, port), "TLSA")
    if answer.is_no:
        return "missing"
    # RFC 6698 section 4.1: without DNSSEC they are not used, whatever they say.
    if not answer.secure:
        return "unprotected" if evidence.validates else "unknown"
    return compare(evidence.tlsa(hostname, port), certificate)


def _ports(evidence: Evidence) -> Iterator[tuple[str, int, Certificate | None]]:
    """Yield every port that may have TLSA records, with what is presented there."""
    for exchanger in exchangers(evidence):
        yield exchanger.hostname, SMTP_PORT, exchanger.certificate
    seen: set[tuple[str, int]] = set()
    for server in evidence.servers:
        place = (server.hostname, server.port)
        if place not in seen and server.port != SMTP_PORT:
            seen.add(place)
            yield *place, server.probe.certificate if server.probe else None


def about_tlsa(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """TLSA records (RFC 6698) against what is presented; their lack where they would help (RFC 7672)."""
    for hostname, port, certificate in _ports(evidence):
        facts = {"hostname": hostname, "port": str(port)}
        key = certificate.key_fingerprint if certificate else ""
        cure = remedies.tlsa(hostname, port, key)
        state = tlsa_state(hostname, port, certificate, evidence)
        subject = f"{hostname}:{port}"
        if state == "mismatch":
            yield remark("tlsa-mismatch", subject=subject, remedies=cure, facts=facts)
        elif state == "unprotected":
            yield remark("tlsa-unsigned", subject=subject, facts=facts)
        elif state == "missing" and port == SMTP_PORT and _is_signed(hostname, evidence):
            yield remark("tlsa-missing", subject=subject, remedies=cure, facts=facts)


def _is_signed(hostname: str, evidence: Evidence) -> bool:
    """RFC 7672 section 2.2: DANE needs the MX records and the host's zone to be signed."""
    return evidence.answer(evidence.domain, "MX").secure and evidence.answer(hostname, "A").secure


def safeguards(evidence: Evidence, /) -> Iterator[Safeguard]:
    """Yield the state of MTA-STS, and of the TLSA records of each port that has some or should."""
    sts = evidence.sts
    if sts is not None and evidence.exchangers:
        without = "unusable" if sts.announced else "missing"
        state = sts.policy.mode if sts.policy is not None else without
        yield Safeguard(kind="mta-sts", subject=evidence.domain, state=state, detail=sts.reason)
    for hostname, port, certificate in _ports(evidence):
        state = tlsa_state(hostname, port, certificate, evidence)
        if state != "missing" or port == SMTP_PORT:
            yield Safeguard(kind="tlsa", subject=f"{hostname}:{port}", state=state)
