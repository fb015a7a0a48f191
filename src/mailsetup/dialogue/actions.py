"""What a dialogue may ask of whoever drives it: five small actions, and the ways a wait can end badly.

A dialogue is a generator. It yields an action and is handed the octets that answer it (``b""`` where there is nothing
to hand over). It never sees a socket, a clock or a buffer.

Rule: nothing that came from outside breaks a protocol line. Every command is built by :func:`command`, which refuses
CR, LF and NUL in each of its words (SEC-06), so no dialogue has to think of it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Send ``data``; the answer is empty. It can hold a credential, so it is never shown."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """Read one line; the answer is the line without its end. A longer one interrupts with :class:`TooLong`."""

    limit: int
    """Octets, the line end included."""


@dataclass(frozen=True, slots=True)
class ReadExactly:
    """Read ``size`` octets (a literal of IMAP or ManageSieve)."""

    size: int


@dataclass(frozen=True, slots=True)
class StartTls:
    """Shake hands now. Unread octets interrupt with :class:`Unread` instead (PROBE-11)."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Ask for channel binding data (SCRAM-…-PLUS); the answer is ``kind NUL data``, or empty where there is none."""


Action: TypeAlias = Send | ReadLine | ReadExactly | StartTls | Bind
Conversation: TypeAlias = Generator[Action, bytes, T]


class Interruption(Exception):  # noqa: N818  (an event in a conversation, caught by the dialogue itself)
    """A wait that ended without what was asked for. Thrown into the dialogue, never out of it."""

    def __init__(self, partial: bytes = b"") -> None:
        super().__init__()
        self.partial = partial
        """What had arrived."""


class Closed(Interruption):
    """The other side closed the connection."""


class TimedOut(Interruption):
    """Time is up."""


class TooLong(Interruption):
    """More than the limit arrived without a line end."""


class Unread(Interruption):
    """Octets were waiting where none may be: between the go-ahead for TLS and the handshake."""


class Unsendable(ValueError):  # noqa: N818  (caught by the dialogue itself)
    """A word holds a character that would break the protocol line."""


def command(*words: str | bytes) -> Send:
    """Build one command line from words, with a space between them.

    Raises:
        Unsendable: if a word holds CR, LF or NUL. The message does not quote it: it may be a password.
    """
    encoded = [word.encode() if isinstance(word, str) else word for word in words]
    if any(forbidden in word for word in encoded for forbidden in (b"\r", b"\n", b"\0")):
        raise Unsendable("a word of the command holds a line break or a NUL character")
    return Send(b" ".join(encoded) + b"\r\n")
