"""IMAP, POP3, SMTP and ManageSieve conversations, as generators without sockets.

:func:`look` sees what a server is and can do; :func:`log_in` also logs in, once. Both give a :class:`Facts`, whatever
the server says: every sequence of octets leads to a verdict. They ask for octets through the actions of
``actions.py``; :class:`Talk` holds the buffer and the limits; ``mailsetup.prober`` owns the connection.

The log-in half (mechanisms, known refusals of providers) is loaded when it is first used: a probe needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mailsetup.dialogue import imap, managesieve, pop3, smtp
from mailsetup.dialogue.actions import Bind, Send, StartTls
from mailsetup.dialogue.facts import INJECTED, Facts, Stage, judged, printable
from mailsetup.dialogue.talk import Done, Receive, Talk
from mailsetup.model import Protocol, Security

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.dialogue.login import OWN_COMMAND, Credentials
    from mailsetup.dialogue.replies import Reply, Ruling, rule
    from mailsetup.dialogue.secret import Secret

_LATER = {
    "OWN_COMMAND": "login",
    "Credentials": "login",
    "Reply": "replies",
    "Ruling": "replies",
    "Secret": "secret",
    "rule": "replies",
}
"""Names of the log-in half, and where they are."""

_MODULES = {
    Protocol.IMAP: imap,
    Protocol.POP3: pop3,
    Protocol.SMTP: smtp,
    Protocol.MANAGESIEVE: managesieve,
}

SPOKEN = tuple(_MODULES)
"""The protocols there is a dialogue for. A module gives ``session``, ``authenticate`` and ``GOODBYE``."""


def look(facts: Facts, /, *, security: Security) -> Conversation[Facts]:
    """See what the server is and can do; write it into ``facts`` and give it back with its verdict."""
    return judged(_look(facts, security), facts)


def log_in(facts: Facts, /, *, security: Security, credentials: Credentials) -> Conversation[Facts]:
    """The same with one log-in; ``facts.reply`` is the server's answer to it.

    Raises:
        ValueError: without TLS, at once: no credential is sent in clear text, whoever asks (PROBE-01).
    """
    if security is Security.NONE:
        raise ValueError("a credential is sent only inside TLS")
    return judged(_log_in(facts, security, credentials), facts)


def _look(facts: Facts, security: Security) -> Conversation[None]:
    spoken = _MODULES[facts.protocol]
    yield from spoken.session(facts, security)
    facts.stage = Stage.DONE
    yield spoken.GOODBYE


def _log_in(facts: Facts, security: Security, credentials: Credentials) -> Conversation[None]:
    from mailsetup.dialogue.login import picked

    spoken = _MODULES[facts.protocol]
    yield from spoken.session(facts, security)
    facts.stage = Stage.LOGIN
    login = yield from picked(credentials, facts)
    if login is not None:
        facts.reply = yield from spoken.authenticate(facts, login)
    facts.stage = Stage.DONE
    yield spoken.GOODBYE


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "INJECTED",
    "OWN_COMMAND",
    "SPOKEN",
    "Bind",
    "Credentials",
    "Done",
    "Facts",
    "Receive",
    "Reply",
    "Ruling",
    "Secret",
    "Send",
    "Stage",
    "StartTls",
    "Talk",
    "log_in",
    "look",
    "printable",
    "rule",
]
