"""Whatever a server sends, there is a verdict, and it comes after a bounded number of octets (PROBE-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.dialogue import (
    SPOKEN,
    Bind,
    Credentials,
    Done,
    Facts,
    Receive,
    Secret,
    Send,
    StartTls,
    Talk,
    log_in,
    look,
)
from mailsetup.dialogue.actions import Closed, ReadLine, TimedOut, TooLong, Unread, Unsendable, command
from mailsetup.dialogue.banner import recognise
from mailsetup.dialogue.facts import MAX_TEXT, printable
from mailsetup.model import Outcome, Protocol, Security

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation

BOUND = 10_000_000
"""Octets that no conversation may ask for: every limit of every protocol, multiplied out, is below it."""

_TOKENS = st.sampled_from(
    [
        b"* OK ",
        b"* PREAUTH ",
        b"* BYE ",
        b"[CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ",
        b"c1 OK ",
        b"c2 OK ",
        b"s1 OK ",
        b"a1 OK ",
        b"a1 NO ",
        b"+ ",
        b"* CAPABILITY ",
        b"{5}",
        b"{99999999}",
        b"\r\n",
        b"\n",
        b"+OK ",
        b"-ERR ",
        b".",
        b"STLS",
        b"SASL PLAIN",
        b"220 ",
        b"220-",
        b"250-",
        b"250 ",
        b"STARTTLS",
        b"AUTH PLAIN LOGIN",
        b"334 ",
        b"235 ",
        b"535 ",
        b'"SASL" ',
        b'"STARTTLS"',
        b'"IMPLEMENTATION" "x"',
        b"OK",
        b"NO ",
        b'(SASL "AAAA")',
        b'"',
        b"\\",
        b"\x00",
        b"\xff",
        b"\x15\x03\x01",
        b"SCRAM-SHA-256",
        b"AUTH=SCRAM-SHA-256",
        b"XOAUTH2",
        b"=",
    ]
)
_SPEECH = st.lists(st.one_of(_TOKENS, st.binary(max_size=12)), max_size=60).map(b"".join)
_CREDENTIALS = Credentials("kim", Secret("pw"), hostname="h", port=1)


def _dialogue(facts: Facts, security: Security, *, login: bool) -> Conversation[Facts]:
    return (
        log_in(facts, security=security, credentials=_CREDENTIALS)
        if login and security is not Security.NONE
        else look(facts, security=security)
    )


@given(
    protocol=st.sampled_from(SPOKEN), security=st.sampled_from(Security), login=st.booleans(), speech=_SPEECH,
    piece=st.integers(1, 64),
)  # fmt: skip
def test_any_octets_lead_to_a_verdict(
    protocol: Protocol, security: Security, *, login: bool, speech: bytes, piece: int
) -> None:
    """Any octets, cut up anyhow: a verdict, no exception, and no line break in what is sent but its end (SEC-06)."""
    facts = Facts(protocol)
    talk = Talk(_dialogue(facts, security, login=login))
    while not isinstance(step := talk.advance(), Done):
        if isinstance(step, Receive):
            talk.received(speech[:piece])
            speech = speech[piece:]
        elif isinstance(step, Bind):
            talk.bound(b"")
        elif isinstance(step, Send):
            assert step.data.endswith(b"\r\n")
            assert b"\n" not in step.data[:-2]
    assert step.result is facts
    assert isinstance(facts.outcome, Outcome)
    assert len(facts.greeting) <= MAX_TEXT


@pytest.mark.parametrize("protocol", SPOKEN)
@pytest.mark.parametrize("security", list(Security))
@pytest.mark.parametrize(
    "burst",
    [
        b"A" * 1000,
        b"* OK hi\r\n" * 100,
        b"* X {0}\r\n" * 100,
        b"+OK\r\n" * 100,
        b"220-x\r\n250-x\r\n" * 50,
        b"+ \r\n" * 100,
        b'"SASL" "PLAIN"\r\n' * 50,
        b"250 AUTH PLAIN\r\n" * 50,
        b"334 \r\n" * 100,
        b"\n" * 1000,
    ],
    ids=range(10),
)
def test_reading_is_bounded(protocol: Protocol, security: Security, burst: bytes) -> None:
    """A server that never stops is left after a bounded number of octets, and little of it is ever held (PROBE-06)."""
    facts = Facts(protocol)
    talk = Talk(_dialogue(facts, security, login=True))
    taken = 0
    while not isinstance(step := talk.advance(), Done):
        if isinstance(step, Receive):
            taken += len(burst)
            assert taken < BOUND
            talk.received(burst)
            assert talk.unread <= 65536 + 2 * len(burst)
        elif isinstance(step, Bind):
            talk.bound(b"")
    assert facts.outcome is not None


@given(protocol=st.sampled_from(SPOKEN), speech=_SPEECH)
def test_running_out_of_time_is_a_verdict_too(protocol: Protocol, speech: bytes) -> None:
    """Whenever time is up, the dialogue ends with what it has."""
    facts = Facts(protocol)
    talk = Talk(look(facts, security=Security.TLS))
    talk.received(speech or b"x")
    while not isinstance(step := talk.advance(), Done | Receive):
        pass
    if isinstance(step, Receive):
        assert talk.interrupt() is facts
    assert facts.outcome is not None


@given(st.binary())
def test_recognising_a_banner_never_fails(greeting: bytes) -> None:
    """Any octets have a name or none."""
    assert recognise(greeting) is None or recognise(greeting)


@given(st.one_of(st.binary(), st.text()))
def test_printable_text_is_harmless(text: bytes | str) -> None:
    """Nothing that a terminal obeys is left, and no more than the limit (SEC-09)."""
    shown = printable(text, limit=50)
    assert len(shown) <= 50
    assert all(character.isprintable() or character.isspace() for character in shown)
    assert not set(shown) & set("\x1b\r\n\x07\u202e")


@given(st.lists(st.one_of(st.binary(), st.text()), min_size=1))
def test_no_word_breaks_a_command(words: list[bytes | str]) -> None:
    """A command is one line, or it is not built (SEC-06)."""
    try:
        sent = command(*words).data
    except Unsendable:
        return
    assert sent.endswith(b"\r\n")
    assert not {b"\r", b"\n", b"\0"} & {sent[i : i + 1] for i in range(len(sent) - 2)}


def test_interruptions_reach_the_dialogue() -> None:
    """End of stream, a line too long and unread octets arrive inside the dialogue, where the verdict is made."""
    seen: list[str] = []

    def dialogue() -> Conversation[str]:
        for action in (ReadLine(10), ReadLine(10), StartTls(), ReadLine(10)):
            try:
                yield action
            except (Closed, TimedOut, TooLong, Unread) as interruption:
                seen.append(type(interruption).__name__)
                if len(seen) == 3:
                    break
        return "done"

    talk = Talk(dialogue())
    talk.received(b"0123456789ABCDEF")
    assert isinstance(talk.advance(), Done | Receive)
    talk.received(b"")
    assert talk.advance() == Done("done")
    assert seen == ["TooLong", "TooLong", "Unread"]


def test_a_password_never_leaves_without_tls() -> None:
    """There is no dialogue that logs in without TLS (PROBE-01)."""
    with pytest.raises(ValueError, match="TLS"):
        log_in(Facts(Protocol.IMAP), security=Security.NONE, credentials=_CREDENTIALS)


@pytest.mark.parametrize("evil", ["kim\r\na1 DELETE INBOX", "kim\nX", "kim\0"])
@pytest.mark.parametrize(
    ("protocol", "speech"),
    [
        (Protocol.IMAP, b"* OK [CAPABILITY IMAP4rev1] hi\r\n"),
        (Protocol.POP3, b"+OK hi\r\n+OK\r\nUSER\r\n.\r\n"),
    ],
)
def test_a_hostile_user_name_breaks_no_line(protocol: Protocol, speech: bytes, evil: str) -> None:
    """A user name with a line break is not sent at all (SEC-06)."""
    facts = Facts(protocol)
    talk = Talk(log_in(facts, security=Security.TLS, credentials=Credentials(evil, Secret("pw"))))
    sent: list[bytes] = []
    talk.received(speech)
    while not isinstance(step := talk.advance(), Done):
        assert not isinstance(step, Receive)
        if isinstance(step, Send):
            sent.append(step.data)
    assert facts.outcome is Outcome.POLICY
    assert not any(b"kim" in line for line in sent)
