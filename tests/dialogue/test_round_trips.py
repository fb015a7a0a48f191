"""What a look costs: how often somebody has to wait for the other side."""

from __future__ import annotations

import pytest

from mailsetup.dialogue import Bind, Done, Facts, Receive, Send, StartTls, Talk, look
from mailsetup.model import Outcome, Protocol, Security

IMAP_FULL = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hi\r\n"
CAPABILITY = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nc1 OK done\r\n"
CAPA = b"+OK\r\nSTLS\r\nUSER\r\n.\r\n"
EHLO = b"250-h\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
SIEVE = b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK\r\n'


@pytest.mark.parametrize(
    ("protocol", "security", "answers"),
    [
        # After the TLS handshake: the greeting, and the list where it is not in the greeting.
        (Protocol.IMAP, Security.TLS, [IMAP_FULL]),
        (Protocol.IMAP, Security.TLS, [b"* OK hi\r\n", CAPABILITY]),
        (Protocol.POP3, Security.TLS, [b"+OK hi\r\n", CAPA]),
        (Protocol.SMTP, Security.TLS, [b"220 hi\r\n", EHLO]),
        (Protocol.MANAGESIEVE, Security.TLS, [SIEVE]),
        # STARTTLS costs what its protocol demands: the list, the go-ahead, the list again.
        (Protocol.IMAP, Security.STARTTLS, [IMAP_FULL, b"s1 OK\r\n", CAPABILITY.replace(b"c1", b"c2")]),
        (Protocol.POP3, Security.STARTTLS, [b"+OK hi\r\n", CAPA, b"+OK\r\n", CAPA]),
        (Protocol.SMTP, Security.STARTTLS, [b"220 hi\r\n", EHLO, b"220 go\r\n", EHLO]),
        (Protocol.MANAGESIEVE, Security.STARTTLS, [SIEVE, b"OK\r\n", SIEVE]),
    ],
)
def test_nobody_waits_more_often_than_the_protocol_demands(
    protocol: Protocol, security: Security, answers: list[bytes]
) -> None:
    """Every answer is waited for once, the goodbye not at all: at most two waits inside TLS (PROBE-07)."""
    left = list(answers)
    facts = Facts(protocol)
    talk = Talk(look(facts, security=security))
    said: list[bytes] = []
    while not isinstance(step := talk.advance(), Done):
        assert not isinstance(step, Bind)
        if isinstance(step, Receive):
            talk.received(left.pop(0))
        elif isinstance(step, StartTls):
            said.append(b"<tls>")
        else:
            assert isinstance(step, Send)
            said.append(step.data)
    assert facts.outcome is Outcome.CONFIRMED
    assert left == []
    assert said[-1].strip() in (b"QUIT", b"LOGOUT", b"q1 LOGOUT")


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3, Protocol.SMTP, Protocol.MANAGESIEVE])
def test_nothing_is_sent_behind_starttls(protocol: Protocol) -> None:
    """Between STARTTLS and the handshake not one octet goes out, though the go-ahead is waited for (PROBE-13)."""
    speech = {
        Protocol.IMAP: [IMAP_FULL, b"s1 OK\r\n"],
        Protocol.POP3: [b"+OK hi\r\n", CAPA, b"+OK\r\n"],
        Protocol.SMTP: [b"220 hi\r\n", EHLO, b"220 go\r\n"],
        Protocol.MANAGESIEVE: [SIEVE, b"OK\r\n"],
    }[protocol]
    talk = Talk(look(Facts(protocol), security=Security.STARTTLS))
    order: list[str] = []
    while not isinstance(step := talk.advance(), StartTls):
        if isinstance(step, Receive):
            order.append("wait")
            talk.received(speech.pop(0))
        else:
            assert isinstance(step, Send)
            order.append("STARTTLS" if step.data.strip() in (b"STARTTLS", b"STLS", b"s1 STARTTLS") else "command")
    assert order[-2:] == ["STARTTLS", "wait"]
