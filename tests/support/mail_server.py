r"""A mail server on a real socket that says what a transcript says, faults included.

::

    async with mail_server("<tls>\nS: * OK ready\nC: …\n<reset>", context=leaf.server_context()) as server:
        ...

The text is that of ``mailsetup.testing.transcript``; ``<tls>`` shakes hands with the context given. What the client
says is waited for and not judged: what it may say is shown elsewhere, what matters here is how it fares.
"""

from __future__ import annotations

import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import anyio.abc
from anyio.streams.tls import TLSStream

from mailsetup.testing.transcript import parse
from tests.support.tcp_server import tcp_server

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from mailsetup.testing.transcript import Step
    from tests.support.tcp_server import TcpServer

    Stream = anyio.abc.ByteStream

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, no time: close() sends RST


@asynccontextmanager
async def mail_server(
    text: str, /, *, context: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[TcpServer]:
    """Run the server; each connection hears the conversation from the top."""
    steps = _joined(parse(text).steps)

    async def play(stream: Stream) -> None:
        heard = _Lines()
        for step in steps:
            stream = await _do(step, stream, heard, context)

    async with tcp_server(play, address=address, port=port) as server:
        yield server


def _joined(steps: tuple[Step, ...]) -> list[Step]:
    """Lines that follow each other leave in one piece, as they would from a real server, and from an attacker."""
    joined: list[Step] = []
    for step in steps:
        follows = step.kind == "server" and joined and joined[-1].kind == "server"
        joined.append(replace(step, data=joined.pop().data + step.data) if follows else step)
    return joined


class _Lines:
    """What the client says, line by line."""

    def __init__(self) -> None:
        self._buffer = b""

    async def next(self, stream: Stream) -> bytes:
        while b"\n" not in self._buffer:
            self._buffer += await stream.receive()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


async def _do(step: Step, stream: Stream, heard: _Lines, context: ssl.SSLContext | None) -> Stream:
    """Do one step; give the stream to go on with."""
    match step.kind:
        case "server":
            await stream.send(step.data)
        case "client":
            await heard.next(stream)
        case "tls":
            assert context is not None, "the transcript wants TLS, but there is no certificate"
            return await TLSStream.wrap(stream, server_side=True, ssl_context=context, standard_compatible=False)
        case "wait":
            await anyio.sleep(float(step.argument))
        case "silence":
            await anyio.sleep_forever()
        case "close":
            await anyio.aclose_forcefully(stream)
        case "reset":
            raw: socket.socket = stream.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610  (not Django's)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            await anyio.aclose_forcefully(stream)
        case "shutdown":
            await stream.send_eof()
    return stream


class BlackHole:
    """A listening socket whose queue is full: connecting to it never ends. It needs no firewall and no root."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, port))
        self._socket.listen(0)
        self.port = int(self._socket.getsockname()[1])
        self._fillers = [self._filler(family, address) for _ in range(4)]

    def _filler(self, family: int, address: str) -> socket.socket:
        filler = socket.socket(family)
        filler.setblocking(False)
        filler.connect_ex((address, self.port))
        return filler

    def __enter__(self) -> BlackHole:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._fillers, self._socket):
            each.close()
