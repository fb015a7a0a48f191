r"""A mail server written down as the conversation it holds, in a text that a mail admin can read.

::

    # A submission server that takes STARTTLS.
    S: 220 mx.corp.example ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mx.corp.example
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 go ahead
    <tls>
    C: …
    verdict: confirmed

* ``S: `` is a line of the server, ``S~ `` the same without a line end, ``S*500: `` the same 500 times. Lines of the
  server that follow each other arrive in one piece. ``\xNN``, ``\r``, ``\n``, ``\t``, ``\\`` are octets, and
  ``{{A*70000}}`` is 70,000 times A.
* ``C: `` is what the client has to send, exactly; ``C: …`` lets it send any one line.
* ``<tls>`` is a handshake: in front, implicit TLS; later, STARTTLS. ``<tls names=a.example,*.b.example
  version=TLSv1.2>`` says what it shows, ``<tls fails certificate-expired>`` that it fails. ``<plain>`` in front: no TLS
  from the first byte. With neither in front, the client has its way.
* ``<close>`` ends the stream, ``<shutdown>`` only the server's half of it, ``<reset>`` breaks it, ``<wait 2.5>`` takes
  seconds, ``<silence>`` lasts for ever.
* ``word: text`` before and after the conversation is for whoever reads the file: settings, and what is to come of it.

A client that says something else than the text meets :class:`TranscriptMismatch`, an ``AssertionError``.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

import anyio
import anyio.lowlevel

from mailsetup.model import Certificate
from mailsetup.net.failures import failure
from mailsetup.net.interface import Target, Tls

if TYPE_CHECKING:
    from collections.abc import Iterator

ANYTHING = "…"
_FIELD = re.compile(r"([a-z][a-z -]*):(?: (.*))?")
_SERVER = re.compile(r"S(?:\*(\d+))?([:~]) ?(.*)")
_MARK = re.compile(r"<([a-z]+)(?: ([^>]*))?>")
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})|\\([rnt\\])|\{\{(.+?)\*(\d+)\}\}")
_LETTERS = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}
_MARKS = frozenset({"tls", "plain", "close", "reset", "wait", "silence", "shutdown"})


class TranscriptMismatch(AssertionError):  # noqa: N818  (a failed expectation of a test)
    """The client did not say what the transcript says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens."""

    kind: str
    """``server``, ``client``, or the word of a mark."""
    data: bytes = b""
    """Of ``server`` and ``client``: the octets."""
    argument: str = ""
    """Of a mark: what stands behind its word."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation, and what stands around it."""

    steps: tuple[Step, ...]
    settings: dict[str, str] = field(default_factory=dict)
    """What stands before the conversation."""
    expected: dict[str, str] = field(default_factory=dict)
    """What stands after it."""


def parse(text: str, /) -> Transcript:
    """Read a transcript.

    Raises:
        ValueError: with the number of the line that cannot be read.
    """
    steps: list[Step] = []
    settings: dict[str, str] = {}
    expected: dict[str, str] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        if match := _FIELD.fullmatch(line):
            (expected if steps else settings)[match[1]] = match[2] or ""
        else:
            steps.append(_step(line, number))
    return Transcript(tuple(steps), settings, expected)


def _step(line: str, number: int) -> Step:
    if match := _SERVER.fullmatch(line):
        end = b"\r\n" if match[2] == ":" else b""
        return Step("server", (_octets(match[3]) + end) * int(match[1] or 1), line=number)
    if line.startswith(("C: ", "C:")):
        return Step("client", _octets(line[2:].removeprefix(" ")), line=number)
    if (match := _MARK.fullmatch(line)) and match[1] in _MARKS:
        return Step(match[1], argument=match[2] or "", line=number)
    raise ValueError(f"line {number} of the transcript cannot be read: {line[:60]}")


def _octets(text: str) -> bytes:
    def pieces() -> Iterator[bytes]:
        position = 0
        for match in _ESCAPE.finditer(text):
            yield text[position : match.start()].encode()
            if match[1]:
                yield bytes.fromhex(match[1])
            elif match[2]:
                yield _LETTERS[match[2]]
            else:
                yield _octets(match[3]) * int(match[4])
            position = match.end()
        yield text[position:].encode()

    return b"".join(pieces())


class TranscriptConnection:
    """A ``Connection`` whose other end says what a transcript says.

    Args:
        transcript: the conversation.
        target: whom the client wanted.
        address: the IP address it is said to have reached.
        piece: at most so many octets arrive at once; 0: whole bursts.

    Raises:
        NetworkError: where the transcript says that the handshake of implicit TLS fails, or that there is none.
    """

    def __init__(
        self, transcript: Transcript, /, *, target: Target, address: str = "192.0.2.1", piece: int = 0
    ) -> None:
        self._steps = deque(transcript.steps)
        self._target = target
        self._address = address
        self._piece = piece
        self._outbox: deque[Step] = deque()
        self._heard = b""
        self._tls: Tls | None = None
        self._binding = ""
        self.sent: list[bytes] = []
        """Every line the client sent."""
        self.closed = False
        self._open()

    @property
    def address(self) -> str:
        """The IP address that was reached."""
        return self._address

    @property
    def tls(self) -> Tls | None:
        """Facts of the handshake, once there was one."""
        return self._tls

    @property
    def left(self) -> tuple[Step, ...]:
        """What the client should have said and has not."""
        return tuple(step for step in self._steps if step.kind in ("client", "tls"))

    async def send(self, data: bytes, /) -> None:
        """Take what the client says, and hold it against the text."""
        await anyio.lowlevel.checkpoint()
        self._heard += data
        while b"\r\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\r\n")
            self.sent.append(line)
            self._compare(line)

    async def receive(self, max_bytes: int = 4096, /) -> bytes:
        """Give what the server says next."""
        await anyio.lowlevel.checkpoint()
        self._queue_up()
        while self._outbox:
            step = self._outbox.popleft()
            match step.kind:
                case "server":
                    return self._delivered(step, max_bytes)
                case "wait":
                    await anyio.sleep(float(step.argument))
                case "silence":
                    await anyio.sleep_forever()
                case "reset":
                    raise failure("connection-reset", address=self._address)
                case "close" | "shutdown":
                    self._outbox.appendleft(step)
                    return b""
        if self._steps:
            told = self._steps[0]
            raise TranscriptMismatch(f"line {told.line}: the client waits, but has to say {told.data or told.kind!r}")
        return b""

    async def start_tls(self) -> Tls:
        """Shake hands, where the text says so."""
        await anyio.lowlevel.checkpoint()
        self._queue_up()
        if self._outbox:
            raise failure("not-tls", "Clear text arrived where the handshake should begin.", address=self._address)
        if not self._steps or self._steps[0].kind != "tls":
            raise TranscriptMismatch(
                f"the client starts TLS, but line {self._steps[0].line if self._steps else 0} comes next"
            )
        return self._handshake(self._steps.popleft())

    def channel_binding(self, kind: Literal["tls-exporter", "tls-unique"], /) -> bytes | None:
        """Give the data that ``<tls binding=kind:hex>`` names."""
        name, _, data = self._binding.partition(":")
        return bytes.fromhex(data) if name == kind else None

    async def aclose(self) -> None:
        """Close."""
        await anyio.lowlevel.checkpoint()
        self.closed = True

    def _open(self) -> None:
        first = self._steps[0].kind if self._steps else ""
        if first in ("tls", "plain"):
            mark = self._steps.popleft()
            if first == "tls" and self._target.tls:
                self._handshake(mark)
            elif self._target.tls:
                raise failure("not-tls", address=self._address)
            elif first == "tls":
                self._steps = deque([Step("silence")])
        elif self._target.tls:
            self._handshake(Step("tls"))

    def _handshake(self, mark: Step) -> Tls:
        words = mark.argument.split()
        facts = dict(word.split("=", 1) for word in words if "=" in word)
        names = facts.get("names", self._target.hostname).split(",")
        until = datetime.fromisoformat(facts["until"]).replace(tzinfo=timezone.utc) if "until" in facts else None
        certificate = Certificate(
            names=tuple(names),
            issuer=facts.get("issuer", "Transcript Test CA"),
            not_after=until,
            fingerprint=facts.get("fingerprint", ""),
            key_fingerprint=facts.get("key", ""),
        )
        if words[:1] == ["fails"]:
            raise failure(words[1], certificate=certificate, address=self._address)
        self._binding = facts.get("binding", "")
        self._tls = Tls(facts.get("version", "TLSv1.3"), "TLS_AES_128_GCM_SHA256", certificate)
        return self._tls

    def _queue_up(self) -> None:
        """Move what the server says without being asked to the outbox; join what arrives in one piece."""
        while self._steps and self._steps[0].kind not in ("client", "tls"):
            step = self._steps.popleft()
            if step.kind == "server" and self._outbox and self._outbox[-1].kind == "server":
                step = Step("server", self._outbox.pop().data + step.data, line=step.line)
            self._outbox.append(step)

    def _delivered(self, step: Step, max_bytes: int) -> bytes:
        size = min(max_bytes, self._piece or max_bytes)
        if len(step.data) > size:
            self._outbox.appendleft(Step("server", step.data[size:], line=step.line))
        return step.data[:size]

    def _compare(self, line: bytes) -> None:
        self._queue_up()
        step = self._steps.popleft() if self._steps else Step("end")
        if step.kind == "client" and step.data in (line, ANYTHING.encode()):
            return
        expected = step.data.decode(errors="replace") if step.kind == "client" else f"<{step.kind}>"
        raise TranscriptMismatch(
            f"line {step.line}: expected {expected}, the client sent {line.decode(errors='replace')}"
        )
