"""The handshake: what is accepted, and by what name each refusal goes."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING

import anyio
import anyio.abc
import pytest
from anyio.streams.tls import TLSAttribute

from mailsetup.errors import InvalidOptions, NetworkError
from mailsetup.model import Outcome
from mailsetup.net.certificate import read_certificate
from mailsetup.net.stream import connect_socket
from mailsetup.net.tls import TlsClient
from tests.support.pki import LAST_MONTH, NEXT_MONTH, TOMORROW, YESTERDAY, Authority, Leaf, self_signed
from tests.support.tcp_server import nothing_left_open, tcp_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailsetup.net.interface import Tls

pytestmark = pytest.mark.anyio

HOST = "mail.example"


async def hello(stream: anyio.abc.ByteStream) -> None:
    """Greet, and wait until the client goes."""
    await stream.send(b"hello")
    await stream.receive()


async def shake(
    client: TlsClient, port: int, *, hostname: str = HOST, srv_ids: tuple[str, ...] = ()
) -> tuple[Tls, bytes]:
    """Connect to loopback, shake hands, and read what comes first."""
    stream = await connect_socket("127.0.0.1", port, within=5)
    try:
        secure, tls = await client.shake_hands(stream, hostname=hostname, srv_ids=srv_ids)
        return tls, await secure.receive()
    finally:
        stream.close()


async def test_a_good_certificate_is_accepted_with_its_facts(authority: Authority, client: TlsClient) -> None:
    """Version, cipher and certificate of the handshake are reported, and data flow (TLS-01, TLS-02)."""
    leaf = authority.issue(HOST, "*.example.net")
    async with nothing_left_open(), tcp_server(hello, context=leaf.server_context()) as server:
        tls, data = await shake(client, server.port)
    assert (tls.version, data, tls.der) == ("TLSv1.3", b"hello", leaf.der)
    assert tls.certificate.names == (HOST, "*.example.net")
    assert tls.certificate.issuer == "Test CA"
    assert (tls.certificate.not_before, tls.certificate.not_after) == (LAST_MONTH, NEXT_MONTH)


def outdate(context: ssl.SSLContext, *, at_most: ssl.TLSVersion | None = None) -> None:
    """Let a context speak TLS 1.0, and nothing newer than ``at_most``. Python warns, rightly."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = at_most or ssl.TLSVersion.MAXIMUM_SUPPORTED


REFUSALS: dict[str, tuple[Callable[[Authority], Leaf], Outcome, str]] = {
    "certificate-expired": (
        lambda ca: ca.issue(HOST, not_after=YESTERDAY),
        Outcome.CERTIFICATE_EXPIRED,
        f"expired on {YESTERDAY:%Y-%m-%d}",
    ),
    "certificate-not-yet-valid": (
        lambda ca: ca.issue(HOST, not_before=TOMORROW),
        Outcome.CERTIFICATE_UNTRUSTED,
        f"before {TOMORROW:%Y-%m-%d}",
    ),
    "certificate-self-signed": (lambda _: self_signed(HOST), Outcome.CERTIFICATE_SELF_SIGNED, "signed"),
    "certificate-untrusted": (lambda _: Authority("Other CA").issue(HOST), Outcome.CERTIFICATE_UNTRUSTED, "issuer"),
    "certificate-name-mismatch": (
        lambda ca: ca.issue("other.example"),
        Outcome.CERTIFICATE_NAME_MISMATCH,
        "is for other.example, not for mail.example",
    ),
}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("reason", REFUSALS)
async def test_each_bad_certificate_has_its_class(
    reason: str, version: ssl.TLSVersion, authority: Authority, client: TlsClient
) -> None:
    """A refused certificate is told by class, with its facts, in TLS 1.2 and 1.3 alike (TLS-13)."""
    make, outcome, words = REFUSALS[reason]
    leaf = make(authority)
    context = leaf.server_context()
    context.minimum_version = context.maximum_version = version
    async with nothing_left_open(), tcp_server(hello, context=context) as server:
        with pytest.raises(NetworkError) as caught:
            await shake(client, server.port)
    error = caught.value
    assert (error.reason, error.outcome, error.address) == (reason, outcome, "127.0.0.1")
    assert words in error.detail
    assert error.certificate is not None
    assert error.certificate == read_certificate(leaf.der).to_model()


async def test_only_alternative_names_count(authority: Authority, client: TlsClient) -> None:
    """A certificate with the right common name or URI and no DNS name is refused (TLS-04, TLS-05)."""
    for leaf in (authority.issue(common_name=HOST), authority.issue(uris=[f"imap:{HOST}"])):
        async with tcp_server(hello, context=leaf.server_context()) as server:
            with pytest.raises(NetworkError, match="certificate-name-mismatch"):
                await shake(client, server.port)


async def test_an_srv_name_will_do_where_it_is_expected(authority: Authority, client: TlsClient) -> None:
    """A certificate for the service and not for the host passes with its SRV-ID, and only with that (TLS-03)."""
    leaf = authority.issue(srv_names=["_imaps.example.com"])
    async with tcp_server(hello, context=leaf.server_context()) as server:
        assert (await shake(client, server.port, srv_ids=("_imaps.example.com",)))[1] == b"hello"
        with pytest.raises(NetworkError, match="certificate-name-mismatch"):
            await shake(client, server.port, srv_ids=("_pop3s.example.com",))


async def test_the_server_is_told_the_name_and_no_protocol(authority: Authority, client: TlsClient) -> None:
    """SNI is the A-label name; an IP address gets none; ALPN is never offered on mail ports (TLS-12, SRV-15)."""
    asked: list[str | None] = []
    context = authority.issue("xn--fa-hia.example", "127.0.0.1").server_context()
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    protocols: list[str | None] = []
    context.set_alpn_protocols(["imap"])

    async def note(stream: anyio.abc.ByteStream) -> None:
        protocols.append(stream.extra(TLSAttribute.alpn_protocol))  # noqa: S610  (not Django's)
        await hello(stream)

    async with tcp_server(note, context=context) as server:
        await shake(client, server.port, hostname="xn--fa-hia.example")
        await shake(client, server.port, hostname="127.0.0.1")
    assert asked == ["xn--fa-hia.example", None]
    assert protocols == [None, None]


async def test_old_tls_counts_as_none(client: TlsClient) -> None:
    """A server that knows TLS 1.1 at most says so in an alert, and is refused with that reason (TLS-01)."""

    async def alert(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        await stream.send(bytes.fromhex("15 0302 0002 02 46"))  # fatal, protocol_version (RFC 5246 section 7.2)
        await stream.receive()

    async with tcp_server(alert) as server:
        with pytest.raises(NetworkError, match=r"older than 1\.2") as caught:
            await shake(client, server.port)
    assert (caught.value.reason, caught.value.outcome) == ("tls-failed", Outcome.TLS_FAILED)


async def test_a_lax_context_of_the_callers_does_not_lower_the_version(authority: Authority, ca_file: Path) -> None:
    """Also under the caller's own context a session older than TLS 1.2 is refused (TLS-01)."""
    lax = ssl.create_default_context(cafile=ca_file)
    server_side = authority.issue(HOST).server_context()
    outdate(lax)
    outdate(server_side, at_most=ssl.TLSVersion.TLSv1_1)
    async with tcp_server(hello, context=server_side) as server:
        with pytest.raises(NetworkError, match=r"older than 1\.2"):
            await shake(TlsClient(context=lax), server.port)


async def test_a_context_of_the_callers_is_used_as_it_is(authority: Authority, ca_file: Path) -> None:
    """The caller's context decides about the chain and stays untouched; a blind one is refused (TLS-08)."""
    context = ssl.create_default_context(cafile=ca_file)
    client = TlsClient(context=context)
    async with tcp_server(hello, context=authority.issue(HOST).server_context()) as server:
        assert (await shake(client, server.port))[1] == b"hello"
        with pytest.raises(NetworkError, match="certificate-name-mismatch"):
            await shake(client, server.port, hostname="other.example")
    assert client.context() is context
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    with pytest.raises(InvalidOptions):
        TlsClient(context=blind)


async def test_what_is_not_tls_is_told_apart(client: TlsClient) -> None:
    """Clear text on a TLS port is ``not-tls``, a closed connection ``tls-failed``, silence ``timed-out`` (PROBE-09)."""

    async def clear(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"220 mail.example ESMTP\r\n")
        await stream.receive()

    async def close(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()

    async with tcp_server(clear) as server:
        with pytest.raises(NetworkError) as caught:
            await shake(client, server.port)
        assert (caught.value.reason, caught.value.outcome) == ("not-tls", Outcome.WRONG_PROTOCOL)
    async with tcp_server(close) as server:
        with pytest.raises(NetworkError) as caught:
            await shake(client, server.port)
        assert caught.value.reason in ("tls-failed", "connection-reset")


@pytest.mark.parametrize(
    "certificate", ["", "00", "000003 000000", "ffffff", "000005 000009 3000", "000006 000003 3001"]
)
async def test_a_hostile_certificate_message_is_a_failed_handshake(certificate: str, client: TlsClient) -> None:
    """Rubbish where the certificate should be ends in ``NetworkError`` like any other failure (TLS-13)."""
    hello_message = "0303" + "00" * 32 + "00" + "c02b" + "00" + "0005" + "ff01000100"  # TLS 1.2, ECDHE-ECDSA
    messages = [("02", bytes.fromhex(hello_message)), ("0b", bytes.fromhex(certificate))]
    flight = b"".join(bytes.fromhex(kind) + len(body).to_bytes(3, "big") + body for kind, body in messages)

    async def serve(stream: anyio.abc.ByteStream) -> None:
        await stream.receive()
        await stream.send(b"\x16\x03\x03" + len(flight).to_bytes(2, "big") + flight)
        await stream.receive()

    async with nothing_left_open(), tcp_server(serve) as server:
        with pytest.raises(NetworkError) as caught:
            await shake(client, server.port)
    assert caught.value.outcome is Outcome.TLS_FAILED


async def test_a_silent_handshake_ends(client: TlsClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never answers the ClientHello costs the handshake's own deadline and no more."""
    monkeypatch.setattr("mailsetup.net.tls.HANDSHAKE_TIMEOUT", 0.1)

    async def silent(stream: anyio.abc.ByteStream) -> None:
        while await stream.receive():
            pass

    async with nothing_left_open(), tcp_server(silent) as server:
        with anyio.fail_after(2), pytest.raises(NetworkError, match="timed-out"):
            await shake(client, server.port)


async def test_channel_binding_is_given_where_there_is_any(authority: Authority, client: TlsClient) -> None:
    """``tls-unique`` exists under TLS 1.2 (RFC 5929) and nothing else does in Python."""
    context = authority.issue(HOST).server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with tcp_server(hello, context=context) as server:
        stream = await connect_socket("127.0.0.1", server.port, within=5)
        secure, tls = await client.shake_hands(stream, hostname=HOST)
        assert tls.version == "TLSv1.2"
        assert len(secure.channel_binding("tls-unique") or b"") == 12
        assert secure.channel_binding("tls-exporter") is None
        stream.close()


def test_a_file_without_authorities_is_refused(tmp_path: Path) -> None:
    """A missing or unreadable ``ca_file`` is the caller's mistake, told at once."""
    (tmp_path / "no.pem").write_text("not a certificate")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(InvalidOptions, match=name):
            TlsClient(ca_file=tmp_path / name)


def test_the_context_is_built_once(client: TlsClient) -> None:
    """One SSLContext per call at most, and without authorities of its own one per process."""
    assert client.context() is client.context()
    assert TlsClient().context() is TlsClient().context()
    assert TlsClient().context() is not client.context()
