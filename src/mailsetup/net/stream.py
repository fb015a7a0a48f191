"""A TCP connection as a byte stream that holds nothing back.

It reads from the socket when it is asked to and at no other time, so there is no buffer that could carry octets from
before a TLS handshake to behind it (PROBE-11, PROBE-12). It is an anyio ``ByteStream``: anyio's TLS runs on top of it.
Written on ``wait_readable`` and ``wait_writable``, which every event loop has, so that a cancelled connect closes its
socket on all of them.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.abc
import anyio.lowlevel

from mailsetup.net.failures import failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.errors import NetworkError

_REASONS: Final[dict[int, str]] = {
    errno.ECONNREFUSED: "connection-refused",
    errno.ECONNRESET: "connection-reset",
    errno.ECONNABORTED: "connection-reset",
    errno.EPIPE: "connection-reset",
    errno.ETIMEDOUT: "timed-out",
}
"""Anything else that a socket can say means that there is no way."""

UNANSWERED: Final = 1.0
"""Seconds after which an attempt without an answer hardly counts as a connection any more."""

_BUSY: Final = (BlockingIOError, InterruptedError)


def translated(error: OSError, /, *, address: str) -> NetworkError:
    """Turn what the operating system said about ``address`` into our own error."""
    reason = _REASONS.get(error.errno or 0, "network-unreachable")
    return failure(reason, address=address)


class SocketStream(anyio.abc.ByteStream):
    """One connected socket."""

    def __init__(self, sock: socket.socket, /, *, address: str) -> None:
        self._socket = sock
        self.address = address
        """The IP address at the other end; empty where a proxy found it."""
        self._afterwards: list[Callable[[], object]] = []
        self._when_spare: Callable[[], object] = bool
        self.is_spare = False
        """Open, and kept for later: nobody uses it now."""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Give what has arrived, at least one byte.

        Raises:
            anyio.EndOfStream: the other side has finished.
            NetworkError: ``connection-reset`` and the like.
        """
        await anyio.lowlevel.checkpoint_if_cancelled()
        while True:
            try:
                data = self._socket.recv(max_bytes)
            except _BUSY:
                await anyio.wait_readable(self._socket)
            except OSError as error:
                raise translated(error, address=self.address) from error
            else:
                if not data:
                    raise anyio.EndOfStream
                return data

    async def send(self, item: bytes) -> None:
        """Send all of ``item``."""
        await anyio.lowlevel.checkpoint_if_cancelled()
        rest = memoryview(item)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except _BUSY:
                await anyio.wait_writable(self._socket)
            except OSError as error:
                raise translated(error, address=self.address) from error

    async def send_eof(self) -> None:
        """Say that nothing more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        """Close, without waiting for anybody."""
        self.close()

    def close(self) -> None:
        """Close; may be called more than once."""
        self._socket.close()
        while self._afterwards:
            self._afterwards.pop()()

    def when_closed(self, action: Callable[[], object], /) -> None:
        """Call ``action`` once when this is closed."""
        self._afterwards.append(action)

    def when_spare(self, action: Callable[[], object], /) -> None:
        """Call ``action`` each time when this becomes spare."""
        self._when_spare = action

    def rest(self) -> None:
        """Become spare, until ``is_spare`` is set to false again. Whoever needs the place may close it meanwhile."""
        self.is_spare = True
        self._when_spare()

    @property
    def is_readable(self) -> bool:
        """Whether there is something to read, an end included: an idle connection that is readable is of no use."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except _BUSY:
            return False
        except OSError:
            return True
        return True

    @property
    def extra_attributes(self) -> dict[Any, Any]:
        """No typed attributes beside TLS's own."""
        return {}


async def connect_socket(
    address: str, port: int, /, *, within: float, when_unanswered: Callable[[], object] = bool
) -> SocketStream:
    """Open a TCP connection to an IP address; call ``when_unanswered`` if nobody answers for a second.

    Raises:
        NetworkError: ``timed-out``, ``connection-refused``, ``network-unreachable``.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:  # a machine without IPv6, or without a free descriptor
        raise translated(error, address=address) from error
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await _connected(sock, address, port, within=within, when_unanswered=when_unanswered)
    except BaseException:
        sock.close()
        raise
    return SocketStream(sock, address=address)


async def _connected(
    sock: socket.socket, address: str, port: int, *, within: float, when_unanswered: Callable[[], object]
) -> None:
    """Connect and wait for the outcome, which the socket keeps as an error number."""
    try:
        sock.connect((address, port))
    except _BUSY:
        with anyio.move_on_after(min(UNANSWERED, within)) as scope:
            await anyio.wait_writable(sock)
        if scope.cancelled_caught:
            when_unanswered()
            with anyio.move_on_after(within - UNANSWERED) as scope:
                await anyio.wait_writable(sock)
            if scope.cancelled_caught:
                raise failure("timed-out", address=address) from None
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise translated(OSError(number, "connect"), address=address) from None
    except OSError as error:
        raise translated(error, address=address) from error
