"""Servers for the delayed mail world: DNS, web and mail, as plain and as quick as they can be.

They answer at once; time passes on the wire. Each says just what its part of a discovery needs, in one piece, so that
a round trip of the protocol is a round trip on the wire.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

_TTL = 300
_GONE = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError)


class Nameserver(asyncio.DatagramProtocol):
    """A nameserver over UDP that answers from a table, ``"name TYPE"`` to records; what it has said once is kept."""

    def __init__(self, zone: Mapping[str, Sequence[str]]) -> None:
        self._zone = zone
        self._names = {key.partition(" ")[0] for key in zone}
        self._said: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        if (reply := self._said.get(data[2:])) is None:
            reply = self._said[data[2:]] = self._answer(dns.message.from_wire(data)).to_wire()[2:]
        self._transport.sendto(data[:2] + reply, addr)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        reply = dns.message.make_response(query, recursion_available=True)
        if said := self._zone.get(f"{name} {dns.rdatatype.to_text(question.rdtype)}"):
            reply.answer.append(dns.rrset.from_text_list(f"{name}.", _TTL, "IN", question.rdtype, list(said)))
            return reply
        exists = any(known == name or known.endswith(f".{name}") for known in self._names)
        reply.set_rcode(dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN)
        soa = f"ns.{name}. root.{name}. 1 3600 600 86400 {_TTL}"
        reply.authority.append(dns.rrset.from_text(f"{name}.", _TTL, "IN", "SOA", soa))
        return reply


class Web:
    """A web server: documents by URL without scheme and query; everything else is 404."""

    def __init__(self, pages: Mapping[str, bytes]) -> None:
        self._pages = pages

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with suppress(*_GONE):
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._answer(head.decode("latin-1")))
                await writer.drain()
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
        writer.close()

    def _answer(self, head: str) -> bytes:
        path = head.split(" ", 2)[1].partition("?")[0]
        host = re.search(r"(?i)\r\nhost: *([^\r:]*)", head)
        page = self._pages.get(f"{host[1] if host else ''}{path}")
        status = "200 OK" if page is not None else "404 Not Found"
        body = page if page is not None else b"nothing here"
        return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Talk(NamedTuple):
    """What a mail server says, command by command."""

    greeting: str
    answers: Mapping[str, str]
    """By the command's word; ``{tag}`` stands for IMAP's tag. A command that is not here ends the connection."""
    tagged: bool = False

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext | None = None
    ) -> None:
        """Hold one conversation; with ``context``, STARTTLS is offered."""
        with suppress(*_GONE):
            greeting = self.greeting if context is not None else self.greeting.replace(" STARTTLS", "")
            writer.write(f"{greeting}\r\n".encode())
            while line := (await reader.readline()).decode("latin-1").split():
                tag, word = (line[0], line[1].upper()) if self.tagged and len(line) > 1 else ("", line[0].upper())
                if word not in self.answers:
                    break
                text = self.answers[word].replace("{tag}", tag)
                upgrades = word in ("STARTTLS", "STLS") and context is not None
                if context is None:
                    text = text.replace("250-STARTTLS\n", "").replace(" STARTTLS", "").replace("STLS\n", "")
                writer.write(text.replace("\n", "\r\n").encode() + b"\r\n")
                await writer.drain()
                if upgrades:
                    assert context is not None  # noqa: S101  (``upgrades`` says so)
                    await writer.start_tls(context)
                    context = None
        writer.close()


IMAP = Talk(
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ STARTTLS AUTH=PLAIN] ready",
    {
        "CAPABILITY": "* CAPABILITY IMAP4rev1 SASL-IR LITERAL+ STARTTLS AUTH=PLAIN\n{tag} OK done",
        "STARTTLS": "{tag} OK begin",
        "NOOP": "{tag} OK done",
        "LOGOUT": "* BYE\n{tag} OK done",
    },
    tagged=True,
)
SMTP = Talk(
    "220 smtp.example ESMTP",
    {
        "EHLO": "250-smtp.example\n250-8BITMIME\n250-STARTTLS\n250 AUTH PLAIN LOGIN",
        "STARTTLS": "220 begin",
        "QUIT": "221 bye",
    },
)
POP3 = Talk(
    "+OK ready",
    {
        "CAPA": "+OK\nSTLS\nSASL PLAIN\nUSER\nUIDL\n.",
        "STLS": "+OK begin",
        "AUTH": "-ERR unknown",
        "QUIT": "+OK bye",
    },
)
