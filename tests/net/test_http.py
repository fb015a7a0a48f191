"""HTTP over our own connections, against servers that misbehave."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup._version import __version__
from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Status
from mailsetup.net.connect import TcpConnector
from mailsetup.net.decoding import BodyDecoder
from mailsetup.net.dial import Dialer
from mailsetup.net.http import IDLE_PLACES, HttpFetcher
from mailsetup.net.interface import Request
from mailsetup.testing import FakeNetwork
from tests.support.http_server import drip, flood, http_server, reply
from tests.support.pki import YESTERDAY, Authority, Leaf, self_signed
from tests.support.tcp_server import nothing_left_open, refused_port, tcp_server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mailsetup.net.tls import TlsClient

anyio_test = pytest.mark.anyio

HOST = "web.example"


def fetcher(client: TlsClient, *, allow_private: bool = True, within: float = 5.0) -> HttpFetcher:
    """Make a fetcher for which every name is on loopback, and ``inner.web.example`` at another address there."""
    zone = {
        "*.example A": "127.0.0.1",
        f"{HOST} A": "127.0.0.1",
        f"*.{HOST} A": "127.0.0.1",
        f"inner.{HOST} A": "127.0.0.2",
    }
    resolver = FakeNetwork(zone).resolver
    return HttpFetcher(TcpConnector(Dialer(resolver, allow_private=allow_private), client=client), within=within)


@pytest.fixture(scope="module")
def context(authority: Authority) -> ssl.SSLContext:
    """A good certificate for ``web.example`` and ``*.web.example``."""
    return authority.issue(HOST, f"*.{HOST}").server_context()


@anyio_test
async def test_a_page_is_fetched(client: TlsClient, context: ssl.SSLContext) -> None:
    """Status, header fields, body, URL and address come back."""
    page = reply(200, b"<xml/>", Content_Type="text/xml", X_A="1") + b""
    async with nothing_left_open(), http_server({"/a?b=c": page}, context=context) as server:
        web = fetcher(client)
        url = f"https://{HOST}:{server.port}/a?b=c"
        response = await web.fetch(Request(url))
        web.close()
    assert (response.status, response.body, response.url) == (200, b"<xml/>", url)
    assert (response.hops, response.address) == ((url,), "127.0.0.1")
    assert response.headers["content-type"] == "text/xml"


@anyio_test
async def test_what_is_sent(client: TlsClient) -> None:
    """A fixed user agent, no cookie, no credential, whatever the caller gives; the body goes as it is (PACC-01)."""
    async with http_server({"/": reply(200, Set_Cookie="a=b")}) as server:
        web = fetcher(client)
        url = f"http://{HOST}:{server.port}/"
        await web.fetch(Request(url, headers={"Accept": "text/xml", "authorization": "Basic x", "Cookie": "a=b"}))
        await web.fetch(Request(url, "PROPFIND", {"Depth": "0"}, b"<propfind/>"))
        web.close()
    first, second = (request.lower() for request in server.requests)
    assert f"host: {HOST}:{server.port}\r\n" in first
    assert f"user-agent: mailsetup/{__version__}\r\n" in first
    assert "accept: text/xml\r\n" in first
    assert "accept-encoding: gzip, deflate\r\n" in first
    assert "authorization" not in first
    assert "cookie" not in first + second
    assert second.startswith("propfind / http/1.1\r\n")
    assert "depth: 0\r\n" in second
    assert "content-length: 11\r\n" in second
    assert second.endswith("\r\n\r\n<propfind/>")


@anyio_test
@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 410, 429, 500, 503])
async def test_any_status_is_a_response(status: int, client: TlsClient) -> None:
    """It is for the sources to say what a status means."""
    page = b"HTTP/1.1 204 No Content\r\n\r\n" if status == 204 else reply(status, b"body")
    async with http_server({"/": page}) as server:
        web = fetcher(client)
        assert (await web.fetch(Request(f"http://{HOST}:{server.port}/"))).status == status
        web.close()


BOMB = gzip.compress(bytes(50_000_000))

BROKEN: dict[str, tuple[Any, str]] = {
    "100 MB": (flood(bytes(100_000), times=1000), "too-large"),
    "gzip bomb": (reply(200, BOMB, Content_Encoding="gzip"), "too-large"),
    "bomb in a bomb": (reply(200, gzip.compress(BOMB), Content_Encoding="gzip, gzip"), "too-large"),
    "three layers": (reply(200, b"x", Content_Encoding="gzip, gzip, gzip"), "bad-encoding"),
    "brotli": (reply(200, b"x", Content_Encoding="br"), "bad-encoding"),
    "not gzip": (reply(200, b"plain", Content_Encoding="gzip"), "bad-encoding"),
    "gzip breaks off": (reply(200, gzip.compress(b"x" * 999)[:20], Content_Encoding="gzip"), "bad-encoding"),
    "body breaks off": (reply(200, b"x" * 100)[:-50], "bad-response"),
    "not HTTP": (b"220 mail.example ESMTP\r\n", "bad-response"),
    "endless head": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50_000, "bad-response"),
    "nothing at all": (b"", "bad-response"),
}


@anyio_test
@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_answer_has_a_reason(fault: str, client: TlsClient) -> None:
    """Size, packing and protocol faults are unusable, each by its name, and leave no connection (AC-22)."""
    page, reason = BROKEN[fault]

    async def send(stream: anyio.abc.ByteStream) -> None:
        if callable(page):
            await page(stream)
        else:
            await stream.send(page)
        await stream.aclose()

    async with nothing_left_open(), http_server({"/": send}) as server:
        with pytest.raises(NetworkError) as caught:
            await fetcher(client).fetch(Request(f"http://{HOST}:{server.port}/"))
    assert (caught.value.reason, caught.value.status) == (reason, Status.UNUSABLE)


@anyio_test
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate", "identity", "gzip, deflate"])
async def test_packed_bodies_are_unpacked(coding: str, client: TlsClient) -> None:
    """What was asked for is understood, also deflate without its wrapper (RFC 9110 section 8.4.1.2)."""
    body = b"<clientConfig>" * 1000
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = {
        "gzip": gzip.compress(body),
        "x-gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "raw deflate": raw.compress(body) + raw.flush(),
        "identity": body,
        "gzip, deflate": zlib.compress(gzip.compress(body)),
    }[coding]
    async with http_server({"/": reply(200, packed, Content_Encoding=coding.removeprefix("raw "))}) as server:
        web = fetcher(client)
        assert (await web.fetch(Request(f"http://{HOST}:{server.port}/"))).body == body
        web.close()


@given(body=st.binary(max_size=2000), limit=st.integers(0, 2000), cut=st.integers(1, 2000), packed=st.booleans())
def test_the_limit_is_exact(body: bytes, limit: int, cut: int, packed: bool) -> None:
    """A body of exactly the limit passes, one octet more is too large, however it is packed and cut (AC-22)."""
    wire = gzip.compress(body) if packed else body
    decoder = BodyDecoder("gzip" if packed else "", limit=limit)
    try:
        for start in range(0, len(wire), cut):
            decoder.feed(wire[start : start + cut])
        assert decoder.finish() == body
        assert len(body) <= limit
    except NetworkError as error:
        assert (error.reason, len(body) > limit) == ("too-large", True)  # noqa: PT017  (either is right, for its own length)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, deflate", "deflate, deflate"]))
def test_any_packed_octets_are_a_body_or_a_reason(data: bytes, coding: str) -> None:
    """Hostile packing ends in ``NetworkError`` and in nothing else."""
    decoder = BodyDecoder(coding, limit=1000)
    try:
        decoder.feed(data)
        assert len(decoder.finish()) <= 1000
    except NetworkError as error:
        assert error.reason in ("bad-encoding", "too-large")  # noqa: PT017  (either may come)


@anyio_test
async def test_redirects_are_followed_over_hosts(client: TlsClient, context: ssl.SSLContext) -> None:
    """Hops go on to other hosts over https, each is recorded, and PROPFIND keeps its body (SEC-05, DAV-05)."""
    pages: dict[str, Any] = {"/there": reply(207, b"done")}
    async with http_server(pages, context=context) as server:
        pages["/"] = reply(301, Location=f"https://b.{HOST}:{server.port}/there")
        web = fetcher(client)
        start = f"https://a.{HOST}:{server.port}/"
        response = await web.fetch(Request(start, "PROPFIND", {"Depth": "0"}, b"<propfind/>"))
        web.close()
    assert (response.status, response.hops) == (207, (start, f"https://b.{HOST}:{server.port}/there"))
    assert server.requests[1].startswith("PROPFIND /there ")
    assert server.requests[1].endswith("<propfind/>")


@anyio_test
async def test_redirects_that_lead_astray(client: TlsClient, context: ssl.SSLContext) -> None:
    """To http, in a circle, and into a private network: each is refused by name (SEC-05, SEC-02, AC-22)."""
    pages: dict[str, Any] = {"/http": reply(302, Location="http://web.example/"), "/loop": reply(302, Location="/loop")}
    async with nothing_left_open(), http_server(pages, context=context) as server:
        pages["/inside"] = reply(302, Location=f"https://169.254.169.254:{server.port}/latest/meta-data")
        web = fetcher(client)
        for path, reason in (("/http", "redirect-to-http"), ("/loop", "redirect-loop")):
            with pytest.raises(NetworkError) as caught:
                await web.fetch(Request(f"https://{HOST}:{server.port}{path}"))
            assert caught.value.reason == reason
        assert len([request for request in server.requests if "/loop" in request]) == 4
        web.close()


@anyio_test
async def test_a_redirect_into_a_private_network_is_refused(
    client: TlsClient, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the guard on, a hop is judged by its own address (SEC-02)."""
    # Here everything is on loopback; 127.0.0.1 stands for a public address, and only that one.
    monkeypatch.setattr("mailsetup.net.dial.is_public", lambda address: address == "127.0.0.1")
    pages: dict[str, Any] = {}
    async with http_server(pages, context=context) as server:
        for number, inside in enumerate((f"inner.{HOST}", "127.0.0.2", "[::1]")):
            pages[f"/{number}"] = reply(302, Location=f"https://{inside}:{server.port}/secret")
        web = fetcher(client, allow_private=False)
        for number in range(3):
            with pytest.raises(NetworkError, match="private-address") as caught:
                await web.fetch(Request(f"https://{HOST}:{server.port}/{number}"))
            assert caught.value.status is Status.REFUSED
        web.close()
    assert not [request for request in server.requests if "secret" in request]


CERTIFICATES: dict[str, tuple[Callable[[Authority], Leaf], Outcome]] = {
    "certificate-expired": (lambda ca: ca.issue(HOST, not_after=YESTERDAY), Outcome.CERTIFICATE_EXPIRED),
    "certificate-self-signed": (lambda _: self_signed(HOST), Outcome.CERTIFICATE_SELF_SIGNED),
    "certificate-name-mismatch": (lambda ca: ca.issue("other.example"), Outcome.CERTIFICATE_NAME_MISMATCH),
    "certificate-untrusted": (lambda _: Authority().issue(HOST), Outcome.CERTIFICATE_UNTRUSTED),
}


@anyio_test
@pytest.mark.parametrize("reason", CERTIFICATES)
async def test_bad_certificates_are_refused_before_a_request_goes_out(
    reason: str, authority: Authority, client: TlsClient
) -> None:
    """The rules of mail servers hold for web servers, and nothing is sent to one that fails (TLS-02, PACC-01)."""
    make, outcome = CERTIFICATES[reason]
    async with nothing_left_open(), http_server({}, context=make(authority).server_context()) as server:
        with pytest.raises(NetworkError) as caught:
            await fetcher(client).fetch(Request(f"https://{HOST}:{server.port}/?emailaddress=kim"))
    assert (caught.value.reason, caught.value.outcome, server.requests) == (reason, outcome, [])


@anyio_test
async def test_slow_servers_cost_the_deadline(client: TlsClient) -> None:
    """One octet a second, in the head or in the body, and silence end when the time is over (AC-22, OPS-02)."""

    async def silence(stream: anyio.abc.ByteStream) -> None:
        await anyio.sleep_forever()

    pages: dict[str, Any] = {
        "/head": drip(reply(200, b"hello"), every=0.05),
        "/body": drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 99, every=0.005),
        "/silence": silence,
    }
    async with nothing_left_open(), http_server(pages) as server:
        for path in pages:
            with anyio.fail_after(1), pytest.raises(NetworkError) as caught:
                await fetcher(client, within=0.2).fetch(Request(f"http://{HOST}:{server.port}{path}"))
            assert (caught.value.reason, caught.value.status) == ("timed-out", Status.UNREACHABLE)


@anyio_test
async def test_nobody_there_and_hanging_up(client: TlsClient) -> None:
    """A refused and a reset connection are told apart from rubbish."""

    async def hang_up(stream: anyio.abc.ByteStream) -> None:
        await anyio.aclose_forcefully(stream)

    web = fetcher(client)
    with pytest.raises(NetworkError, match="connection-refused"):
        await web.fetch(Request(f"http://{HOST}:{refused_port()}/"))
    async with tcp_server(hang_up) as server:
        with pytest.raises(NetworkError) as caught:
            await web.fetch(Request(f"http://{HOST}:{server.port}/"))
    assert caught.value.reason in ("connection-reset", "bad-response")
    with pytest.raises(NetworkError, match="nxdomain") as caught:
        await web.fetch(Request("https://gone.invalid/"))
    assert caught.value.status is Status.ABSENT


@anyio_test
async def test_connections_are_used_again(client: TlsClient, context: ssl.SSLContext) -> None:
    """Requests to one host share a connection; one that the server has closed is replaced without a word."""

    async def last(stream: anyio.abc.ByteStream) -> None:
        await stream.send(reply(200, b"last"))
        await stream.aclose()

    async with nothing_left_open(), http_server({"/a": reply(200, b"a"), "/last": last}, context=context) as server:
        web = fetcher(client)
        for path in ("/a", "/a", "/last", "/a"):
            assert (await web.fetch(Request(f"https://{HOST}:{server.port}{path}"))).status == 200
        web.close()
    assert server.tcp.accepted == 2


@anyio_test
async def test_a_kept_connection_that_dies_under_the_request_is_replaced(client: TlsClient) -> None:
    """A server may close a kept connection in the moment of the next request; that is asked anew, once, elsewhere."""

    async def once_a_connection(stream: anyio.abc.ByteStream) -> None:
        await stream.send(reply(200, b"first"))
        await stream.receive()
        await anyio.aclose_forcefully(stream)

    async with nothing_left_open(), http_server({"/": once_a_connection}) as server:
        web = fetcher(client)
        for _ in range(3):
            assert (await web.fetch(Request(f"http://{HOST}:{server.port}/"))).body == b"first"
        web.close()
    assert server.tcp.accepted == 3


@anyio_test
async def test_an_idle_connection_makes_room(client: TlsClient) -> None:
    """Connections kept for later do not count against those that are needed now, at the same address (HE-05)."""
    async with nothing_left_open(), http_server({"/": reply(200)}) as server:
        web = fetcher(client)
        with anyio.fail_after(2):
            for host in ("a.web.example", "b.web.example", "c.web.example", "d.web.example", "a.web.example"):
                assert (await web.fetch(Request(f"http://{host}:{server.port}/"))).status == 200
        web.close()
    assert server.tcp.most <= 3


@anyio_test
async def test_two_requests_to_a_host_at_a_time(client: TlsClient) -> None:
    """However many are asked for, a host sees two connections at most (HE-05)."""

    async def slow(stream: anyio.abc.ByteStream) -> None:
        await anyio.sleep(0.02)
        await stream.send(reply(200, b"x"))

    async with nothing_left_open(), http_server({"/": slow}) as server:
        web = fetcher(client)
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(web.fetch, Request(f"http://{HOST}:{server.port}/"))
        web.close()
        assert (server.tcp.accepted, server.tcp.most, len(server.requests)) == (2, 2, 6)


@anyio_test
async def test_a_cancelled_request_leaves_nothing(client: TlsClient, context: ssl.SSLContext) -> None:
    """Cancelling at any moment of a request leaves no socket behind, and the next request works."""
    pages: dict[str, Any] = {"/slow": drip(reply(200, b"hello"), every=0.01), "/": reply(200)}
    async with nothing_left_open(), http_server(pages, context=context) as server:
        web = fetcher(client)
        for after in (0, 0.001, 0.002, 0.004, 0.01, 0.05):
            with anyio.move_on_after(after):
                await web.fetch(Request(f"https://{HOST}:{server.port}/slow"))
        assert (await web.fetch(Request(f"https://{HOST}:{server.port}/"))).status == 200
        web.close()


@anyio_test
@pytest.mark.parametrize(
    "url",
    [
        "ftp://web.example/",
        "https://",
        "web.example",
        "https://a:b@web.example/",
        "https://web.example:x/",
        "https://a..b/",
    ],
)
async def test_a_url_that_is_none_is_refused(url: str, client: TlsClient) -> None:
    """Only http and https URLs of a host are asked for, without a user name in them."""
    with pytest.raises(NetworkError, match="bad-url"):
        await fetcher(client).fetch(Request(url))


@anyio_test
async def test_nothing_breaks_out_of_a_request(client: TlsClient) -> None:
    """Line breaks in URL or fields never become part of the request's head (SEC-06)."""
    async with http_server({}) as server:
        web = fetcher(client)
        await web.fetch(Request(f"http://{HOST}:{server.port}/a b\r\nX-Evil: 1"))
        with pytest.raises(NetworkError, match="bad-url"):
            await web.fetch(Request(f"http://{HOST}:{server.port}/", headers={"X-A": "b\r\nX-Evil: 1"}))
        web.close()
    assert "\r\nx-evil" not in "".join(server.requests).lower()


@anyio_test
async def test_names_are_sent_as_a_labels(client: TlsClient) -> None:
    """An internationalised host goes out as A-labels in DNS and Host field (TLS-12, EAI-02)."""
    async with http_server({"/": reply(200)}) as server:
        web = fetcher(client)
        await web.fetch(Request(f"http://faß.example:{server.port}/"))
        web.close()
    assert f"Host: xn--fa-hia.example:{server.port}".lower() in server.requests[0].lower()


@anyio_test
async def test_a_run_over_many_hosts_keeps_few_connections(client: TlsClient) -> None:
    """Of many hosts, only the latest keep an idle connection, and hosts that nobody asks are forgotten."""
    hosts = IDLE_PLACES + 8
    async with nothing_left_open(), http_server({"/": reply(200)}) as server:
        web = fetcher(client)
        for number in range(hosts):
            await web.fetch(Request(f"http://h{number}.{HOST}:{server.port}/"))
        assert len(web._idle) <= IDLE_PLACES
        web.close()


@anyio_test
async def test_counting_of_hosts_is_bounded(client: TlsClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns are counted where somebody is, and else forgotten: memory stays flat over a million domains."""
    monkeypatch.setattr("mailsetup.net.http.KNOWN_PLACES", 4)
    async with http_server({"/": reply(200)}) as server:
        web = fetcher(client)
        for number in range(12):
            await web.fetch(Request(f"http://h{number}.{HOST}:{server.port}/"))
        assert len(web._turns) <= 4
        web.close()
