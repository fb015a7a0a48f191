"""ManageSieve: capabilities as the greeting, STARTTLS, capabilities unasked, LOGOUT; AUTHENTICATE (RFC 5804).

Rules: the list heard before TLS is forgotten, and an empty SASL list in it is normal (SIEVE-02); names are
case-insensitive, values come quoted or as literals (SIEVE-01); nothing follows STARTTLS until TLS is up (PROBE-13).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailsetup.dialogue.actions import ReadExactly, ReadLine, StartTls, command
from mailsetup.dialogue.facts import Ended, Stage, printable, turned_away, wrong_protocol
from mailsetup.dialogue.mechanisms import auths_of, clean
from mailsetup.model import Outcome, Security

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.facts import Facts
    from mailsetup.dialogue.login import Login
    from mailsetup.dialogue.replies import Reply

MAX_LINE = 8192
"""Octets of a line: RFC 5804 section 4 allows quoted strings of 1024 and longer literals."""

MAX_LINES = 100
"""Lines of a capability list: real ones have ten."""

MAX_LITERALS = 65536
"""Octets of all literals of one answer."""

_STATUS = re.compile(rb"(OK|NO|BYE)(?: \(([^)]*)\))?(?: (.*))?", re.IGNORECASE | re.DOTALL)
_LITERAL = re.compile(rb"\{(\d{1,9})\+?\}$")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines before a status line, and the status; or one challenge."""

    status: str
    code: str
    text: str
    lines: tuple[tuple[bytes, ...], ...]
    """Each as the strings in it."""
    proof: bytes = b""
    """The argument of the response code SASL: the server's last word in base64."""


GOODBYE = command("LOGOUT")
"""The polite end (PROBE-07)."""


def session(facts: Facts, security: Security) -> Conversation[None]:
    """See what the server is and can do, inside TLS where ``security`` says so."""
    first = yield ReadLine(MAX_LINE)
    if not first.startswith(b'"') and not _STATUS.fullmatch(first):
        raise wrong_protocol(first, facts.protocol)
    capabilities = yield from _capabilities(facts, first)
    facts.greeting = next((line for line in capabilities if line.upper().startswith("IMPLEMENTATION")), "")
    facts.offers_starttls = security is not Security.TLS and "STARTTLS" in map(str.upper, capabilities)
    if security is Security.STARTTLS:
        yield from _start_tls(facts)
        capabilities = yield from _capabilities(facts)
    if security is not Security.NONE:
        _note(facts, capabilities)


def _capabilities(facts: Facts, first: bytes | None = None) -> Conversation[tuple[str, ...]]:
    answer = yield from _answer(first)
    if answer.status == "BYE":
        raise turned_away(answer.text, temporary=answer.code == "TRYLATER")
    names = {line[0].upper() for line in answer.lines}
    if answer.status != "OK" or not names & {b"IMPLEMENTATION", b"SIEVE"}:
        raise wrong_protocol(first or b"", facts.protocol)
    return tuple(printable(b" ".join(line), limit=MAX_LINE) for line in answer.lines)


def _start_tls(facts: Facts) -> Conversation[None]:
    facts.stage = Stage.STARTTLS
    if not facts.offers_starttls:
        raise Ended(Outcome.STARTTLS_MISSING, "The server does not offer STARTTLS.", reason="not-offered")
    yield command("STARTTLS")
    answer = yield from _answer()
    if answer.status != "OK":
        raise Ended(Outcome.STARTTLS_REFUSED, f"The server refuses STARTTLS: {answer.text}", reason="refused")
    facts.stage = Stage.TLS
    yield StartTls()
    facts.stage = Stage.SECURED


def _note(facts: Facts, capabilities: tuple[str, ...]) -> None:
    facts.capabilities = capabilities
    offers = [word for line in capabilities for word in line.split()[1:] if line.upper().split()[0] == "SASL"]
    facts.sasl = clean(offers)
    facts.auth = auths_of(facts.sasl, own_login=False)


def _answer(first: bytes | None = None, *, challenges: bool = False) -> Conversation[Answer]:
    """Read lines of strings up to a status line; with ``challenges``, one line of a single string is an answer too."""
    lines: list[tuple[bytes, ...]] = []
    room = MAX_LITERALS
    for _ in range(MAX_LINES):
        line, first = first if first is not None else (yield ReadLine(MAX_LINE)), None
        strings, rest, room = yield from _strings(line, room)
        match = _STATUS.fullmatch(rest)
        if match:
            name, _, argument = (match[2] or b"").partition(b" ")
            text = strings[-1] if strings else b""
            code = printable(name).upper()
            proof = argument.strip().strip(b'"') if code == "SASL" else b""
            return Answer(match[1].upper().decode(), code, printable(text), tuple(lines), proof)
        if rest.strip() or not strings:
            raise Ended(
                Outcome.PROTOCOL_ERROR, "The server's answer is not one of ManageSieve.", reason="not-understood"
            )
        if challenges:
            return Answer("+", "", "", (strings,))
        lines.append(strings)
    raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer has no end.", reason="too-long")


def _strings(line: bytes, room: int) -> Conversation[tuple[tuple[bytes, ...], bytes, int]]:
    """Give the strings of a line, what stands before them (a status word and its code), and the room that is left."""
    status = re.match(rb"(?:OK|NO|BYE)\b(?: \([^)]*\))?", line, re.IGNORECASE)
    head = status[0] if status else b""
    rest = line[len(head) :]
    strings: list[bytes] = []
    while rest.strip():
        rest = rest.lstrip()
        if literal := _LITERAL.fullmatch(rest):
            room -= int(literal[1]) + 2
            if room < 0:
                raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer is too long.", reason="too-long")
            strings.append((yield ReadExactly(int(literal[1]))))
            rest = yield ReadLine(MAX_LINE)
            room -= len(rest)
        elif quoted := _QUOTED.match(rest):
            strings.append(re.sub(rb"\\(.)", rb"\1", quoted[1], flags=re.DOTALL))
            rest = rest[quoted.end() :]
        else:
            return tuple(strings), head + rest, room
    return tuple(strings), head, room


def authenticate(facts: Facts, login: Login) -> Conversation[Reply]:  # noqa: ARG001  (the same signature as IMAP's)
    """Log in once, by the mechanism that was picked, and give the server's answer."""
    exchange = login.exchange()
    initial = exchange.start_line()
    if exchange.failure:
        return exchange.reply(ok=False, code="", text="")
    words: list[str | bytes] = ["AUTHENTICATE", _quoted(login.mechanism.encode())]
    if initial is not None:
        words.append(_quoted(initial.replace(b"=", b"") if initial == b"=" else initial))
    yield command(*words)
    while (answer := (yield from _answer(challenges=True))).status == "+":
        yield command(_quoted(exchange.answer_line(answer.lines[0][0])))
    if answer.status == "OK" and answer.proof:
        exchange.answer_line(answer.proof)
    return exchange.reply(ok=answer.status == "OK", code=answer.code, text=answer.text)


def _quoted(text: bytes) -> bytes:
    return b'"' + text + b'"'
