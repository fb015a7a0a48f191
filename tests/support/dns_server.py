"""A nameserver on loopback, UDP and TCP on one port, that says what a test wants.

::

    async with dns_server({"mail.example A": ["192.0.2.1"], "gone.example A": "NXDOMAIN"}) as server:
        resolver = DnsResolver([Nameserver(server.address, server.port)])

What is written is read as ``FakeNetwork`` reads it, and three words more name faults: ``SILENCE`` (never an answer),
``GARBAGE`` (octets that are no DNS message) and ``TRUNCATED`` in front of records (UDP says only that it does not fit).
Or give a function: question and whether it came over TCP, to the message that answers it, or octets, or ``None``.
"""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import anyio.abc
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    Said = str | Sequence[str]
    Handler = Callable[[dns.message.Message, bool], dns.message.Message | bytes | None]

_TTL = 300


@dataclass
class DnsServer:
    """A running nameserver."""

    address: str
    port: int
    asked: list[str] = field(default_factory=list)
    """``"name TYPE"``, with ``" over TCP"`` where it was."""

    @property
    def spelled(self) -> str:
        """As ``Options.nameservers`` takes it."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def reply_from(
    records: Mapping[str, Said], query: dns.message.Message, over_tcp: bool
) -> dns.message.Message | bytes | None:
    """Answer one question from what is written, aliases included, as a recursive server would."""
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    said = records.get(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
    reply = dns.message.make_response(query, recursion_available=True)
    seen: set[str] = set()
    while said is None and f"{name} CNAME" in records and name not in seen:
        seen.add(name)
        target = records[f"{name} CNAME"][0].removesuffix(".")
        reply.answer.append(dns.rrset.from_text(f"{name}.", _TTL, "IN", "CNAME", f"{target}."))
        name = target
        said = records.get(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
    match said:
        case "SILENCE":
            return None
        case "GARBAGE":
            wire = query.to_wire()
            return wire[:2] + b"\x81\x80\0\1\0\5\0\0\0\0" + wire[12:] + b"\xff" * 40
        case None:
            known = any(key.partition(" ")[0].endswith(name) for key in records)
            reply.set_rcode(dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)
            if not seen:
                soa = f"ns.{name}. root.{name}. 1 3600 600 86400 60"
                reply.authority.append(dns.rrset.from_text(f"{name}.", _TTL, "IN", "SOA", soa))
        case str():
            reply.set_rcode(dns.rcode.from_text(said))
        case ["TRUNCATED", *_] if not over_tcp:
            reply.flags |= dns.flags.TC
        case _:
            texts = [text for text in said if text != "TRUNCATED"]
            reply.answer.append(dns.rrset.from_text_list(f"{name}.", _TTL, "IN", question.rdtype, texts))
    return reply


def _free_port(address: str) -> int:
    """Find a port that is free for UDP and TCP alike."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family, socket.SOCK_STREAM) as tcp:
            udp.bind((address, 0))
            with suppress(OSError):
                tcp.bind(udp.getsockname()[:2])
                return int(udp.getsockname()[1])


@asynccontextmanager
async def dns_server(
    said: Mapping[str, Said] | Handler, /, *, address: str = "127.0.0.1", delay: float = 0.0
) -> AsyncIterator[DnsServer]:
    """Run a nameserver until the context ends."""
    handler: Handler = said if callable(said) else lambda query, over_tcp: reply_from(said, query, over_tcp)
    port = _free_port(address)
    async with (
        await anyio.create_udp_socket(local_host=address, local_port=port) as udp,
        await anyio.create_tcp_listener(local_host=address, local_port=port) as tcp,
    ):
        server, sending = DnsServer(address, port), anyio.Lock()

        async def answer(wire: bytes, over_tcp: bool) -> bytes | None:
            query = dns.message.from_wire(wire)
            question = query.question[0]
            name, record_type = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
            server.asked.append(f"{name} {record_type}" + " over TCP" * over_tcp)
            await anyio.sleep(delay)
            reply = handler(query, over_tcp)
            return reply.to_wire(max_size=65535) if isinstance(reply, dns.message.Message) else reply

        async def answer_udp(wire: bytes, sender: tuple[str, int]) -> None:
            if (reply := await answer(wire, False)) is not None:
                async with sending:
                    await udp.sendto(reply, *sender)

        async def serve_udp() -> None:
            async for wire, sender in udp:
                group.start_soon(answer_udp, wire, sender)

        async def serve_tcp(stream: anyio.abc.SocketStream) -> None:
            async with stream:
                head = await stream.receive()
                while len(head) < 2 or len(head) < 2 + int.from_bytes(head[:2], "big"):
                    head += await stream.receive()
                if (reply := await answer(head[2:], True)) is not None:
                    await stream.send(len(reply).to_bytes(2, "big") + reply)

        async with anyio.create_task_group() as group:
            group.start_soon(serve_udp)
            group.start_soon(tcp.serve, serve_tcp)
            yield server
            group.cancel_scope.cancel()
