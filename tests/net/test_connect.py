"""Connections to mail servers: implicit TLS, the STARTTLS upgrade, and what must not leak through it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from anyio.streams.tls import TLSStream

from mailsetup.errors import NetworkError
from mailsetup.model import Outcome
from mailsetup.net.connect import TcpConnector
from mailsetup.net.dial import Dialer
from mailsetup.net.interface import Target
from mailsetup.testing import FakeNetwork
from tests.support.pki import YESTERDAY, Authority
from tests.support.tcp_server import nothing_left_open, tcp_server

if TYPE_CHECKING:
    import ssl

    import anyio.abc

    from mailsetup.net.tls import TlsClient
    from tests.support.tcp_server import Handler

pytestmark = pytest.mark.anyio

HOST = "mail.example"


def connector(client: TlsClient, *addresses: str) -> TcpConnector:
    """Make a connector for which ``mail.example`` lives at ``addresses``."""
    return TcpConnector(Dialer(FakeNetwork({f"{HOST} A": list(addresses or ["127.0.0.1"])}).resolver), client=client)


async def echo(stream: anyio.abc.ByteStream) -> None:
    """Say everything back."""
    async for data in stream:
        await stream.send(data)


def starttls(context: ssl.SSLContext, *, before: bytes = b"") -> Handler:
    """Make a server that upgrades on request; ``before`` comes in one piece with its go-ahead."""

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"* OK ready\r\n")
        await stream.receive()
        await stream.send(b"a OK go ahead\r\n" + before)
        secure = await TLSStream.wrap(stream, server_side=True, ssl_context=context, standard_compatible=False)
        await secure.send(b"secure\r\n")
        async for data in secure:
            await secure.send(data)

    return serve


async def test_implicit_tls(authority: Authority, client: TlsClient) -> None:
    """A target with TLS is connected to, verified and usable; the facts are there (TLS-02)."""
    context = authority.issue(HOST).server_context()
    async with nothing_left_open(), tcp_server(echo, context=context) as server:
        connection = await connector(client).connect(Target(HOST, server.port, tls=True))
        assert connection.tls is not None
        assert (connection.address, connection.tls.version) == ("127.0.0.1", "TLSv1.3")
        await connection.send(b"x" * 100_000)
        received = b""
        while len(received) < 100_000:
            received += await connection.receive()
        assert received == b"x" * 100_000
        await connection.aclose()
        await connection.aclose()


async def test_the_end_of_a_stream_is_empty(client: TlsClient) -> None:
    """A server that goes away gives ``b""``, clear or not."""

    async def goodbye(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"bye")

    async with tcp_server(goodbye) as server:
        connection = await connector(client).connect(Target(HOST, server.port, tls=False))
        assert [await connection.receive(), await connection.receive()] == [b"bye", b""]
        assert connection.tls is None
        await connection.aclose()


async def test_starttls_upgrades_the_same_connection(authority: Authority, client: TlsClient) -> None:
    """After the upgrade everything is read from the TLS session (PROBE-11)."""
    context = authority.issue(HOST).server_context()
    async with nothing_left_open(), tcp_server(starttls(context)) as server:
        connection = await connector(client).connect(Target(HOST, server.port, tls=False))
        assert await connection.receive() == b"* OK ready\r\n"
        await connection.send(b"a STARTTLS\r\n")
        assert await connection.receive() == b"a OK go ahead\r\n"
        tls = await connection.start_tls()
        assert (tls.version, connection.tls) == ("TLSv1.3", tls)
        assert await connection.receive() == b"secure\r\n"
        with pytest.raises(NetworkError, match="already"):
            await connection.start_tls()
        await connection.aclose()


@pytest.mark.parametrize("max_bytes", [4096, len(b"a OK go ahead\r\n")])
async def test_clear_text_never_comes_out_behind_the_handshake(
    max_bytes: int, authority: Authority, client: TlsClient
) -> None:
    """Injected text is in the caller's hands before the upgrade, or else breaks it (PROBE-11, PROBE-12)."""
    injected = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    context = authority.issue(HOST).server_context()
    async with nothing_left_open(), tcp_server(starttls(context, before=injected)) as server:
        connection = await connector(client).connect(Target(HOST, server.port, tls=False))
        await connection.receive()
        await connection.send(b"a STARTTLS\r\n")
        clear = await connection.receive(max_bytes)
        assert clear == (b"a OK go ahead\r\n" + injected)[:max_bytes]
        if max_bytes < 4096:
            with pytest.raises(NetworkError) as caught:
                await connection.start_tls()
            assert caught.value.reason in ("not-tls", "tls-failed")
        await connection.aclose()


async def test_a_failed_upgrade_closes_and_tells_the_certificate(authority: Authority, client: TlsClient) -> None:
    """After a bad certificate the connection is gone, and the facts are known all the same (TLS-08, TLS-13)."""
    context = authority.issue("other.example").server_context()
    async with nothing_left_open(), tcp_server(starttls(context)) as server:
        connection = await connector(client).connect(Target(HOST, server.port, tls=False))
        await connection.receive()
        await connection.send(b"a STARTTLS\r\n")
        await connection.receive()
        with pytest.raises(NetworkError) as caught:
            await connection.start_tls()
        assert caught.value.certificate is not None
        assert caught.value.certificate.names == ("other.example",)
        with pytest.raises((NetworkError, OSError)):
            await connection.send(b"a LOGIN kim secret\r\n")


async def test_one_bad_backend_does_not_hide_a_good_one(authority: Authority, client: TlsClient) -> None:
    """Where the first address shows a bad certificate the next one is tried (HE-03)."""
    bad, good = authority.issue(HOST, not_after=YESTERDAY), authority.issue(HOST)
    async with nothing_left_open(), tcp_server(echo, context=bad.server_context()) as first:
        second = tcp_server(echo, context=good.server_context(), address="127.0.0.2", port=first.port)
        async with second:
            connection = await connector(client, "127.0.0.1", "127.0.0.2").connect(Target(HOST, first.port, tls=True))
            assert connection.address == "127.0.0.2"
            await connection.aclose()


async def test_of_bad_backends_the_first_is_told(authority: Authority, client: TlsClient) -> None:
    """Where all addresses fail, the first one's reason is the answer, and the number of tries is bounded (HE-03)."""
    context = authority.issue(HOST, not_after=YESTERDAY).server_context()
    async with nothing_left_open(), tcp_server(echo, context=context, address="0.0.0.0") as server:  # noqa: S104
        addresses = [f"127.0.0.{number}" for number in range(1, 9)]
        with pytest.raises(NetworkError) as caught:
            await connector(client, *addresses).connect(Target(HOST, server.port, tls=True))
        assert (caught.value.outcome, caught.value.address) == (Outcome.CERTIFICATE_EXPIRED, "127.0.0.1")
        assert server.accepted == 3


async def test_a_targets_own_address_is_verified_as_its_name(authority: Authority, client: TlsClient) -> None:
    """Connecting to a given address changes where we go, not whom we expect there (TLS-02)."""
    context = authority.issue(HOST).server_context()
    async with tcp_server(echo, context=context) as server:
        dialer = TcpConnector(Dialer(FakeNetwork().resolver), client=client)
        connection = await dialer.connect(Target(HOST, server.port, tls=True, address="127.0.0.1"))
        await connection.aclose()
        with pytest.raises(NetworkError, match="certificate-name-mismatch"):
            await dialer.connect(Target("other.example", server.port, tls=True, address="127.0.0.1"))


async def test_an_alias_is_verified_as_the_name_that_was_asked(authority: Authority, client: TlsClient) -> None:
    """A certificate for the CNAME's target alone is a mismatch (TLS-02, SRV-06)."""
    network = FakeNetwork({f"{HOST} CNAME": "host.example", "host.example A": "127.0.0.1"})
    async with tcp_server(echo, context=authority.issue("host.example").server_context()) as server:
        with pytest.raises(NetworkError, match="certificate-name-mismatch"):
            await TcpConnector(Dialer(network.resolver), client=client).connect(Target(HOST, server.port, tls=True))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_asyncio_alone_would_have_leaked() -> None:
    """The reproduction beside ours: asyncio's own reader keeps clear text across ``start_tls`` (PROBE-12)."""

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"a OK go ahead\r\ninjected\r\n")
        await stream.receive()

    async with tcp_server(serve) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await reader.readline() == b"a OK go ahead\r\n"
        assert bytes(reader._buffer) == b"injected\r\n"  # type: ignore[attr-defined]
        writer.close()
        await writer.wait_closed()
