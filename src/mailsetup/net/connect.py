"""Connections to mail servers, and to web servers underneath HTTP.

Rules: the race between addresses is decided by TCP, but a backend whose TLS fails does not hide another one (HE-03);
the name the certificate must bear is the one that was asked for, whatever the DNS aliases (TLS-02, SRV-06); a
connection that has failed is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol

import anyio

from mailsetup.errors import NetworkError
from mailsetup.net.failures import failure

if TYPE_CHECKING:
    from collections.abc import Collection

    from mailsetup.net.interface import Connection, Target, Tls
    from mailsetup.net.stream import SocketStream
    from mailsetup.net.tls import TlsClient
    from mailsetup.net.tls_stream import TlsStream

BACKENDS: Final = 3
"""How many addresses of one name are given the chance to show a good certificate."""


class Dials(Protocol):
    """What opens TCP connections: directly, or through a proxy."""

    async def dial(
        self, hostname: str, port: int, /, *, address: str | None = None, skip: Collection[str] = ()
    ) -> SocketStream:
        """Connect."""
        ...

    def close(self) -> None:
        """Close whatever is still open."""
        ...


class TcpConnection:
    """A ``Connection`` over TCP, clear or under TLS."""

    def __init__(self, stream: SocketStream, /, *, target: Target, client: TlsClient) -> None:
        self._socket = stream
        self._secure: TlsStream | None = None
        self._tls: Tls | None = None
        self._target = target
        self._client = client

    @property
    def address(self) -> str:
        """The IP address that was reached; empty where a proxy found it."""
        return self._socket.address

    @property
    def tls(self) -> Tls | None:
        """Facts of the handshake, once there was one."""
        return self._tls

    @property
    def is_readable(self) -> bool:
        """Whether something has arrived that nobody has asked for."""
        return self._socket.is_readable

    async def send(self, data: bytes, /) -> None:
        """Send all of ``data``."""
        await (self._secure or self._socket).send(data)

    async def receive(self, max_bytes: int = 4096, /) -> bytes:
        """Give what has arrived, at least one byte; ``b""`` at the end of the stream."""
        try:
            return await (self._secure or self._socket).receive(max_bytes)
        except anyio.EndOfStream:
            return b""

    async def start_tls(self) -> Tls:
        """Upgrade. On failure the connection is closed: it cannot be used for anything any more."""
        if self._tls is not None:
            raise failure("tls-failed", "There is TLS on this connection already.", address=self.address)
        try:
            self._secure, self._tls = await self._client.shake_hands(
                self._socket, hostname=self._target.hostname, srv_ids=self._target.srv_ids
            )
        except BaseException:
            self._socket.close()
            raise
        return self._tls

    def channel_binding(self, kind: Literal["tls-exporter", "tls-unique"], /) -> bytes | None:
        """Give channel binding data for SCRAM-…-PLUS, where there are any."""
        return self._secure.channel_binding(kind) if self._secure else None

    def rest(self) -> None:
        """Say that nobody uses this now. It stays open, unless its place is needed for another connection."""
        self._socket.rest()

    def wake(self) -> None:
        """Say that this is used again."""
        self._socket.is_spare = False

    async def aclose(self) -> None:
        """Close without waiting for anybody."""
        self.close()

    def close(self) -> None:
        """Close; may be called more than once."""
        self._socket.close()


class TcpConnector:
    """A ``Connector`` over a dialer and a TLS client."""

    def __init__(self, dialer: Dials, /, *, client: TlsClient) -> None:
        self._dialer = dialer
        self._client = client

    async def connect(self, target: Target, /) -> Connection:
        """Connect, and shake hands where ``target.tls``."""
        return await self.open(target)

    async def open(self, target: Target, /) -> TcpConnection:
        """Connect as ``connect`` does, and give our own class."""
        if not target.tls:
            return await self._dial(target, skip=())
        failed: dict[str, NetworkError] = {}
        while True:
            try:
                connection = await self._dial(target, skip=failed)
            except NetworkError as error:
                raise next(iter(failed.values()), error) from None
            try:
                await connection.start_tls()
            except NetworkError as error:
                failed[connection.address] = error
                if len(failed) == BACKENDS or target.address or not connection.address:
                    raise next(iter(failed.values())) from None
            else:
                return connection

    async def _dial(self, target: Target, *, skip: Collection[str]) -> TcpConnection:
        stream = await self._dialer.dial(target.hostname, target.port, address=target.address, skip=skip)
        return TcpConnection(stream, target=target, client=self._client)
