"""What a conversation showed, filled in while it goes on: a broken one leaves what it had shown until then.

Everything in here that the server said is made printable first (SEC-09). What it said before TLS is anybody's text
(SEC-08); only the greeting is kept of it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mailsetup.dialogue import banner
from mailsetup.dialogue.actions import Closed, Interruption, TimedOut, TooLong, Unread, Unsendable
from mailsetup.model import Auth, Outcome, Protocol

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.replies import Reply

MAX_TEXT = 300
"""Characters of a server's text that are kept: two lines of a terminal, and enough for every known message."""


class Stage(str, Enum):
    """How far the conversation got, in the words of a sentence: "while … "."""

    GREETING = "waiting for the greeting"
    CAPABILITIES = "asking what the server can do"
    STARTTLS = "asking for TLS"
    TLS = "starting TLS"
    SECURED = "asking what the server can do, inside TLS"
    LOGIN = "logging in"
    DONE = "saying goodbye"


@dataclass(slots=True)
class Facts:
    """The record of one conversation."""

    protocol: Protocol
    outcome: Outcome | None = None
    """The verdict; ``None`` while it goes on."""
    reason: str = ""
    """Finer than the outcome, kebab-case: ``preauth``, ``stripped``, ``temporary``, ``apop-only`` …"""
    detail: str = ""
    """One sentence for people."""
    stage: Stage = Stage.GREETING
    greeting: str = ""
    capabilities: tuple[str, ...] = ()
    """As advertised inside TLS, in the server's order."""
    sasl: tuple[str, ...] = ()
    """SASL mechanisms among them, upper case."""
    own_login: bool = False
    """Whether the protocol's own log-in command may be used: IMAP LOGIN, POP3 USER and PASS."""
    auth: tuple[Auth, ...] = ()
    """The same, in our vocabulary."""
    offers_starttls: bool = False
    """Whether STARTTLS was advertised in clear text."""
    open_logins: tuple[str, ...] = ()
    """Ways to log in advertised in clear text that would show the password or token. Never used, only told."""
    masked: bool = False
    """Whether something on the way has painted over EHLO keywords (SMTP-03)."""
    tried: str = ""
    """The mechanism by which a log-in was tried; empty where none was."""
    reply: Reply | None = None
    """How the log-in ended, where there was one."""


class Ended(Exception):  # noqa: N818  (a verdict is not an error)
    """A verdict, on its way from the depth of a dialogue to :func:`judged`."""

    def __init__(self, outcome: Outcome, detail: str, *, reason: str = "") -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.reason = reason


def judged(conversation: Conversation[None], facts: Facts) -> Conversation[Facts]:
    """Run ``conversation`` to its end and write the verdict into ``facts``. Nothing but the verdict comes out."""
    try:
        yield from conversation
        facts.outcome = Outcome.CONFIRMED
    except Ended as end:
        facts.outcome, facts.detail, facts.reason = end.outcome, end.detail, end.reason
    except Interruption as interruption:
        if facts.stage is Stage.DONE:  # the verdict was in; a goodbye that fails changes nothing
            facts.outcome = Outcome.CONFIRMED
            return facts
        verdict = _verdict(interruption, facts)
        facts.outcome, facts.detail, facts.reason = verdict.outcome, verdict.detail, verdict.reason
    except Unsendable as error:
        facts.outcome, facts.detail, facts.reason = Outcome.POLICY, f"Nothing was sent: {error}.", "unsendable"
    return facts


def _verdict(interruption: Interruption, facts: Facts) -> Ended:
    other = banner.recognise(interruption.partial) if facts.stage is Stage.GREETING else None
    if other not in (None, banner.names(facts.protocol)):
        return wrong_protocol(interruption.partial, facts.protocol)
    if isinstance(interruption, Closed) and facts.stage is Stage.GREETING and not interruption.partial:
        detail = "The server closed the connection without a word."
        return Ended(Outcome.SERVER_REFUSED, detail, reason="no-greeting")
    outcome, reason, detail = _INTERRUPTIONS[type(interruption)]
    return Ended(outcome, detail.format(stage=facts.stage.value), reason=reason)


INJECTED = "Extra data arrived between the go-ahead for TLS and the handshake: somebody on the way may be injecting it."

_INTERRUPTIONS: dict[type[Interruption], tuple[Outcome, str, str]] = {
    Closed: (Outcome.PROTOCOL_ERROR, "closed", "The server closed the connection while we were {stage}."),
    TimedOut: (Outcome.TIMEOUT, "timed-out", "Time ran out while we were {stage}."),
    TooLong: (Outcome.PROTOCOL_ERROR, "too-long", "The server sent an endless line while we were {stage}."),
    Unread: (
        Outcome.STARTTLS_INJECTION,
        "injected",
        INJECTED,
    ),
}


def turned_away(text: str, *, temporary: bool) -> Ended:
    """Give the verdict on a greeting that says no, for good or for now (greylisting, maintenance, too many)."""
    reason, said = ("temporary", "wants us to come back later") if temporary else ("refused", "turns us away")
    return Ended(Outcome.SERVER_REFUSED, f"The server {said}: {text}", reason=reason)


def wrong_protocol(line: bytes, expected: Protocol) -> Ended:
    """Give the verdict on a greeting that is not ``expected``'s: another protocol's, or nobody's."""
    other = banner.recognise(line)
    wanted = expected.value.upper()
    if other is banner.TLS:
        detail = f"The port expects TLS from the first byte: use SSL/TLS here, not STARTTLS, for {wanted}."
        return Ended(Outcome.WRONG_PROTOCOL, detail, reason="tls-expected")
    if other is not None and other != banner.names(expected):
        return Ended(Outcome.WRONG_PROTOCOL, f"The port speaks {other}, not {wanted}.", reason="other-protocol")
    return Ended(Outcome.PROTOCOL_ERROR, f"The greeting is not one of {wanted}.", reason="not-understood")


def printable(text: bytes | str, *, limit: int = MAX_TEXT) -> str:
    """Make a server's text harmless: UTF-8 with replacements, no control or formatting characters, bounded."""
    decoded = text if isinstance(text, str) else text[: limit * 4].decode("utf-8", "replace")
    kept = (" " if character in "\t\r\n" else character for character in decoded)
    clean = "".join(character for character in kept if not unicodedata.category(character).startswith("C"))
    return clean.strip()[:limit]
