"""IMAP: greeting, CAPABILITY, STARTTLS, CAPABILITY again, LOGOUT; AUTHENTICATE, LOGIN and ID (RFC 9051, 2971, 4959).

Rules: a connection that says PREAUTH cannot be made safe and is given up (IMAP-02); capabilities heard before TLS are
forgotten (IMAP-03); before the log-in nothing but capabilities and status responses is listened to, and neither alerts
nor referrals are followed (IMAP-05, IMAP-06); nothing follows STARTTLS until TLS is up (PROBE-13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailsetup._version import __version__
from mailsetup.dialogue.actions import ReadExactly, ReadLine, StartTls, command
from mailsetup.dialogue.facts import Ended, Stage, printable, turned_away, wrong_protocol
from mailsetup.dialogue.mechanisms import auths_of, clean, showing
from mailsetup.model import Auth, Outcome, Security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.facts import Facts
    from mailsetup.dialogue.login import Login
    from mailsetup.dialogue.replies import Reply

MAX_LINE = 65536
"""Octets of a line (PROBE-06): RFC 7162 section 4 wants clients to take 8192, capability lists of real servers stay
below 2 KiB."""

MAX_LINES = 100
"""Lines before the tagged one: a real answer has one or two."""

MAX_LITERALS = 65536
"""Octets of all literals of one answer. Before a log-in, only ID and BYE texts have any reason to hold one."""

_GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)(?: (.*))?", re.IGNORECASE)
_STATUS = re.compile(rb"(OK|NO|BAD)(?: (.*))?", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(rb"\[([A-Z][A-Z0-9/.-]*)(?: ([^\]]*))?\] ?", re.IGNORECASE)
_LITERAL = re.compile(rb"\{(\d{1,9})\+?\}$")


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one command: a tagged status, or ``+`` for "go on"."""

    status: str
    code: str
    text: str
    """For people, without the code."""
    capabilities: tuple[str, ...] | None
    """From the answer or the code in it."""
    challenge: bytes = b""


GOODBYE = command("q1", "LOGOUT")
"""The polite end (PROBE-07)."""


def session(facts: Facts, security: Security) -> Conversation[None]:
    """See what the server is and can do, inside TLS where ``security`` says so."""
    preauth, capabilities = yield from _greeting(facts)
    if preauth and security is Security.STARTTLS:
        facts.stage = Stage.STARTTLS
        detail = "The server says we are logged in already, which makes an upgrade to TLS impossible."
        raise Ended(Outcome.STARTTLS_REFUSED, detail, reason="preauth")
    if capabilities is None:
        facts.stage = Stage.SECURED if security is Security.TLS else Stage.CAPABILITIES
        capabilities = yield from _ask("c1")
    if security is not Security.TLS:
        facts.offers_starttls = "STARTTLS" in capabilities
        facts.open_logins = showing(_sasl(capabilities), own_login="LOGINDISABLED" not in capabilities)
    if security is Security.STARTTLS:
        yield from _start_tls(facts)
        capabilities = yield from _ask("c2")
    if security is not Security.NONE:
        _note(facts, capabilities, preauth=preauth)


def _greeting(facts: Facts) -> Conversation[tuple[bool, tuple[str, ...] | None]]:
    line = yield ReadLine(MAX_LINE)
    match = _GREETING.fullmatch(line)
    if match is None:
        raise wrong_protocol(line, facts.protocol)
    code, argument, text = _taken_apart(match[2] or b"")
    facts.greeting = printable(text)
    status = match[1].upper()
    if status == b"BYE":
        raise turned_away(facts.greeting, temporary=code == "UNAVAILABLE")
    return status == b"PREAUTH", _words(argument) if code == "CAPABILITY" else None


def _ask(tag: str) -> Conversation[tuple[str, ...]]:
    yield command(tag, "CAPABILITY")
    answer = yield from _answer(tag)
    if answer.status != "OK" or answer.capabilities is None:
        raise Ended(Outcome.PROTOCOL_ERROR, "The server does not say what it can do.", reason="no-capabilities")
    return answer.capabilities


def _start_tls(facts: Facts) -> Conversation[None]:
    facts.stage = Stage.STARTTLS
    if not facts.offers_starttls:
        raise Ended(Outcome.STARTTLS_MISSING, "The server does not offer STARTTLS.", reason="not-offered")
    yield command("s1", "STARTTLS")
    answer = yield from _answer("s1")
    if answer.status != "OK":
        raise Ended(Outcome.STARTTLS_REFUSED, f"The server refuses STARTTLS: {answer.text}", reason="refused")
    facts.stage = Stage.TLS
    yield StartTls()
    facts.stage = Stage.SECURED


def _note(facts: Facts, capabilities: tuple[str, ...], *, preauth: bool) -> None:
    facts.capabilities = capabilities
    facts.sasl = clean(_sasl(capabilities))
    facts.own_login = "LOGINDISABLED" not in capabilities
    facts.auth = (Auth.NONE,) if preauth else auths_of(facts.sasl, own_login=facts.own_login)


def _sasl(capabilities: tuple[str, ...]) -> Iterator[str]:
    return (word.partition("=")[2] for word in capabilities if word.startswith("AUTH="))


def _answer(tag: str) -> Conversation[Answer]:
    """Read to the tagged line, or to a continuation request; hear capabilities on the way, and nothing else."""
    capabilities: tuple[str, ...] | None = None
    room = MAX_LITERALS
    for _ in range(MAX_LINES):
        line, room = yield from _line(room)
        start, _, rest = line.partition(b" ")
        if start == b"*":
            if rest[:11].upper() == b"CAPABILITY ":
                capabilities = _words(rest[11:])
            elif rest[:3].upper() == b"BYE":
                text = printable(_taken_apart(rest[4:])[2])
                raise Ended(Outcome.SERVER_REFUSED, f"The server ends the conversation: {text}", reason="bye")
        elif start == b"+":
            return Answer("+", "", "", None, challenge=rest)
        elif start == tag.encode() and (match := _STATUS.fullmatch(rest)):
            code, argument, words = _taken_apart(match[2] or b"")
            heard = _words(argument) if code == "CAPABILITY" else capabilities
            return Answer(match[1].upper().decode(), code, printable(words), heard)
        else:
            raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer is not one of IMAP.", reason="not-understood")
    raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer has no end.", reason="too-long")


def _line(room: int) -> Conversation[tuple[bytes, int]]:
    """One line with the literals in it, which may take ``room`` octets altogether."""
    line = yield ReadLine(MAX_LINE)
    whole = line
    while match := _LITERAL.search(line):
        size = int(match[1])
        # The end of the line that follows is charged as well, so that empty literals come to an end too.
        room -= size + 2
        if room < 0:
            raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer is too long.", reason="too-long")
        whole += yield ReadExactly(size)
        line = yield ReadLine(MAX_LINE)
        whole += line
        room -= len(line)
    return whole, room


def _taken_apart(text: bytes) -> tuple[str, bytes, bytes]:
    """Split a response text into code, its argument, and the words for people."""
    match = _CODE.match(text)
    if match is None:
        return "", b"", text
    return match[1].upper().decode("ascii"), match[2] or b"", text[match.end() :]


def _words(text: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(printable(text, limit=MAX_LINE).upper().split()))


def authenticate(facts: Facts, login: Login) -> Conversation[Reply]:
    """Log in once, by the mechanism that was picked, and give the server's answer."""
    reply = facts.reply = yield from _log_in(facts, login)
    if reply.ok:
        yield from _identify(facts)
    return reply


def _log_in(facts: Facts, login: Login) -> Conversation[Reply]:
    from mailsetup.dialogue.login import OWN_COMMAND

    if login.mechanism == OWN_COMMAND:
        yield command("a1", "LOGIN", _quoted(login.username), _quoted(login.secret.reveal()))
        answer = yield from _answer("a1")
        return _own_reply(answer)
    exchange = login.exchange()
    initial = exchange.start_line()
    if exchange.failure:
        return exchange.reply(ok=False, code="", text="")
    words: list[str | bytes] = ["a1", "AUTHENTICATE", login.mechanism]
    if initial is not None and "SASL-IR" in facts.capabilities:
        words.append(initial)
        initial = None
    yield command(*words)
    while (answer := (yield from _answer("a1"))).status == "+":
        # IMAP-09: without SASL-IR the initial response answers the first, empty challenge.
        line, initial = _unequal(initial) or exchange.answer_line(answer.challenge), None
        yield command(line)
    if answer.capabilities is not None and answer.status == "OK":
        facts.capabilities = answer.capabilities
    return exchange.reply(
        ok=answer.status == "OK", code=answer.code, text=answer.text, misunderstood=answer.status == "BAD"
    )


def _unequal(initial: bytes | None) -> bytes | None:
    """``=`` for "empty" is the language of the command line only (RFC 4959 section 3)."""
    return None if initial == b"=" else initial


def _own_reply(answer: Answer) -> Reply:
    from mailsetup.dialogue.login import OWN_COMMAND
    from mailsetup.dialogue.replies import Reply

    return Reply(
        ok=answer.status == "OK",
        mechanism=OWN_COMMAND,
        code=answer.code,
        text=answer.text,
        misunderstood=answer.status in ("BAD", "+"),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _identify(facts: Facts) -> Conversation[None]:
    """Say who we are where the server wants to know (IMAP-08): some refuse SELECT before. Its answer is not used."""
    if "ID" in facts.capabilities:
        yield command("i1", "ID", f'("name" "mailsetup" "version" "{__version__}")')
        yield from _answer("i1")
