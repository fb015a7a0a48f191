"""Going through a proxy: HTTP ``CONNECT`` (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928, RFC 1929).

Both give a plain byte stream to the target; TLS is then spoken through it, so the proxy learns host and port only. Also
plain http goes by ``CONNECT``: there is one way, and nothing to rewrite.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import anyio

from mailsetup.errors import InvalidOptions
from mailsetup.net.failures import failure

if TYPE_CHECKING:
    from collections.abc import Collection

    from mailsetup.net.dial import Dialer
    from mailsetup.net.stream import SocketStream

_PORTS: Final = {"http": 8080, "socks5": 1080}

_MAX_HEAD: Final = 16 * 1024
"""Octets of a proxy's answer to ``CONNECT``."""

_SOCKS_REPLIES: Final[dict[int, str]] = {
    2: "private-address",  # not allowed by ruleset
    3: "network-unreachable",
    4: "network-unreachable",
    5: "connection-refused",
    6: "timed-out",
}
"""RFC 1928 section 6."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is, and who we are to it."""

    scheme: str
    hostname: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, /) -> Proxy:
        """Read ``http://[user:password@]host[:port]`` or ``socks5://…``.

        Raises:
            InvalidOptions: for anything else; the message does not repeat the URL, which may hold a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise InvalidOptions("the proxy must be an http:// or socks5:// URL") from None
        if not parts.hostname:
            raise InvalidOptions("the proxy's URL has no host")
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))

    async def open(self, stream: SocketStream, /, *, hostname: str, port: int) -> None:
        """Have the proxy at the other end of ``stream`` connect to ``hostname``, a name or an IP address.

        Raises:
            NetworkError: ``proxy-failed``, or what the proxy says about the target.
        """
        try:
            if self.scheme == "http":
                await self._open_http(stream, hostname, port)
            else:
                await self._open_socks(stream, hostname, port)
        except anyio.EndOfStream:
            raise failure("proxy-failed", "The proxy closed the connection.") from None

    async def _open_http(self, stream: SocketStream, hostname: str, port: int) -> None:
        authority = f"[{hostname}]:{port}" if ":" in hostname else f"{hostname}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self.username:
            token = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            lines.append(f"Proxy-Authorization: Basic {token}")
        await stream.send("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if len(head) > _MAX_HEAD:
                raise failure("proxy-failed", "The proxy's answer has no end.")
            head += await stream.receive(1)  # not one octet more: the next ones are the target's
        words = head.split(b"\r\n", 1)[0].split(None, 2)
        if len(words) < 2 or not words[1].startswith(b"2"):
            said = b" ".join(words[1:]).decode("ascii", "replace")
            raise failure("proxy-failed", f"The proxy answered {said[:60]!r}.")

    async def _open_socks(self, stream: SocketStream, hostname: str, port: int) -> None:
        await stream.send(b"\x05\x02\x00\x02" if self.username else b"\x05\x01\x00")
        version, method = await _exactly(stream, 2)
        if method == 2 and self.username:
            user, password = self.username.encode()[:255], self.password.encode()[:255]
            await stream.send(bytes((1, len(user))) + user + bytes((len(password),)) + password)
            method = (await _exactly(stream, 2))[1]
        if version != 5 or method != 0:
            raise failure("proxy-failed", "The proxy does not let us in.")
        await stream.send(b"\x05\x01\x00" + _socks_address(hostname) + port.to_bytes(2, "big"))
        _version, code, _reserved, kind = await _exactly(stream, 4)
        if code != 0:
            raise failure(_SOCKS_REPLIES.get(code, "proxy-failed"), f"The proxy did not connect (SOCKS reply {code}).")
        length = {1: 4, 4: 16}.get(kind) or (await _exactly(stream, 1))[0]
        await _exactly(stream, length + 2)


def _socks_address(hostname: str) -> bytes:
    """Write an IP address, or a name for the proxy to resolve (RFC 1928 section 5)."""
    try:
        ip = ip_address(hostname)
    except ValueError:
        name = hostname.encode("ascii")
        return bytes((3, len(name))) + name
    return (b"\x01" if ip.version == 4 else b"\x04") + ip.packed


async def _exactly(stream: SocketStream, count: int) -> bytes:
    received = b""
    while len(received) < count:
        received += await stream.receive(count - len(received))
    return received


class ProxyDialer:
    """A ``Dialer`` that goes through a proxy.

    The proxy gets the host name and resolves it, as it may have to inside a company, unless ``check`` is given: then
    our own resolver finds the address, the address policy sees it, and the proxy gets just that.
    """

    def __init__(self, proxy: Proxy, /, *, way: Dialer, check: Dialer | None) -> None:
        self._proxy = proxy
        self._way = way
        self._check = check

    async def dial(
        self,
        hostname: str,
        port: int,
        /,
        *,
        address: str | None = None,
        skip: Collection[str] = (),  # noqa: ARG002  (the proxy chooses among addresses)
    ) -> SocketStream:
        """Connect, as ``Dialer.dial`` does."""
        if self._check is not None:
            address = await self._check.find(hostname, address=address)
        stream = await self._way.dial(self._proxy.hostname, self._proxy.port)
        try:
            await self._proxy.open(stream, hostname=address or hostname, port=port)
        except BaseException:
            stream.close()
            raise
        stream.address = address or ""
        return stream

    def close(self) -> None:
        """Close whatever is still open."""
        self._way.close()
