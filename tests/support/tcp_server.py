"""A server on loopback that does what a test's function says, clear or under TLS; and what a test left open.

::

    async with tcp_server(greet, context=leaf.server_context()) as server:
        ...connect to server.address, server.port...
"""

from __future__ import annotations

import socket
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.abc
from anyio.streams.tls import TLSStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Handler = Callable[[anyio.abc.ByteStream], Awaitable[None]]

_GONE = (anyio.BrokenResourceError, anyio.EndOfStream, anyio.ClosedResourceError, ssl.SSLError, ConnectionError)


@dataclass
class TcpServer:
    """A running server."""

    address: str
    port: int
    accepted: int = 0
    """Connections so far."""
    open: int = 0
    """Connections now."""
    most: int = 0
    """Connections at the same time, at most."""

    def counted(self, change: int) -> None:
        """Note that a connection came or went."""
        self.open += change
        self.accepted += max(change, 0)
        self.most = max(self.most, self.open)


@asynccontextmanager
async def tcp_server(
    handler: Handler, /, *, context: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[TcpServer]:
    """Run a server until the context ends. A client that goes away is no failure."""
    async with await anyio.create_tcp_listener(local_host=address, local_port=port) as listener:
        server = TcpServer(address, listener.extra(anyio.abc.SocketAttribute.local_port))  # noqa: S610  (not Django's)

        async def serve(stream: anyio.abc.SocketStream) -> None:
            server.counted(+1)
            try:
                with suppress(*_GONE):
                    secure = await TLSStream.wrap(stream, server_side=True, ssl_context=context) if context else stream
                    await handler(secure)
                    await secure.aclose()
            finally:
                server.counted(-1)
                with anyio.CancelScope(shield=True), suppress(*_GONE):
                    await anyio.aclose_forcefully(stream)

        async with anyio.create_task_group() as group:
            group.start_soon(listener.serve, serve)
            yield server
            group.cancel_scope.cancel()


@asynccontextmanager
async def nothing_left_open() -> AsyncIterator[None]:
    """Hold that the block leaves no socket and no task behind."""
    tasks, sockets = len(anyio.get_running_tasks()), set(_sockets())
    yield
    await anyio.sleep(0.01)  # tasks that were told to end have ended by now
    assert len(anyio.get_running_tasks()) == tasks, anyio.get_running_tasks()
    assert set(_sockets()) <= sockets


def _sockets() -> Iterator[str]:
    """Name the sockets of this process."""
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists the folder is gone by now
            link = str(descriptor.readlink())
            if link.startswith("socket:"):
                yield link


def refused_port() -> int:
    """Give a port at which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
