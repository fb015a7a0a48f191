"""SMTP submission: greeting, EHLO, STARTTLS, EHLO again, QUIT; and AUTH (RFC 5321, 3207, 4954, 6409).

Rules: EHLO keywords heard before TLS are forgotten (SMTP-02); nothing follows STARTTLS until TLS is up (PROBE-13); EHLO
says a fixed literal, never this machine's name (SMTP-08); neither MAIL nor RCPT is ever sent (SMTP-09).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailsetup.dialogue.actions import ReadLine, StartTls, command
from mailsetup.dialogue.facts import Ended, Stage, printable, turned_away, wrong_protocol
from mailsetup.dialogue.mechanisms import auths_of, clean, showing
from mailsetup.model import Outcome, Security

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.facts import Facts
    from mailsetup.dialogue.login import Login
    from mailsetup.dialogue.replies import Reply

MAX_LINE = 4096
"""Octets of a reply line (PROBE-06): RFC 5321 says 512, real banners and EHLO lines are longer."""

MAX_LINES = 128
"""Lines of one reply: a real EHLO answer has some twenty; an endless greeting has no end."""

MAX_INITIAL = 512
"""Octets of a command line (RFC 5321 section 4.5.3.1.4): a longer initial response is sent on its own (SMTP-05)."""

EHLO = "[127.0.0.1]"
"""The same words for everybody (SMTP-08)."""

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
# What the "fixup" of old Cisco firewalls leaves of a keyword it dislikes: XXXXXXXA and the like.
_MASKED = re.compile(r"X{4,}[A-Z]?")
_UNKNOWN_COMMAND = range(500, 505)


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply, its lines joined up."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """All lines as one text for people."""
        return printable(b" ".join(self.lines))


GOODBYE = command("QUIT")
"""The polite end (PROBE-07)."""


def session(facts: Facts, security: Security) -> Conversation[None]:
    """See what the server is and can do, inside TLS where ``security`` says so."""
    yield from _greeting(facts)
    facts.stage = Stage.SECURED if security is Security.TLS else Stage.CAPABILITIES
    keywords = yield from _hello()
    facts.masked = any(_MASKED.fullmatch(word) for keyword in keywords for word in keyword.upper().split()[:1])
    if security is not Security.TLS:
        facts.offers_starttls = "STARTTLS" in map(str.upper, keywords)
        facts.open_logins = showing(_offers(keywords), own_login=False)
    if security is Security.STARTTLS:
        yield from _start_tls(facts)
        keywords = yield from _hello()
    if security is not Security.NONE:
        _note(facts, keywords)


def _greeting(facts: Facts) -> Conversation[None]:
    first = yield ReadLine(MAX_LINE)
    if not _LINE.fullmatch(first):
        raise wrong_protocol(first, facts.protocol)
    answer = yield from _answer(first)
    facts.greeting = answer.text
    if answer.code == 220:
        return
    if answer.code < 400:
        raise wrong_protocol(first, facts.protocol)
    raise turned_away(answer.text or str(answer.code), temporary=answer.code < 500)


def _hello() -> Conversation[tuple[str, ...]]:
    """Say EHLO, or HELO to a server that does not know EHLO; give the keyword lines."""
    yield command("EHLO", EHLO)
    answer = yield from _answer()
    if answer.code in _UNKNOWN_COMMAND:
        yield command("HELO", EHLO)
        answer = yield from _answer()
        answer = Answer(answer.code, answer.lines[:1])
    if answer.code in _UNKNOWN_COMMAND:
        raise Ended(
            Outcome.WRONG_PROTOCOL, "The server knows neither EHLO nor HELO: this is not SMTP.", reason="no-ehlo"
        )
    if answer.code != 250:
        raise Ended(Outcome.SERVER_REFUSED, f"The server refuses to talk to us: {answer.text}", reason="ehlo-refused")
    return tuple(filter(None, (printable(line, limit=MAX_LINE) for line in answer.lines[1:])))


def _start_tls(facts: Facts) -> Conversation[None]:
    facts.stage = Stage.STARTTLS
    if facts.masked:
        detail = "Something on the way, a firewall or a virus scanner, has painted over the offer of STARTTLS."
        raise Ended(Outcome.STARTTLS_MISSING, detail, reason="stripped")
    if not facts.offers_starttls:
        raise Ended(Outcome.STARTTLS_MISSING, "The server does not offer STARTTLS.", reason="not-offered")
    yield command("STARTTLS")
    answer = yield from _answer()
    if answer.code != 220:
        reason = "temporary" if answer.code < 500 else "refused"
        raise Ended(Outcome.STARTTLS_REFUSED, f"The server refuses STARTTLS: {answer.text}", reason=reason)
    facts.stage = Stage.TLS
    yield StartTls()
    facts.stage = Stage.SECURED


def _note(facts: Facts, keywords: tuple[str, ...]) -> None:
    facts.capabilities = keywords
    facts.sasl = clean(_offers(keywords))
    facts.auth = auths_of(facts.sasl, own_login=False)


def _offers(keywords: tuple[str, ...]) -> list[str]:
    offers: list[str] = []
    for keyword in keywords:
        # SMTP-06: "AUTH=LOGIN PLAIN" is how the first drafts wrote it; both lines are merged.
        name, *words = keyword.replace("=", " ", 1).split()
        if name.upper() == "AUTH":
            offers += words
    return offers


def _answer(first: bytes | None = None) -> Conversation[Answer]:
    lines: list[bytes] = []
    while len(lines) < MAX_LINES:
        line = first if first is not None else (yield ReadLine(MAX_LINE))
        first = None
        match = _LINE.fullmatch(line)
        if match is None:
            raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer is not one of SMTP.", reason="not-understood")
        lines.append(match[3] or b"")
        if match[2] != b"-":
            return Answer(int(match[1]), tuple(lines))
    raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer has no end.", reason="too-long")


def authenticate(facts: Facts, login: Login) -> Conversation[Reply]:  # noqa: ARG001  (the same signature as IMAP's)
    """Log in once, by the mechanism that was picked, and give the server's answer."""
    exchange = login.exchange()
    initial = exchange.start_line()
    if exchange.failure:
        return exchange.reply(ok=False, code="", text="")
    words: list[str | bytes] = ["AUTH", login.mechanism]
    if initial is not None and len(b" ".join((b"AUTH", login.mechanism.encode(), initial, b""))) < MAX_INITIAL:
        words.append(initial)
        initial = None
    yield command(*words)
    while (answer := (yield from _answer())).code == 334:
        # SMTP-05: an initial response too long for the command line answers the first, empty challenge.
        line, initial = initial or exchange.answer_line(answer.lines[-1]), None
        yield command(line)
    enhanced = _ENHANCED.match(answer.text)
    return exchange.reply(
        ok=answer.code == 235, code=str(answer.code), enhanced=enhanced[1] if enhanced else "", text=answer.text
    )
