"""What to log in with, and which mechanism to use for it. Pure decisions.

Rules: the order the source claims beats the server's list, because servers advertise mechanisms that do not work
(PROBE-04); within one kind of proof the stronger mechanism comes first; a password is never used for an OAuth
mechanism nor the reverse; the protocol's own log-in command is the last resort (IMAP-04) and only for ASCII (EAI-06);
APOP is not used at all (POP-06).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailsetup.dialogue.actions import Bind
from mailsetup.dialogue.sasl import CramMd5, Exchange, LoginMechanism, OAuthBearer, Plain, XOAuth2
from mailsetup.dialogue.scram import Scram
from mailsetup.model import Auth

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.facts import Facts
    from mailsetup.dialogue.secret import Secret

OWN_COMMAND = "own command"
"""Stands in a :class:`Login` for the protocol's own way: ``LOGIN`` of IMAP, ``USER`` and ``PASS`` of POP3."""

_SCRAM = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1")

PREFERENCE: dict[Auth, tuple[str, ...]] = {
    Auth.ENCRYPTED_PASSWORD: (*_SCRAM, "CRAM-MD5"),
    Auth.PASSWORD: ("PLAIN", "LOGIN", OWN_COMMAND),
    Auth.OAUTH2: ("OAUTHBEARER", "XOAUTH2"),
}
"""Mechanisms by kind of proof, the best first."""

UNCLAIMED = (*_SCRAM, "PLAIN", "LOGIN", OWN_COMMAND, "CRAM-MD5", "OAUTHBEARER", "XOAUTH2")
"""The order where no source says anything, and what is tried after everything it says: SCRAM proves the server too;
CRAM-MD5 comes late, because inside TLS it protects little and is often broken."""

_EXCHANGES: dict[str, type[Exchange]] = {
    "PLAIN": Plain,
    "LOGIN": LoginMechanism,
    "CRAM-MD5": CramMd5,
    "XOAUTH2": XOAuth2,
    "OAUTHBEARER": OAuthBearer,
    **dict.fromkeys(_SCRAM, Scram),
}
_TOKEN_MECHANISMS = PREFERENCE[Auth.OAUTH2]


@dataclass(frozen=True, slots=True)
class Binding:
    """Channel binding data and its type (RFC 5929, RFC 9266)."""

    kind: str
    data: bytes = field(repr=False)

    @classmethod
    def unpack(cls, packed: bytes, /) -> Binding | None:
        """Take apart the answer to a ``Bind`` action."""
        kind, _, data = packed.partition(b"\0")
        return cls(kind.decode("ascii"), data) if data else None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, with what; and what is known about the ways to do it."""

    username: str
    secret: Secret
    is_token: bool = False
    claimed: tuple[Auth, ...] = ()
    """Ways to log in as the source claims them, best first."""
    broken: tuple[str, ...] = ()
    """Mechanisms that have failed for reasons of their own."""
    hostname: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt: a mechanism, and what it needs."""

    mechanism: str
    username: str
    secret: Secret
    hostname: str = ""
    port: int = 0
    binding: Binding | None = None

    def exchange(self) -> Exchange:
        """Start the SASL exchange."""
        return _EXCHANGES[self.mechanism](self)


def picked(credentials: Credentials, facts: Facts) -> Conversation[Login | None]:
    """Pick the mechanism inside a conversation, asking for channel binding only where it plays a part."""
    binding = None
    if not credentials.is_token and any(name in _SCRAM for name in facts.sasl):
        binding = Binding.unpack((yield Bind()))
    login = choose(credentials, facts, binding)
    facts.tried = login.mechanism if login is not None else ""
    return login


def choose(credentials: Credentials, facts: Facts, binding: Binding | None = None) -> Login | None:
    """Pick the mechanism to try; ``None`` where nothing the server offers suits the credentials."""
    order = [name for auth in credentials.claimed for name in PREFERENCE.get(auth, ())]
    for name in dict.fromkeys([*order, *UNCLAIMED]):
        if name not in credentials.broken and _suits(name, credentials, facts, binding):
            return Login(
                mechanism=name,
                username=credentials.username,
                secret=credentials.secret,
                hostname=credentials.hostname,
                port=credentials.port,
                binding=_usable_binding(name, facts, binding),
            )
    return None


def _suits(name: str, credentials: Credentials, facts: Facts, binding: Binding | None) -> bool:
    if (name in _TOKEN_MECHANISMS) is not credentials.is_token:
        return False
    if name == OWN_COMMAND:
        return facts.own_login and credentials.username.isascii() and credentials.secret.is_ascii
    return name in facts.sasl and (binding is not None or not name.endswith("-PLUS"))


def _usable_binding(name: str, facts: Facts, binding: Binding | None) -> Binding | None:
    """Drop the binding where SCRAM would say "the server offers no -PLUS", although it does (RFC 5802 section 6)."""
    return None if f"{name}-PLUS" in facts.sasl else binding
