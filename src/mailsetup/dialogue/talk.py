"""A dialogue with its input buffer: octets in, the next thing to do out. Still no socket.

One :class:`Talk` holds one running dialogue. Whoever owns the connection calls :meth:`Talk.advance` and does what it
says, until it says ``Done``. All limits are enforced here, so that no driver can forget them:

* a line longer than its limit interrupts the dialogue; the buffer never holds more than the limit and one delivery;
* octets left in the buffer when TLS is to start interrupt it too, and TLS is *not* started (PROBE-11);
* octets that start like a TLS record end a wait for a text line at once: no line end will ever come (PROBE-09).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias

from mailsetup.dialogue import banner
from mailsetup.dialogue.actions import (
    Bind,
    Closed,
    Interruption,
    ReadExactly,
    ReadLine,
    Send,
    StartTls,
    T,
    TimedOut,
    TooLong,
    Unread,
)

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Action, Conversation


@dataclass(frozen=True, slots=True)
class Receive:
    """Hand over what arrives next, with :meth:`Talk.received`."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The dialogue has ended."""

    result: T


Step: TypeAlias = Send | Receive | StartTls | Bind | Done[T]


class Talk(Generic[T]):
    """One running dialogue."""

    def __init__(self, dialogue: Conversation[T], /) -> None:
        self._dialogue = dialogue
        self._buffer = bytearray()
        self._ended = False
        self._wanted: Action | None = None
        self._acting = False
        self._done: Done[T] | None = None

    @property
    def unread(self) -> int:
        """Octets that have arrived and that nobody has read."""
        return len(self._buffer)

    def received(self, data: bytes, /) -> None:
        """Take what arrived; ``b""`` is the end of the stream."""
        self._buffer += data
        self._ended = self._ended or not data

    def bound(self, binding: bytes, /) -> None:
        """Answer a :class:`Bind`."""
        self._resume(binding)

    def interrupt(self) -> T:
        """Tell the dialogue that time is up, and give its verdict."""
        if self._wanted is None and self._done is None:
            self._resume(None)
        if self._done is None:
            self._throw(TimedOut(bytes(self._buffer)))
        if self._done is None:  # a dialogue that is interrupted ends: see `judged`
            raise RuntimeError("the dialogue went on after an interruption")
        return self._done.result

    def advance(self) -> Step[T]:
        """Run the dialogue until somebody else has to act. Calling again says that Send or StartTls has been done."""
        if self._wanted is None and self._done is None:
            self._resume(None)
        elif self._acting:
            self._acting = False
            self._resume(b"")
        while self._done is None:
            wanted = self._wanted
            match wanted:
                case StartTls() if self._buffer:
                    self._throw(Unread(bytes(self._buffer)))
                case Send() | StartTls():
                    self._acting = True
                    return wanted
                case Bind():
                    return wanted
                case ReadLine() | ReadExactly():
                    if not self._satisfy(wanted):
                        return Receive()
                case None:
                    raise RuntimeError("the dialogue wants nothing and has not ended")
        return self._done

    def _satisfy(self, wanted: ReadLine | ReadExactly) -> bool:
        """Resume the dialogue if what it wants can be given, or will never come."""
        taken = self._take(wanted)
        if isinstance(taken, Interruption):
            self._throw(taken)
        elif taken is not None:
            self._resume(taken)
        return taken is not None

    def _take(self, wanted: ReadLine | ReadExactly) -> bytes | Interruption | None:
        if isinstance(wanted, ReadExactly):
            if len(self._buffer) >= wanted.size:
                return self._cut(wanted.size)
        else:
            end = self._buffer.find(b"\n", 0, wanted.limit)
            if end >= 0:
                return self._cut(end + 1).removesuffix(b"\n").removesuffix(b"\r")
            if banner.recognise(bytes(self._buffer[:3])) is banner.TLS:
                return self._cut(len(self._buffer))
            if len(self._buffer) >= wanted.limit:
                return TooLong(bytes(self._buffer))
        return Closed(bytes(self._buffer)) if self._ended else None

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _resume(self, answer: bytes | None) -> None:
        try:
            self._wanted = next(self._dialogue) if answer is None else self._dialogue.send(answer)
        except StopIteration as stop:
            self._done = Done(stop.value)

    def _throw(self, interruption: Interruption) -> None:
        try:
            self._wanted = self._dialogue.throw(interruption)
        except StopIteration as stop:
            self._done = Done(stop.value)
