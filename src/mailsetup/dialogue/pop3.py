"""POP3: greeting, CAPA, STLS, CAPA again, QUIT; AUTH, USER and PASS (RFC 1939, 2449, 2595, 5034).

Rules: a refused CAPA means an old server, not a broken one (POP-02); STLS only where it is listed, and what was listed
before is forgotten (POP-03); APOP is not used (POP-06); nothing follows STLS until TLS is up (PROBE-13).
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

MAX_LINE = 2048
"""Octets of a line (PROBE-06): RFC 2449 section 4 says 512; SCRAM challenges and chatty banners get slack."""

MAX_LINES = 100
"""Lines of a CAPA answer: real ones have ten to fifteen."""

_STATUS = re.compile(rb"(\+OK|-ERR|\+)(?:[ \t](.*)|)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(rb"\[([A-Z][A-Z0-9/-]*)\] ?", re.IGNORECASE)
_APOP = re.compile(rb"<[^<>@ ]+@[^<>@ ]+>")


@dataclass(frozen=True, slots=True)
class Answer:
    """One status line."""

    ok: bool
    code: str
    text: str
    challenge: bytes | None = None
    """Set where the server asks to go on."""


GOODBYE = command("QUIT")
"""The polite end (PROBE-07)."""


def session(facts: Facts, security: Security) -> Conversation[None]:
    """See what the server is and can do, inside TLS where ``security`` says so."""
    apop = yield from _greeting(facts)
    facts.stage = Stage.SECURED if security is Security.TLS else Stage.CAPABILITIES
    capabilities = yield from _ask()
    if security is not Security.TLS:
        facts.offers_starttls = "STLS" in (capabilities or ())
        facts.open_logins = showing(_sasl(capabilities or ()), own_login=_takes_user(capabilities))
    if security is Security.STARTTLS:
        yield from _start_tls(facts)
        capabilities = yield from _ask()
    if security is not Security.NONE:
        _note(facts, capabilities, apop=apop)


def _greeting(facts: Facts) -> Conversation[bool]:
    """Read the greeting; say whether it offers APOP (POP-01)."""
    line = yield ReadLine(MAX_LINE)
    match = _STATUS.fullmatch(line)
    if match is None or match[1] == b"+":
        raise wrong_protocol(line, facts.protocol)
    answer = _parsed(match)
    facts.greeting = answer.text
    if not answer.ok:
        raise turned_away(answer.text, temporary=answer.code == "SYS/TEMP")
    return _APOP.search(line) is not None


def _ask() -> Conversation[tuple[str, ...] | None]:
    """Ask for capabilities; ``None`` from a server that does not know the question (POP-02)."""
    yield command("CAPA")
    answer = yield from _answer()
    if not answer.ok:
        return None
    capabilities: list[str] = []
    for _ in range(MAX_LINES):
        line = yield ReadLine(MAX_LINE)
        if line == b".":
            return tuple(dict.fromkeys(capabilities))
        if text := printable(line, limit=MAX_LINE).upper():
            capabilities.append(text)
    raise Ended(Outcome.PROTOCOL_ERROR, "The list of capabilities has no end.", reason="too-long")


def _start_tls(facts: Facts) -> Conversation[None]:
    facts.stage = Stage.STARTTLS
    if not facts.offers_starttls:
        raise Ended(Outcome.STARTTLS_MISSING, "The server does not offer STARTTLS (STLS).", reason="not-offered")
    yield command("STLS")
    answer = yield from _answer()
    if not answer.ok:
        raise Ended(Outcome.STARTTLS_REFUSED, f"The server refuses STARTTLS: {answer.text}", reason="refused")
    facts.stage = Stage.TLS
    yield StartTls()
    facts.stage = Stage.SECURED


def _note(facts: Facts, capabilities: tuple[str, ...] | None, *, apop: bool) -> None:
    facts.capabilities = capabilities or ()
    facts.sasl = clean(_sasl(facts.capabilities))
    facts.own_login = _takes_user(capabilities)
    facts.auth = auths_of(facts.sasl, own_login=facts.own_login)
    if apop and not facts.auth:
        facts.reason = "apop-only"


def _sasl(capabilities: tuple[str, ...]) -> list[str]:
    return [word for line in capabilities for word in line.split()[1:] if line.split()[0] == "SASL"]


def _takes_user(capabilities: tuple[str, ...] | None) -> bool:
    # An old server without CAPA takes USER and PASS: RFC 1939 knew nothing else that was ever deployed.
    return capabilities is None or any(line.split()[0] == "USER" for line in capabilities)


def _answer() -> Conversation[Answer]:
    line = yield ReadLine(MAX_LINE)
    match = _STATUS.fullmatch(line)
    if match is None:
        raise Ended(Outcome.PROTOCOL_ERROR, "The server's answer is not one of POP3.", reason="not-understood")
    return _parsed(match)


def _parsed(match: re.Match[bytes]) -> Answer:
    rest = match[2] or b""
    if match[1] == b"+":
        return Answer(ok=False, code="", text="", challenge=rest)
    code = _CODE.match(rest)
    text = printable(rest[code.end() :] if code else rest)
    return Answer(match[1].upper() == b"+OK", code[1].upper().decode("ascii") if code else "", text)


def authenticate(facts: Facts, login: Login) -> Conversation[Reply]:
    """Log in once, by the mechanism that was picked, and give the server's answer."""
    from mailsetup.dialogue.login import OWN_COMMAND

    if login.mechanism == OWN_COMMAND:
        return (yield from _user_and_pass(facts, login))
    exchange = login.exchange()
    initial = exchange.start_line()
    if exchange.failure:
        return exchange.reply(ok=False, code="", text="")
    # RFC 5034 allows an initial response; older servers choke on it, and a password is not the place to find out.
    yield command("AUTH", login.mechanism)
    while (answer := (yield from _answer())).challenge is not None:
        line, initial = (None if initial == b"=" else initial) or exchange.answer_line(answer.challenge), None
        yield command(line)
    return exchange.reply(
        ok=answer.ok, code=answer.code, text=answer.text, misunderstood=_about_something_else(facts, answer)
    )


def _user_and_pass(facts: Facts, login: Login) -> Conversation[Reply]:
    from mailsetup.dialogue.replies import Reply

    yield command("USER", login.username)
    answer = yield from _answer()
    if answer.ok:
        yield command("PASS", login.secret.reveal())
        answer = yield from _answer()
    return Reply(
        ok=answer.ok,
        mechanism=login.mechanism,
        code=answer.code,
        text=answer.text,
        misunderstood=_about_something_else(facts, answer),
    )


def _about_something_else(facts: Facts, answer: Answer) -> bool:
    """A server with AUTH-RESP-CODE says [AUTH] whenever the credentials are to blame (POP-05, RFC 3206)."""
    return not answer.ok and not answer.code and "AUTH-RESP-CODE" in facts.capabilities
