"""Probing one server: every outcome, and what is told beside it."""

from __future__ import annotations

import pytest

from mailsetup.model import Auth, Outcome, Protocol, Security, Server, Trust
from mailsetup.prober import probe_server, takes_internationalised, upgrades
from mailsetup.testing import FakeNetwork

pytestmark = pytest.mark.anyio

IMPLICIT, UPGRADE = "imap.corp.example:993", "imap.corp.example:143"
GREETING = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready"
START = f"{GREETING}\nC: s1 STARTTLS"
PLACES = {
    Protocol.IMAP: {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143},
    Protocol.SMTP: {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25},
    Protocol.POP3: {Security.TLS: 995, Security.STARTTLS: 110, Security.NONE: 110},
}


def _server(
    security: Security = Security.TLS, *, protocol: Protocol = Protocol.IMAP, trust: Trust = Trust.UNAUTHENTICATED
) -> Server:
    port = PLACES[protocol][security]
    return Server(
        protocol=protocol, hostname=f"{protocol.value}.corp.example", port=port, security=security, trust=trust
    )


@pytest.mark.parametrize(
    ("outcome", "security", "conversation"),
    [
        (Outcome.CONFIRMED, "tls", "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: q1 LOGOUT"),
        (Outcome.CONNECTION_REFUSED, "tls", "connection-refused"),
        (Outcome.TIMEOUT, "tls", "hangs"),
        (Outcome.TIMEOUT, "tls", "timed-out"),
        (Outcome.NETWORK_UNREACHABLE, "tls", "network-unreachable"),
        (Outcome.POLICY, "tls", "private-address"),
        (Outcome.POLICY, "none", f"{GREETING}\nC: q1 LOGOUT"),
        (Outcome.TLS_FAILED, "tls", "tls-failed"),
        (Outcome.CERTIFICATE_EXPIRED, "tls", "certificate-expired"),
        (Outcome.CERTIFICATE_NAME_MISMATCH, "tls", "certificate-name-mismatch"),
        (Outcome.CERTIFICATE_SELF_SIGNED, "tls", "certificate-self-signed"),
        (Outcome.CERTIFICATE_UNTRUSTED, "tls", "certificate-untrusted"),
        (Outcome.STARTTLS_MISSING, "starttls", "S: * OK [CAPABILITY IMAP4rev1] hi"),
        (Outcome.STARTTLS_REFUSED, "starttls", f"{START}\nS: s1 NO"),
        (Outcome.STARTTLS_INJECTION, "starttls", f"{START}\nS: s1 OK\nS: * OK hi"),
        (Outcome.WRONG_PROTOCOL, "tls", "<tls>\nS: 220 smtp"),
        (Outcome.SERVER_REFUSED, "tls", "<tls>\nS: * BYE no"),
        (Outcome.PROTOCOL_ERROR, "tls", "<tls>\nS: hello?"),
    ],
)
async def test_every_outcome(outcome: Outcome, security: str, conversation: str) -> None:
    """Each word of the vocabulary has a server that gets it, and a sentence for people."""
    server = _server(Security(security))
    network = FakeNetwork(transcripts={f"imap.corp.example:{server.port}": conversation})
    probe = await probe_server(server, network=network, deadline=0.3)
    assert probe.outcome is outcome
    assert (probe.detail == "") is (outcome is Outcome.CONFIRMED)


async def test_a_name_that_does_not_exist() -> None:
    """The one outcome that needs no server."""
    probe = await probe_server(_server(), network=FakeNetwork())
    assert probe.outcome is Outcome.NO_SUCH_HOST


async def test_the_facts_are_kept() -> None:
    """Address, greeting, capabilities, mechanisms, TLS version and certificate are those of the conversation."""
    text = (
        "<tls version=TLSv1.2 names=imap.corp.example,mail.corp.example>\n"
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED] hi\nC: q1 LOGOUT"
    )
    probe = await probe_server(_server(), network=FakeNetwork(transcripts={IMPLICIT: text}))
    assert probe.address == "192.0.2.1"
    assert (probe.greeting, probe.tls_version) == ("hi", "TLSv1.2")
    assert probe.sasl == ("XOAUTH2",)
    assert probe.auth == (Auth.OAUTH2,)
    assert probe.certificate is not None
    assert probe.certificate.names == ("imap.corp.example", "mail.corp.example")
    assert probe.elapsed >= 0


async def test_certificate_facts_are_kept_when_it_is_refused() -> None:
    """A refused certificate is shown all the same (TLS-13)."""
    text = f"{START}\nS: s1 OK\n<tls fails certificate-expired names=old.corp.example>"
    probe = await probe_server(_server(Security.STARTTLS), network=FakeNetwork(transcripts={UPGRADE: text}))
    assert probe.certificate is not None
    assert probe.certificate.names == ("old.corp.example",)
    assert probe.greeting == "ready"


async def test_a_port_that_starts_in_clear_text_is_named() -> None:
    """SSL/TLS chosen for a STARTTLS port: the second look says what to choose instead (PROBE-09)."""
    network = FakeNetwork(transcripts={IMPLICIT: f"<plain>\n{GREETING}"})
    probe = await probe_server(_server(), network=network)
    assert probe.outcome is Outcome.WRONG_PROTOCOL
    assert "use STARTTLS here" in probe.detail


async def test_another_protocol_in_clear_text_is_named() -> None:
    """SSH on port 993 is SSH."""
    network = FakeNetwork(transcripts={IMPLICIT: "<plain>\nS: SSH-2.0-OpenSSH_9.2"})
    probe = await probe_server(_server(), network=network)
    assert probe.outcome is Outcome.WRONG_PROTOCOL
    assert "speaks SSH" in probe.detail


async def test_a_silent_port_that_expects_tls_is_named() -> None:
    """STARTTLS chosen for an implicit TLS port: nobody speaks first, and the second look finds TLS (PROBE-09)."""
    network = FakeNetwork(transcripts={UPGRADE: "<tls>\nS: * OK hi"})
    probe = await probe_server(_server(Security.STARTTLS), network=network, deadline=0.5)
    assert probe.outcome is Outcome.WRONG_PROTOCOL
    assert "use SSL/TLS here" in probe.detail


async def test_a_port_that_waits_for_tls_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some silence the other manner is tried aside, and its success ends the waiting (PROBE-09)."""
    monkeypatch.setattr("mailsetup.prober.server.SILENCE", 0.05)
    network = FakeNetwork(transcripts={UPGRADE: "<tls>\nS: * OK hi"})
    probe = await probe_server(_server(Security.STARTTLS), network=network)
    assert probe.outcome is Outcome.WRONG_PROTOCOL
    assert "use SSL/TLS here" in probe.detail
    assert probe.address == "192.0.2.1"
    assert probe.elapsed < 1


async def test_a_slow_greeting_is_waited_for_although_tls_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that holds its greeting back is no TLS server; what it says in the end counts (PROBE-06)."""
    monkeypatch.setattr("mailsetup.prober.server.SILENCE", 0.02)
    text = f"<plain>\n<wait 0.2>\n{GREETING}\nC: q1 LOGOUT"
    network = FakeNetwork(transcripts={UPGRADE: text})
    probe = await probe_server(_server(Security.NONE), network=network)
    assert probe.outcome is Outcome.POLICY
    assert probe.greeting == "ready"


async def test_a_silent_port_stays_a_time_out() -> None:
    """Where TLS finds nobody either, the time-out stands."""
    network = FakeNetwork(transcripts={UPGRADE: "<plain>\n<silence>"})
    probe = await probe_server(_server(Security.STARTTLS), network=network, deadline=0.5)
    assert probe.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(("trust", "suspicious"), [(Trust.VOUCHED, True), (Trust.UNAUTHENTICATED, False)])
async def test_missing_starttls_is_suspicious_where_a_good_source_promises_it(
    trust: Trust, *, suspicious: bool
) -> None:
    """A trusted source says STARTTLS, the line does not: something on the way may have removed it (SMTP-03)."""
    network = FakeNetwork(transcripts={"smtp.corp.example:587": "S: 220 hi\nC: …\nS: 250 AUTH PLAIN"})
    server = _server(Security.STARTTLS, protocol=Protocol.SMTP, trust=trust)
    probe = await probe_server(server, network=network)
    assert probe.outcome is Outcome.STARTTLS_MISSING
    assert ("on the way" in probe.detail) is suspicious


async def test_without_encryption_nothing_is_believed() -> None:
    """A clear-text server is looked at, never confirmed, and its list counts for nothing (PROBE-02)."""
    network = FakeNetwork(transcripts={UPGRADE: f"{GREETING}\nC: q1 LOGOUT"})
    probe = await probe_server(_server(Security.NONE), network=network)
    assert probe.outcome is Outcome.POLICY
    assert "STARTTLS" in probe.detail
    assert (probe.capabilities, probe.auth, probe.sasl) == ((), (), ())


@pytest.mark.parametrize(("keyword", "takes"), [("SMTPUTF8", True), ("8BITMIME", False)])
async def test_smtputf8_is_seen(keyword: str, *, takes: bool) -> None:
    """Whether an internationalised address can send is known from the probe (EAI-05)."""
    text = f"<tls>\nS: 220 hi\nC: …\nS: 250-hi\nS: 250 {keyword}\nC: QUIT"
    network = FakeNetwork(transcripts={"smtp.corp.example:465": text})
    probe = await probe_server(_server(protocol=Protocol.SMTP), network=network)
    assert takes_internationalised(probe) is takes


async def test_a_greeting_may_be_slow() -> None:
    """A server that makes spammers wait is still confirmed within the deadline (PROBE-06)."""
    text = "<tls>\n<wait 0.3>\nS: * OK [CAPABILITY IMAP4rev1] hi\nC: q1 LOGOUT"
    probe = await probe_server(_server(), network=FakeNetwork(transcripts={IMPLICIT: text}), deadline=5)
    assert probe.outcome is Outcome.CONFIRMED
    assert probe.elapsed >= 0.3


async def test_what_has_no_dialogue_is_not_probed() -> None:
    """A service without a conversation of its own is no reason for an exception."""
    network = FakeNetwork()
    probe = await probe_server(
        Server(protocol=Protocol.EWS, hostname="h.example", port=443, security=Security.TLS), network=network
    )
    assert probe.outcome is Outcome.POLICY
    assert network.asked == []


@pytest.mark.parametrize(
    ("protocol", "port", "expected"),
    [
        (Protocol.IMAP, 143, [(993, "tls"), (143, "starttls")]),
        (Protocol.POP3, 110, [(995, "tls"), (110, "starttls")]),
        (Protocol.SMTP, 587, [(465, "tls"), (587, "starttls")]),
        (Protocol.SMTP, 25, [(465, "tls"), (587, "starttls")]),
        (Protocol.SMTP, 2525, [(465, "tls"), (2525, "starttls"), (587, "starttls")]),
        (Protocol.IMAP, 993, [(993, "tls"), (143, "starttls")]),
    ],
)
def test_upgrades(protocol: Protocol, port: int, expected: list[tuple[int, str]]) -> None:
    """A plaintext entry is tried with TLS first, and never on port 25 (SMTP-01, RFC 8314)."""
    plain = Server(protocol=protocol, hostname="mail.corp.example", port=port, security=Security.NONE)
    assert [(server.port, server.security.value) for server in upgrades(plain)] == expected
    assert {server.hostname for server in upgrades(plain)} == {"mail.corp.example"}


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_what_has_tls_needs_no_upgrade(security: Security) -> None:
    """Only plaintext entries have variants."""
    assert upgrades(_server(security)) == ()
