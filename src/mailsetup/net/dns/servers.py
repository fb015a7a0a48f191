"""Whom to ask: nameservers over UDP with TCP behind it, and servers over HTTPS (RFC 8484).

Rules: each question, or burst of questions, goes out from a fresh socket, so that port and identifier are both random
(SEC-07); what does not
answer the question is not looked at; a truncated answer is asked for again over TCP (SRV-20). A server may vouch for
DNSSEC only if nobody between it and us can lie: on this machine, or over HTTPS.

Retries, other servers and deadlines are the resolver's business.
"""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Protocol

import anyio

from mailsetup.model import Learned
from mailsetup.net.dns.wire import Question, answers, is_truncated
from mailsetup.net.failures import failure
from mailsetup.net.interface import Request
from mailsetup.net.places import DNS_PORT, RESOLV_CONF, places
from mailsetup.net.stream import connect_socket, translated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mailsetup.net.interface import Fetcher

_MAX_REPLY: Final = 65535
"""A DNS message's length is a 16-bit number (RFC 1035 section 4.2.2)."""

_TCP_TIMEOUT: Final = 4.0


class Server(Protocol):
    """Somebody who answers DNS questions."""

    @property
    def is_trusted(self) -> bool:
        """Whether its word on DNSSEC counts (SEC-07)."""
        ...

    @property
    def is_anonymous(self) -> bool:
        """Whether its questions carry no identifier."""
        ...

    async def ask(self, question: Question, /) -> bytes:
        """Give the reply in wire form; wait for it as long as it takes.

        Raises:
            NetworkError: there is nobody, or the way is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Nameserver:
    """A server that speaks plain DNS."""

    address: str
    port: int = DNS_PORT

    is_anonymous = False

    @property
    def is_trusted(self) -> bool:
        """A validator on this very machine."""
        return ip_address(self.address.partition("%")[0]).is_loopback

    async def ask(self, question: Question, /) -> bytes:
        """Ask over UDP, and over TCP if the answer does not fit."""
        with closing(Inquiry(self, question)) as inquiry:
            return await inquiry.reply()

    def connected(self) -> socket.socket:
        """Open a socket for datagrams to the server; the system draws its port.

        Raises:
            OSError: there is no way to it.
        """
        sock = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.connect((self.address, self.port))
        except BaseException:
            sock.close()
            raise
        return sock


class Inquiry:
    """A question at a nameserver. Whoever has stopped waiting for the reply can go on later; nothing is sent twice."""

    def __init__(self, server: Nameserver, question: Question, /) -> None:
        self._server = server
        self._question = question
        self._socket: socket.socket | None = None
        self._is_truncated = False

    def close(self) -> None:
        """Be no longer interested."""
        if self._socket is not None:
            self._socket.close()

    async def reply(self) -> bytes:
        """Give the reply; wait for it as long as it takes.

        Raises:
            NetworkError: there is nobody, or the way is broken.
        """
        if not self._is_truncated:
            try:
                reply = await self._by_udp(self._socket or self._sent())
            except OSError as error:
                raise translated(error, address=self._server.address) from error
            self._is_truncated = is_truncated(reply)
            if not self._is_truncated:
                return reply
        return await self._by_tcp()

    def _sent(self) -> socket.socket:
        sock = self._socket = self._server.connected()
        sock.send(self._question.wire)
        return sock

    async def _by_udp(self, sock: socket.socket) -> bytes:
        while True:
            await anyio.wait_readable(sock)
            reply = sock.recv(_MAX_REPLY)
            if answers(self._question, reply):
                return reply

    async def _by_tcp(self) -> bytes:
        question, address = self._question, self._server.address
        stream = await connect_socket(address, self._server.port, within=_TCP_TIMEOUT)
        try:
            await stream.send(len(question.wire).to_bytes(2, "big") + question.wire)
            received = bytearray()
            while len(received) < 2 or len(received) < 2 + int.from_bytes(received[:2], "big"):
                received += await stream.receive()
        except anyio.EndOfStream:
            raise failure("connection-reset", address=address) from None
        finally:
            stream.close()
        reply = bytes(received[2 : 2 + int.from_bytes(received[:2], "big")])
        if not answers(question, reply):
            raise failure("bad-response", address=address)
        return reply


class Burst:
    """Questions that go to a nameserver at once, from one socket: the port is drawn anew for each burst."""

    def __init__(self, server: Nameserver, questions: Iterable[Question], /) -> None:
        self._server = server
        self._open: dict[bytes, list[Question]] = {}
        for question in questions:
            self._open.setdefault(question.wire[:2], []).append(question)
        self._socket: socket.socket | None = None

    @property
    def is_over(self) -> bool:
        """Whether every question has its reply."""
        return not self._open

    def close(self) -> None:
        """Be no longer interested."""
        if self._socket is not None:
            self._socket.close()

    async def receive(self) -> list[tuple[Question, bytes]]:
        """Give the replies that have come, at least one. A truncated one is a reply, and says so.

        Raises:
            NetworkError: there is nobody, or the way is broken.
        """
        try:
            if self._socket is None:
                self._socket = self._server.connected()
                for question in (each for same in self._open.values() for each in same):
                    self._socket.send(question.wire)
            while True:
                await anyio.wait_readable(self._socket)
                if replies := self._taken(self._socket):
                    return replies
        except OSError as error:
            raise translated(error, address=self._server.address) from error

    def _taken(self, sock: socket.socket) -> list[tuple[Question, bytes]]:
        replies = []
        with suppress(BlockingIOError):
            while self._open:
                data = sock.recv(_MAX_REPLY)
                for question in self._open.get(data[:2], ()):
                    if answers(question, data):
                        replies.append((question, data))
                        self._open[data[:2]].remove(question)
                        break
                if self._open.get(data[:2]) == []:
                    del self._open[data[:2]]
        return replies


@dataclass(frozen=True, slots=True)
class DohServer:
    """A server that speaks DNS over HTTPS (RFC 8484)."""

    url: str
    fetcher: Fetcher
    """Finds the server's own address by other means."""

    is_anonymous = True

    @property
    def is_trusted(self) -> bool:
        """Nobody on the way can change what it says."""
        return self.url.startswith("https://")

    async def ask(self, question: Question, /) -> bytes:
        """Ask by POST."""
        media = {"Accept": "application/dns-message", "Content-Type": "application/dns-message"}
        request = Request(self.url, "POST", media, question.wire, max_bytes=_MAX_REPLY, learned=Learned.DOMAIN)
        response = await self.fetcher.fetch(request)
        if response.status != 200 or not answers(question, response.body):
            raise failure("bad-response", f"{self.url} does not answer as DNS over HTTPS.", address=response.address)
        return response.body


def nameservers(written: Iterable[str] = (), /, *, resolv_conf: Path = RESOLV_CONF) -> tuple[Nameserver, ...]:
    """Read nameservers as ``Options.nameservers`` spells them; the system's where none is written.

    Raises:
        InvalidOptions: for one that cannot be read.
    """
    return tuple(Nameserver(*place) for place in places(written, resolv_conf=resolv_conf))
