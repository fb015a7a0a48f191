"""What the probes of all servers together tell."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mailsetup.diagnosis import OUTCOME_PROBLEMS, PROGRESS, diagnose
from mailsetup.model import Certificate, Outcome, Probe, Protocol, Security, Server


def tried(
    hostname: str,
    outcome: Outcome,
    *,
    protocol: Protocol = Protocol.IMAP,
    port: int = 993,
    certificate: Certificate | None = None,
    suggestion: str | None = None,
    address: str = "192.0.2.1",
) -> Server:
    """Make a server with what its probe showed."""
    probe = Probe(outcome=outcome, certificate=certificate, suggestion=suggestion, address=address, detail="Because.")
    return Server(protocol=protocol, hostname=hostname, port=port, security=Security.TLS, probe=probe)


def codes(*servers: Server) -> list[str]:
    """Give the codes that a diagnosis tells, in order."""
    return [told.code for told in diagnose(servers)]


def test_servers_that_work_need_no_diagnosis() -> None:
    """No problem is invented."""
    assert codes(tried("a.example", Outcome.CONFIRMED)) == []


def test_a_failed_alternative_is_no_headline_while_another_works() -> None:
    """What the user needs works: nothing to report but a blocked port."""
    assert codes(tried("a.example", Outcome.CONFIRMED), tried("b.example", Outcome.TLS_FAILED)) == []


def test_the_headline_is_the_failure_that_got_furthest() -> None:
    """An expired certificate says more than a silent port."""
    until = datetime(2026, 1, 31, tzinfo=timezone.utc)
    expired = tried("b.example", Outcome.CERTIFICATE_EXPIRED, certificate=Certificate(not_after=until))
    (told,) = diagnose([tried("a.example", Outcome.TIMEOUT), expired])
    assert told.code == "certificate-expired"
    assert "2026-01-31" in told.message


def test_a_silent_submission_port_is_blocked_when_the_providers_imap_answers() -> None:
    """Port 465 or 587 blocked here while 993 works."""
    told = codes(
        tried("imap.a.example", Outcome.CONFIRMED),
        tried("smtp.a.example", Outcome.TIMEOUT, protocol=Protocol.SMTP, port=465),
        tried("smtp.a.example", Outcome.CONFIRMED, protocol=Protocol.SMTP, port=587),
    )
    assert told == ["port-blocked"]


def test_one_certificate_for_hosts_of_different_owners_is_a_captive_portal() -> None:
    """The hotel answers for everybody."""
    hotel = Certificate(names=("portal.hotel.example",), issuer="Hotel", fingerprint="ab")
    told = codes(
        tried("imap.a.example", Outcome.CERTIFICATE_NAME_MISMATCH, certificate=hotel),
        tried("smtp.b.test", Outcome.CERTIFICATE_NAME_MISMATCH, certificate=hotel, protocol=Protocol.SMTP),
    )
    assert told[0] == "captive-portal"


def test_one_certificate_for_two_names_of_one_machine_is_only_a_wrong_name() -> None:
    """A shared host with one certificate is common and no attack."""
    shared = Certificate(names=("host.example",), issuer="CA", fingerprint="ab")
    told = codes(
        tried("imap.a.example", Outcome.CERTIFICATE_NAME_MISMATCH, certificate=shared),
        tried("smtp.a.example", Outcome.CERTIFICATE_NAME_MISMATCH, certificate=shared, protocol=Protocol.SMTP),
    )
    assert "captive-portal" not in told
    assert told.count("certificate-name-mismatch") == 2


def test_one_unknown_issuer_for_several_hosts_is_interception() -> None:
    """A virus scanner or a company's proxy makes a certificate for each host; its name is told."""

    def forged(hostname: str) -> Certificate:
        return Certificate(names=(hostname,), issuer="Corp Inspection", fingerprint=hostname)

    (first, *_) = diagnose(
        [
            tried("imap.a.example", Outcome.CERTIFICATE_UNTRUSTED, certificate=forged("imap.a.example")),
            tried(
                "smtp.a.example",
                Outcome.CERTIFICATE_UNTRUSTED,
                certificate=forged("smtp.a.example"),
                protocol=Protocol.SMTP,
            ),
        ]
    )
    assert first.code == "tls-intercepted"
    assert "Corp Inspection" in first.message


def test_a_suggested_name_is_told_instead_of_the_bare_mismatch() -> None:
    """A mismatch with a lead names the lead, as a suggestion."""
    server = tried("mail.a.example", Outcome.CERTIFICATE_NAME_MISMATCH, suggestion="mail.hoster.example")
    (told,) = diagnose([server])
    assert told.code == "certificate-suggests-name"
    assert "mail.hoster.example" in told.next_step


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome in OUTCOME_PROBLEMS])
def test_every_failure_of_a_connection_has_a_sentence(outcome: Outcome) -> None:
    """No outcome leaves the user without a word."""
    (told,) = diagnose([tried("a.example", outcome)])
    assert told.code == OUTCOME_PROBLEMS[outcome]
    assert "{" not in told.message + told.next_step


def test_every_outcome_has_its_place_in_the_order_of_progress() -> None:
    """A new outcome cannot be forgotten."""
    assert set(PROGRESS) == set(Outcome)
