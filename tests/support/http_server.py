"""A web server on loopback that answers, misanswers or stays silent, path by path.

::

    pages = {"/a": reply(200, b"hello"), "/slow": drip(b"x" * 100), "/gone": reply(404)}
    async with http_server(pages, context=leaf.server_context()) as server:
        ...fetch f"https://mail.example:{server.port}/a"...
        assert server.requests[0].startswith("GET /a ")
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import anyio.abc

from tests.support.tcp_server import TcpServer, tcp_server

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Page = bytes | Callable[[anyio.abc.ByteStream], Awaitable[None]]


@dataclass
class HttpServer:
    """A running web server."""

    tcp: TcpServer
    requests: list[str] = field(default_factory=list)
    """Each request in full, as it came."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.tcp.port


def reply(status: int, body: bytes = b"", /, **fields: str) -> bytes:
    """Write a response; underscores in field names stand for hyphens."""
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*head, "", ""]).encode() + body


def drip(data: bytes, /, *, every: float = 1.0) -> Callable[[anyio.abc.ByteStream], Awaitable[None]]:
    """Send octet by octet."""

    async def send(stream: anyio.abc.ByteStream) -> None:
        for octet in data:
            await stream.send(bytes((octet,)))
            await anyio.sleep(every)

    return send


def flood(piece: bytes, /, *, times: int) -> Callable[[anyio.abc.ByteStream], Awaitable[None]]:
    """Send a body of ``times`` pieces, without a length, to whoever takes it."""

    async def send(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(times):
            await stream.send(piece)
        await stream.aclose()

    return send


@asynccontextmanager
async def http_server(
    pages: Mapping[str, Page], /, *, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[HttpServer]:
    """Serve ``pages`` by path and query until the context ends; the rest is 404."""
    requests: list[str] = []

    async def serve(stream: anyio.abc.ByteStream) -> None:
        while True:
            request = await _read_request(stream)
            requests.append(request)
            page = pages.get(request.split(" ", 2)[1], reply(404))
            if isinstance(page, bytes):
                await stream.send(page)
            else:
                await page(stream)

    async with tcp_server(serve, context=context, address=address) as tcp:
        yield HttpServer(tcp, requests)


async def _read_request(stream: anyio.abc.ByteStream) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        data += await stream.receive()
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.partition(b":")[2]):
                body += await stream.receive()
    return (head + b"\r\n\r\n" + body).decode("latin-1")
