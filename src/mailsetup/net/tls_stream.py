"""TLS on top of a stream that holds nothing back.

OpenSSL works on two buffers in memory; octets are carried between them and the socket when OpenSSL asks for them, and
at no other time. Who is trusted, and what a refusal is called, is the business of ``tls.py``.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TypeVar

import anyio

from mailsetup.errors import NetworkError
from mailsetup.net.failures import failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.net.stream import SocketStream

T = TypeVar("T")


class TlsStream:
    """TLS on top of a stream that holds nothing back. One task at a time."""

    def __init__(self, stream: SocketStream, /, *, context: ssl.SSLContext, hostname: str) -> None:
        self._stream = stream
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)

    async def shake_hands(self) -> None:
        """Do the handshake. Its last message leaves with the first data, or when there is something to wait for.

        Raises:
            ssl.SSLError: as OpenSSL puts it.
            NetworkError: the connection broke.
        """
        await self._run(self._object.do_handshake, flush=False)

    def facts(self) -> tuple[str, str, bytes]:
        """Give version, cipher, and the certificate in DER."""
        cipher = self._object.cipher()
        return self._object.version() or "", cipher[0] if cipher else "", self._object.getpeercert(True) or b""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Give what has arrived, at least one byte; ``b""`` at the end.

        Raises:
            NetworkError: the connection broke, or what came is not TLS any more.
        """
        try:
            return await self._run(lambda: self._object.read(max_bytes))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # many servers close without saying so
            return b""
        except ssl.SSLError as error:
            raise failure("tls-failed", "The TLS session broke.", address=self._stream.address) from error

    async def send(self, data: bytes) -> None:
        """Send all of ``data``."""
        try:
            await self._run(lambda: self._object.write(data))
        except ssl.SSLError as error:
            raise failure("tls-failed", "The TLS session broke.", address=self._stream.address) from error

    def channel_binding(self, kind: Literal["tls-exporter", "tls-unique"]) -> bytes | None:
        """Give channel binding data. Python has no exporter (RFC 9266); ``tls-unique`` ends with TLS 1.2 (RFC 5929)."""
        if kind != "tls-unique" or self._object.version() != "TLSv1.2":
            return None
        return self._object.get_channel_binding("tls-unique")

    async def _run(self, action: Callable[[], T], *, flush: bool = True) -> T:
        """Let OpenSSL do its part, and carry octets for it until it is done."""
        while True:
            try:
                result = action()
            except ssl.SSLWantReadError:
                await self._flush()
                try:
                    self._incoming.write(await self._stream.receive())
                except anyio.EndOfStream:
                    self._incoming.write_eof()
            except ssl.SSLError:
                with suppress(NetworkError):  # the alert that says why; nobody has to hear it
                    await self._flush()
                raise
            else:
                if flush:
                    await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._stream.send(self._outgoing.read())
