"""Why it does not work, in one sentence each: what the probes of all servers together tell. Pure.

A single probe says what happened to one connection. Side by side they say more: port 465 is silent while 993 of the
same provider answers, or three different hosts present the same certificate, which is the hotel's and not theirs. The
headline is the failure that got furthest: a wrong certificate says more than a time-out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Outcome, Protocol
from mailsetup.names import registrable_domain
from mailsetup.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mailsetup.model import Problem, Server

PROGRESS: tuple[Outcome, ...] = (
    Outcome.POLICY,
    Outcome.NO_SUCH_HOST,
    Outcome.NETWORK_UNREACHABLE,
    Outcome.TIMEOUT,
    Outcome.CONNECTION_REFUSED,
    Outcome.SERVER_REFUSED,
    Outcome.PROTOCOL_ERROR,
    Outcome.WRONG_PROTOCOL,
    Outcome.STARTTLS_MISSING,
    Outcome.STARTTLS_REFUSED,
    Outcome.STARTTLS_INJECTION,
    Outcome.TLS_FAILED,
    Outcome.CERTIFICATE_UNTRUSTED,
    Outcome.CERTIFICATE_SELF_SIGNED,
    Outcome.CERTIFICATE_NAME_MISMATCH,
    Outcome.CERTIFICATE_EXPIRED,
    Outcome.CONFIRMED,
)
"""How far a conversation got, from "not even tried" to the end."""

SILENT = (Outcome.TIMEOUT, Outcome.CONNECTION_REFUSED)

OUTCOME_PROBLEMS: dict[Outcome, str] = {
    Outcome.CERTIFICATE_EXPIRED: "certificate-expired",
    Outcome.CERTIFICATE_NAME_MISMATCH: "certificate-name-mismatch",
    Outcome.CERTIFICATE_SELF_SIGNED: "certificate-self-signed",
    Outcome.CERTIFICATE_UNTRUSTED: "certificate-untrusted",
    Outcome.TLS_FAILED: "tls-failed",
    Outcome.STARTTLS_INJECTION: "starttls-tampered",
    Outcome.STARTTLS_MISSING: "starttls-missing",
    Outcome.STARTTLS_REFUSED: "starttls-missing",
    Outcome.WRONG_PROTOCOL: "wrong-protocol",
    Outcome.SERVER_REFUSED: "server-refused",
    Outcome.PROTOCOL_ERROR: "server-refused",
    Outcome.CONNECTION_REFUSED: "no-answer",
    Outcome.TIMEOUT: "no-answer",
    Outcome.NETWORK_UNREACHABLE: "no-answer",
}

INTERCEPTORS = (Outcome.CERTIFICATE_UNTRUSTED, Outcome.CERTIFICATE_SELF_SIGNED)


def diagnose(servers: Sequence[Server], /) -> tuple[Problem, ...]:
    """Say what is wrong, the most telling first. ``servers`` are ranked, each with its probe."""
    failed = [server for server in servers if server.probe and not server.confirmed]
    if not failed:
        return ()
    told = [*_in_the_way(failed), *_blocked_ports(servers), *_headlines(servers)]
    return tuple({(one.code, one.subject): one for one in told}.values())


def _in_the_way(failed: Sequence[Server]) -> Iterator[Problem]:
    """Somebody between us and the servers answers for them: several hosts, one certificate."""
    by_fingerprint: dict[str, list[Server]] = {}
    for server in failed:
        assert server.probe is not None  # noqa: S101  (failed servers have a probe)
        if server.probe.certificate and server.probe.certificate.fingerprint:
            by_fingerprint.setdefault(server.probe.certificate.fingerprint, []).append(server)
    for same in by_fingerprint.values():
        domains = {registrable_domain(server.hostname) or server.hostname for server in same}
        addresses = {server.probe.address for server in same if server.probe}
        if len(domains) > 1 or (len(addresses) > 1 and len({s.hostname for s in same}) > 1):
            yield problem("captive-portal", subject="network", hostnames=_listed({s.hostname for s in same}))
    issuers = {
        server.probe.certificate.issuer
        for server in failed
        if server.probe and server.probe.certificate and server.probe.outcome in INTERCEPTORS
    }
    hosts = {server.hostname for server in failed if server.probe and server.probe.outcome in INTERCEPTORS}
    if len(issuers) == 1 and len(hosts) > 1 and all(issuers):
        yield problem("tls-intercepted", subject="network", issuer=issuers.pop(), hostnames=_listed(hosts))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _blocked_ports(servers: Sequence[Server]) -> Iterator[Problem]:
    """Sending is silent on a port while something else of the same provider answers."""
    answering = {_owner(server) for server in servers if server.confirmed}
    for server in servers:
        silent = server.probe is not None and server.probe.outcome in SILENT
        if silent and server.protocol is Protocol.SMTP and _owner(server) in answering:
            yield problem("port-blocked", subject=str(server.port), port=str(server.port), hostname=server.hostname)


def _owner(server: Server) -> str:
    return registrable_domain(server.hostname) or server.hostname


def _headlines(servers: Sequence[Server]) -> Iterator[Problem]:
    """Per protocol that nothing works for, tell the failure that got furthest."""
    for protocol in (Protocol.IMAP, Protocol.POP3, Protocol.SMTP):
        offers = [server for server in servers if server.protocol is protocol and server.probe]
        if not offers or any(server.confirmed for server in offers):
            continue
        furthest = max(offers, key=_progress)
        assert furthest.probe is not None  # noqa: S101  (just filtered)
        code = OUTCOME_PROBLEMS.get(furthest.probe.outcome)
        if furthest.probe.suggestion:
            code = "certificate-suggests-name"
        if code is not None:
            yield problem(code, subject=furthest.hostname, **_facts(furthest))


def _progress(server: Server) -> int:
    return PROGRESS.index(server.probe.outcome) if server.probe else -1


def _facts(server: Server) -> dict[str, str]:
    """Everything a sentence about one server may want to name."""
    assert server.probe is not None  # noqa: S101  (the caller chose it for its probe)
    certificate = server.probe.certificate
    known: dict[str, Callable[[], str]] = {
        "until": lambda: certificate.not_after.date().isoformat() if certificate and certificate.not_after else "?",
        "issuer": lambda: (certificate.issuer if certificate else "") or "?",
        "names": lambda: ", ".join(certificate.names[:5]) if certificate and certificate.names else "?",
    }
    return {
        "hostname": server.hostname,
        "port": str(server.port),
        "protocol": server.protocol.upper(),
        "detail": server.probe.detail,
        "suggestion": server.probe.suggestion or "?",
        **{name: value() for name, value in known.items()},
    }
