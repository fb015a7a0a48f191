"""Remarks about the servers: whether they answer, how they encrypt, and how long their certificates last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.audit.evidence import MAIL
from mailsetup.audit.neighbours import USUAL
from mailsetup.audit.places import SMTP_PORT
from mailsetup.model import Outcome, Protocol, Security
from mailsetup.remarks import remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.audit.evidence import Evidence
    from mailsetup.audit.remedies import Remedies
    from mailsetup.model import Server
    from mailsetup.model.audit import Remark

OUTCOME_REMARKS: dict[Outcome, str] = {
    Outcome.NO_SUCH_HOST: "host-missing",
    Outcome.CONNECTION_REFUSED: "no-answer",
    Outcome.TIMEOUT: "no-answer",
    Outcome.NETWORK_UNREACHABLE: "no-answer",
    Outcome.WRONG_PROTOCOL: "wrong-protocol",
    Outcome.SERVER_REFUSED: "server-refused",
    Outcome.PROTOCOL_ERROR: "server-refused",
    Outcome.TLS_FAILED: "tls-failed",
    Outcome.STARTTLS_MISSING: "starttls-missing",
    Outcome.STARTTLS_REFUSED: "starttls-missing",
    Outcome.STARTTLS_INJECTION: "starttls-injectable",
    Outcome.CERTIFICATE_EXPIRED: "certificate-expired",
    Outcome.CERTIFICATE_NAME_MISMATCH: "certificate-wrong-name",
    Outcome.CERTIFICATE_SELF_SIGNED: "certificate-self-signed",
    Outcome.CERTIFICATE_UNTRUSTED: "certificate-untrusted",
}

OF_THE_HOST = ("host-missing", "certificate-expired", "certificate-self-signed", "certificate-untrusted")
"""Said once a host, whatever the number of its ports."""

EXPIRES_NOW, EXPIRES_SOON = 7, 21
"""Days. Programs renew certificates of 90 days a month before their end: three weeks left means that this failed."""

OWN, OWN_COMMANDS = "own command", {Protocol.IMAP: "LOGIN", Protocol.POP3: "USER"}
"""How a probe writes the protocol's own way to log in, and what it is called there."""

LAST_TLS = "TLSv1.3"


def about_pairs(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Nothing works for one direction, though something is named."""
    for code, protocols in (
        ("incoming-fails", (Protocol.IMAP, Protocol.POP3)),
        ("outgoing-fails", (Protocol.SMTP,)),
    ):
        named = [server for server in evidence.servers if server.protocol in protocols and server.probe]
        if named and not any(server.confirmed for server in named):
            working = any(server.protocol in protocols for server in remedies.servers)
            yield remark(code, subject=evidence.domain, remedies=remedies.autoconfig() if working else ())


def about_outcomes(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """Each named server that does not work, and why."""
    for server in evidence.servers:
        code = OUTCOME_REMARKS.get(server.probe.outcome) if server.probe else None
        if code is not None:
            subject = server.hostname if code in OF_THE_HOST else _place(server)
            yield remark(code, subject=subject, facts=_facts(server))


def _place(server: Server) -> str:
    return f"{server.hostname}:{server.port}"


def _facts(server: Server) -> dict[str, str]:
    """Everything that a sentence about one server may want to name."""
    certificate = server.probe.certificate if server.probe else None
    until = certificate.not_after.date().isoformat() if certificate and certificate.not_after else "?"
    return {
        "hostname": server.hostname,
        "port": str(server.port),
        "protocol": server.protocol.upper(),
        "sources": ", ".join(map(str, server.sources)),
        "detail": server.probe.detail if server.probe else "",
        "until": until,
        "issuer": (certificate.issuer if certificate else "") or "?",
        "names": ", ".join(certificate.names[:5]) if certificate and certificate.names else "?",
    }


def about_certificates(evidence: Evidence, _: Remedies) -> Iterator[Remark]:
    """Certificates that are good today, and not for long."""
    for server in evidence.servers:
        certificate = server.probe.certificate if server.probe and server.confirmed else None
        if certificate is None or certificate.not_after is None:
            continue
        days = (certificate.not_after - evidence.now).days
        if days < EXPIRES_SOON:
            code = "certificate-expires-now" if days < EXPIRES_NOW else "certificate-expires-soon"
            yield remark(code, subject=server.hostname, days=str(max(days, 0)), facts=_facts(server))


def about_open_lines(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Passwords in the open: where programs are told to send them so, and where a server would take them."""
    for server in evidence.servers:
        if server.security is Security.NONE:
            yield remark(
                "cleartext-named", subject=_place(server), remedies=remedies.autoconfig(), facts=_facts(server)
            )
    for server in (*evidence.servers, *evidence.beside):
        if server.probe and server.probe.open_logins:
            named = (OWN_COMMANDS.get(server.protocol, way) if way == OWN else way for way in server.probe.open_logins)
            mechanisms = ", ".join(dict.fromkeys(named))
            yield remark("cleartext-login", subject=_place(server), mechanisms=mechanisms, facts=_facts(server))


def about_tls(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Implicit TLS that is missing, or that nobody names (RFC 8314); old versions of TLS."""
    for protocol in MAIL:
        named = [server for server in evidence.published if server.protocol is protocol]
        working = [server for server in named if server.confirmed]
        # One that is named and fails has a remark of its own.
        if working and all(server.security is not Security.TLS for server in named):
            yield from _without_implicit_tls(working[0], evidence, remedies)
    for server in evidence.servers:
        if server.confirmed and server.probe and server.probe.tls_version not in (None, LAST_TLS):
            version = str(server.probe.tls_version).replace("TLSv", "TLS ")
            yield remark("old-tls", subject=_place(server), version=version, facts=_facts(server))


def _without_implicit_tls(server: Server, evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    beside = _implicit(server, (*evidence.beside, *evidence.servers))
    if beside is not None:
        cure = (*remedies.srv(), *remedies.autoconfig())
        yield remark("implicit-tls-unpublished", subject=_place(beside), remedies=cure, facts=_facts(beside))
    else:
        port = str(USUAL[server.protocol][0][0])
        facts = {**_facts(server), "port": port}
        yield remark("no-implicit-tls", subject=f"{server.hostname}:{port}", facts=facts)


def _implicit(server: Server, beside: Iterable[Server]) -> Server | None:
    wanted = (server.protocol, server.hostname, Security.TLS)
    return next((one for one in beside if one.confirmed and (one.protocol, one.hostname, one.security) == wanted), None)


def about_port_25(evidence: Evidence, remedies: Remedies) -> Iterator[Remark]:
    """Port 25 is for servers among themselves (SMTP-01)."""
    for server in evidence.servers:
        if server.protocol is Protocol.SMTP and server.port == SMTP_PORT:
            cure = remedies.autoconfig()
            yield remark("submission-at-port-25", subject=_place(server), remedies=cure, facts=_facts(server))
