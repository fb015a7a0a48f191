"""What a server's answer to a log-in means: response codes first where they are specific, then known texts (PROBE-03).

Tables: IMAP response codes (IMAP-07), POP3 response codes (POP-05), SMTP reply codes (SMTP-04). A code that only says
"no" leaves the word to the known texts; a code that clears the password ("in use", "unavailable") has the last word,
so that nobody is asked for a new password in vain.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsetup.dialogue import provider_texts
from mailsetup.model.verification import Verdict
from mailsetup.model.vocabulary import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's last word on one log-in."""

    ok: bool
    mechanism: str = ""
    code: str = ""
    """IMAP, POP3 and ManageSieve: the response code, upper case. SMTP: the three digits. May be empty."""
    enhanced: str = ""
    """SMTP: the enhanced status code."""
    text: str = ""
    """Printable; may quote the password, so it is redacted before it is shown."""
    hint: str = ""
    """What an OAuth error challenge said."""
    failure: str = ""
    """Why we gave up ourselves; empty if we did not."""
    distrusted: bool = False
    """We gave up because the server could not prove that it knows the password: give it nothing more."""
    misunderstood: bool = False
    """IMAP ``BAD``: the server did not take the command at all."""

    @property
    def nothing_sent(self) -> bool:
        """Whether the mechanism gave up before its first octet, so that the server knows of no log-in."""
        return bool(self.failure) and not self.code and not self.text


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on one log-in."""

    verdict: Verdict
    definite: bool = True
    """Whether another form of the user name, or another mechanism, could not change it."""


V = Verdict

_IMAP_CODES = {
    "UNAVAILABLE": V.TEMPORARY,
    "INUSE": V.TEMPORARY,
    "LIMIT": V.TEMPORARY,
    "SERVERBUG": V.TEMPORARY,
    "PRIVACYREQUIRED": V.PRIVACY_REQUIRED,
    "CONTACTADMIN": V.BLOCKED,
    "EXPIRED": V.BAD_CREDENTIALS,
    "AUTHORIZATIONFAILED": V.PROTOCOL_DISABLED,
    "WEBALERT": V.BLOCKED,
}
"""RFC 5530. AUTHENTICATIONFAILED is not here: it says no more than a bare NO, so a known text may say more."""

_POP3_CODES = {
    "SYS/TEMP": V.TEMPORARY,
    "SYS/PERM": V.PROTOCOL_DISABLED,
    "IN-USE": V.OK,
    "LOGIN-DELAY": V.TEMPORARY,
}
"""RFC 2449 section 8, RFC 3206. IN-USE comes only after the password was found right."""

_SIEVE_CODES = {"TRYLATER": V.TEMPORARY, "ENCRYPT-NEEDED": V.PRIVACY_REQUIRED, "AUTH-TOO-WEAK": V.MECHANISM_BROKEN}
"""RFC 5804 section 1.3."""

_SMTP_CODES = {
    "421": V.TEMPORARY,
    "432": V.APP_PASSWORD_NEEDED,
    "451": V.TEMPORARY,
    "454": V.TEMPORARY,
    "500": V.MECHANISM_BROKEN,
    "501": V.MECHANISM_BROKEN,
    "502": V.MECHANISM_BROKEN,
    "503": V.MECHANISM_BROKEN,
    "504": V.MECHANISM_BROKEN,
    "530": V.PRIVACY_REQUIRED,
    "534": V.APP_PASSWORD_NEEDED,
    "538": V.PRIVACY_REQUIRED,
}
"""RFC 4954 section 6. 432 ("password transition needed") and 534 ("too weak") mean: not this password, get another."""

_CODES: dict[Protocol, dict[str, Verdict]] = {
    Protocol.IMAP: _IMAP_CODES,
    Protocol.POP3: _POP3_CODES,
    Protocol.MANAGESIEVE: _SIEVE_CODES,
    Protocol.SMTP: _SMTP_CODES,
}

_SURE = frozenset(
    {
        "UNAVAILABLE",
        "INUSE",
        "PRIVACYREQUIRED",
        "IN-USE",
        "SYS/TEMP",
        "LOGIN-DELAY",
        "TRYLATER",
        "ENCRYPT-NEEDED",
        "538",
    }
)
"""Codes that no text overrules."""

_TOKEN_MECHANISMS = frozenset({"OAUTHBEARER", "XOAUTH2"})
_SCRAM_REFUSALS = frozenset({"invalid-proof", "unknown-user"})


def rule(protocol: Protocol, reply: Reply, /) -> Ruling:
    """Say what ``reply`` means."""
    if reply.ok:
        return Ruling(V.OK)
    by_code = _CODES[protocol].get(reply.code)
    if by_code is not None and reply.code in _SURE:
        return Ruling(by_code)
    return _given_up(reply) if reply.failure else _refused(protocol, reply, by_code)


def _refused(protocol: Protocol, reply: Reply, by_code: Verdict | None) -> Ruling:
    known = provider_texts.recognise(reply.text)
    token = reply.mechanism in _TOKEN_MECHANISMS
    if known is not None and not (token and known.verdict is V.BAD_CREDENTIALS):
        return Ruling(known.verdict, known.definite)
    if by_code is not None:
        return Ruling(by_code, by_code is not V.MECHANISM_BROKEN)
    if reply.misunderstood:
        return Ruling(V.MECHANISM_BROKEN, definite=False)
    return _without_a_hint(protocol, reply, V.TOKEN_REJECTED if token else V.BAD_CREDENTIALS)


def _given_up(reply: Reply) -> Ruling:
    if reply.hint in _SCRAM_REFUSALS:
        return Ruling(V.BAD_CREDENTIALS, definite=False)
    return Ruling(V.MECHANISM_BROKEN, definite=reply.distrusted)


def _without_a_hint(protocol: Protocol, reply: Reply, refused: Verdict) -> Ruling:
    """A bare "no": the credentials, unless SMTP's digits say that it is about something else."""
    if protocol is Protocol.SMTP and reply.code != "535":
        return Ruling(V.TEMPORARY if reply.code.startswith("4") else V.BLOCKED)
    return Ruling(refused, definite=False)
