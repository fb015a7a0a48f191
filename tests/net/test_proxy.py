"""Through HTTP and SOCKS proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.abc
import pytest

from mailsetup.errors import InvalidOptions, NetworkError
from mailsetup.model import Options, Outcome
from mailsetup.net import open_network
from mailsetup.net.interface import Request, Target
from mailsetup.net.proxy import Proxy
from tests.support.dns_server import dns_server
from tests.support.http_server import http_server, reply
from tests.support.tcp_server import nothing_left_open, tcp_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.pki import Authority
    from tests.support.tcp_server import Handler

anyio_test = pytest.mark.anyio


async def relay(one: anyio.abc.ByteStream, port: int) -> None:
    """Carry octets between a client and a port on loopback."""

    async def pump(source: anyio.abc.ByteStream, sink: anyio.abc.ByteStream) -> None:
        async for data in source:
            await sink.send(data)
        group.cancel_scope.cancel()

    async with await anyio.connect_tcp("127.0.0.1", port) as other, anyio.create_task_group() as group:
        group.start_soon(pump, one, other)
        await pump(other, one)


async def exactly(stream: anyio.abc.ByteStream, count: int) -> bytes:
    """Read ``count`` octets."""
    data = b""
    while len(data) < count:
        data += await stream.receive(count - len(data))
    return data


def http_proxy(heads: list[str], *, port: int, status: str = "200 OK") -> Handler:
    """Make a proxy that takes ``CONNECT`` and leads to ``port`` on loopback, whatever was asked for."""

    async def serve(stream: anyio.abc.ByteStream) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await stream.receive(1)
        heads.append(head.decode())
        await stream.send(f"HTTP/1.1 {status}\r\nX: y\r\n\r\n".encode())
        if status.startswith("200"):
            await relay(stream, port)

    return serve


def socks_proxy(asked: list[tuple[int, bytes]], *, port: int, code: int = 0, login: bytes = b"") -> Handler:
    """Make a SOCKS 5 proxy in the same way; ``login`` is user and password as they come over the wire."""

    async def serve(stream: anyio.abc.ByteStream) -> None:
        _version, count = await exactly(stream, 2)
        methods = await exactly(stream, count)
        method = 2 if login else 0
        await stream.send(bytes((5, method if method in methods else 255)))
        if login and method in methods:
            given = await exactly(stream, len(login))
            await stream.send(bytes((1, 0 if given == login else 1)))
        _version, _command, _reserved, kind = await exactly(stream, 4)
        length = {1: 4, 4: 16}.get(kind) or (await exactly(stream, 1))[0]
        asked.append((kind, await exactly(stream, length)))
        await exactly(stream, 2)
        await stream.send(bytes((5, code, 0, 3, 4)) + b"host" + b"\0\0")
        if code == 0:
            await relay(stream, port)

    return serve


@anyio_test
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_everything_goes_through_the_proxy(scheme: str, authority: Authority, ca_file: Path) -> None:
    """HTTP requests and mail connections go through; TLS is verified end to end; the proxy resolves the name."""
    asked: list[object] = []
    make: Callable[..., Handler] = http_proxy if scheme == "http" else socks_proxy
    context = authority.issue("web.example").server_context()
    async with (
        nothing_left_open(),
        dns_server({}) as dns,
        http_server({"/": reply(200, b"through")}, context=context) as web,
        tcp_server(make(asked, port=web.port)) as proxy,
    ):
        options = Options(ca_file=ca_file, nameservers=(dns.spelled,), proxy=f"{scheme}://127.0.0.1:{proxy.port}")
        async with open_network(options) as network:
            response = await network.fetcher.fetch(Request("https://web.example/"))
            connection = await network.connector.connect(Target("web.example", 993, tls=True))
            await connection.aclose()
        assert (response.body, response.address, connection.address) == (b"through", None, "")
        assert dns.asked == []
    head = "CONNECT web.example:443 HTTP/1.1\r\nHost: web.example:443\r\n\r\n"
    assert asked[0] == (head if scheme == "http" else (3, b"web.example"))


@anyio_test
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_with_the_guard_on_the_proxy_gets_a_checked_address(
    scheme: str, monkeypatch: pytest.MonkeyPatch, ca_file: Path
) -> None:
    """The address policy holds through a proxy as well: our resolver finds the address, the proxy gets it (SEC-02)."""
    monkeypatch.setattr("mailsetup.net.dial.is_public", lambda address: address == "127.0.0.3")
    asked: list[object] = []
    make: Callable[..., Handler] = http_proxy if scheme == "http" else socks_proxy
    records = {"good.example A": ["127.0.0.3"], "bad.example A": ["169.254.169.254"]}
    async with (
        nothing_left_open(),
        dns_server(records) as dns,
        http_server({"/": reply(200)}) as web,
        tcp_server(make(asked, port=web.port)) as proxy,
    ):
        url = f"{scheme}://127.0.0.1:{proxy.port}"
        options = Options(nameservers=(dns.spelled,), proxy=url, allow_private_addresses=False, ca_file=ca_file)
        async with open_network(options) as network:
            assert (await network.fetcher.fetch(Request("http://good.example/"))).address == "127.0.0.3"
            for host in ("bad.example", "127.0.0.1", "[::1]"):
                with pytest.raises(NetworkError, match="private-address"):
                    await network.fetcher.fetch(Request(f"http://{host}/"))
    assert len(asked) == 1
    assert "127.0.0.3" in str(asked[0]) or asked[0] == (1, bytes((127, 0, 0, 3)))


@anyio_test
async def test_the_user_name_goes_to_the_proxy_only(ca_file: Path) -> None:
    """Credentials in the proxy's URL are for the proxy, and shown in no text."""
    heads: list[str] = []
    asked: list[tuple[int, bytes]] = []
    async with nothing_left_open(), http_server({"/": reply(200)}) as web:
        for scheme, handler in (
            ("http", http_proxy(heads, port=web.port)),
            ("socks5", socks_proxy(asked, port=web.port, login=b"\x01\x03kim\x06se:ret")),
        ):
            async with tcp_server(handler) as proxy:
                url = f"{scheme}://kim:se%3Aret@127.0.0.1:{proxy.port}"
                async with open_network(Options(proxy=url, ca_file=ca_file)) as network:
                    assert (await network.fetcher.fetch(Request("http://web.example/"))).status == 200
    assert "Proxy-Authorization: Basic a2ltOnNlOnJldA==\r\n" in heads[0]
    assert not [request for request in web.requests if "authorization" in request.lower()]
    assert "se:ret" not in repr(Proxy.parse("http://kim:se%3Aret@127.0.0.1"))


@anyio_test
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: http_proxy([], port=1, status="403 Forbidden"), "proxy-failed"),
        (lambda: http_proxy([], port=1, status="502 Bad Gateway"), "proxy-failed"),
        (lambda: socks_proxy([], port=1, code=5), "connection-refused"),
        (lambda: socks_proxy([], port=1, code=4), "network-unreachable"),
        (lambda: socks_proxy([], port=1, code=1), "proxy-failed"),
        (lambda: socks_proxy([], port=1, login=b"\x01\x01a\x01b"), "proxy-failed"),
    ],
)
async def test_a_proxy_that_does_not_connect_is_told(make: Callable[[], Handler], reason: str, ca_file: Path) -> None:
    """What the proxy says about the target, or about us, is the reason; nothing stays open."""
    async with nothing_left_open(), tcp_server(make()) as proxy:
        scheme = "http" if "http" in make().__qualname__ else "socks5"
        async with open_network(Options(proxy=f"{scheme}://127.0.0.1:{proxy.port}", ca_file=ca_file)) as network:
            with pytest.raises(NetworkError) as caught:
                await network.connector.connect(Target("mail.example", 993, tls=True))
    assert caught.value.reason == reason
    assert caught.value.outcome in (Outcome.NETWORK_UNREACHABLE, Outcome.CONNECTION_REFUSED)


@anyio_test
async def test_a_proxy_that_talks_without_end_is_left(ca_file: Path) -> None:
    """The answer to ``CONNECT`` is limited, and a proxy that hangs up is told apart."""

    async def endless(stream: anyio.abc.ByteStream) -> None:
        while True:
            await stream.send(b"x" * 1000)

    async def hang_up(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()

    for handler in (endless, hang_up):
        async with (
            nothing_left_open(),
            tcp_server(handler) as proxy,
            open_network(Options(proxy=f"http://127.0.0.1:{proxy.port}", ca_file=ca_file)) as network,
        ):
            with anyio.fail_after(5), pytest.raises(NetworkError, match="proxy-failed"):
                await network.connector.connect(Target("mail.example", 993, tls=True))


@pytest.mark.parametrize(
    "url", ["", "proxy.example:8080", "https://proxy.example", "socks4://a", "http://", "http://a:x"]
)
def test_a_url_that_is_no_proxy_is_refused(url: str) -> None:
    """Only http:// and socks5:// URLs of a host; the message does not repeat them."""
    with pytest.raises(InvalidOptions) as caught:
        Proxy.parse(url)
    assert not url or url not in str(caught.value)


def test_a_proxy_has_its_usual_port() -> None:
    """Without a port it is the one of its kind."""
    assert Proxy.parse("socks5://[2001:db8::1]") == Proxy("socks5", "2001:db8::1", 1080)
    assert Proxy.parse("http://proxy.example") == Proxy("http", "proxy.example", 8080)
