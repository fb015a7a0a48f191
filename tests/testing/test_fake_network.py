"""The fake network behaves as the real one would, and remembers what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Status
from mailsetup.net.interface import Answered, MxRecord, Request, SrvRecord, Target, TlsaRecord
from mailsetup.testing import FakeNetwork, Page

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("record_type", "text", "expected"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:db8::1", "2001:db8::1"),
        ("CNAME", "Other.Example.", "other.example"),
        ("MX", "10 MX.example.com.", MxRecord(10, "mx.example.com")),
        ("MX", "0 .", MxRecord(0, ".")),
        ("SRV", "0 1 993 IMAP.Example.com.", SrvRecord(0, 1, 993, "imap.example.com")),
        ("TXT", '"v=a; " "b=\\"c\\""', b'v=a; b="c"'),
        ("TXT", "v=spf1 -all", b"v=spf1 -all"),
        ("TLSA", "3 1 1 abcd", TlsaRecord(3, 1, 1, b"\xab\xcd")),
    ],
)
async def test_records_are_written_as_in_a_zone_file(record_type: Any, text: str, expected: object) -> None:
    """Each record type is read from its zone-file form, names in lower case without the root dot (SRV-18)."""
    network = FakeNetwork({f"example.com {record_type}": [text]})
    answer = await network.resolver.resolve("example.com", record_type)
    assert (answer.status, answer.records) == (Answered.FOUND, (expected,))


@pytest.mark.parametrize("word", [status for status in Answered if status is not Answered.FOUND])
async def test_a_status_word_is_the_answer(word: Answered) -> None:
    """Every unhappy DNS answer can be written down (SRV-19)."""
    network = FakeNetwork({"example.com A": word.value.upper()})
    assert (await network.resolver.resolve("example.com", "A")).status is word


async def test_what_is_not_written_is_absent() -> None:
    """Unknown names are NXDOMAIN; known names without the type, and names with names below, are NODATA (SRV-19)."""
    network = FakeNetwork({"_imaps._tcp.example.com SRV": ["0 1 993 a.example"]})
    assert (await network.resolver.resolve("other.example", "A")).status is Answered.NXDOMAIN
    assert (await network.resolver.resolve("_imaps._tcp.example.com", "A")).status is Answered.NODATA
    assert (await network.resolver.resolve("example.com", "MX")).status is Answered.NODATA


async def test_aliases_are_followed_and_a_circle_is_a_failure() -> None:
    """A CNAME chain is reported in order; a loop ends as a resolver would end it."""
    network = FakeNetwork(
        {"a.example CNAME": "b.example", "b.example CNAME": "c.example", "c.example A": "192.0.2.7"}
        | {"x.example CNAME": "y.example", "y.example CNAME": "x.example"}
    )
    answer = await network.resolver.resolve("a.example", "A")
    assert (answer.records, answer.aliases) == (("192.0.2.7",), ("b.example", "c.example"))
    assert (await network.resolver.resolve("x.example", "A")).status is Answered.SERVFAIL


async def test_a_wildcard_covers_only_what_is_not_there() -> None:
    """``*.example.com`` answers for unknown names, at any depth, and not below a name that exists (RFC 4592)."""
    network = FakeNetwork({"*.example.com A": "192.0.2.1", "mail.example.com TXT": "hello"})
    ask = network.resolver.resolve
    assert (await ask("any.thing.example.com", "A")).status is Answered.FOUND
    assert (await ask("mail.example.com", "A")).status is Answered.NODATA
    assert (await ask("deep.mail.example.com", "A")).status is Answered.NXDOMAIN


async def test_secure_names_are_answered_as_validated() -> None:
    """DNSSEC holds for a name only if it holds for every alias on the way (SEC-07)."""
    network = FakeNetwork(
        {"a.signed.example A": "192.0.2.1", "b.signed.example CNAME": "c.example", "c.example A": "192.0.2.2"},
        secure=["signed.example"],
    )
    assert (await network.resolver.resolve("a.signed.example", "A")).secure
    assert not (await network.resolver.resolve("b.signed.example", "A")).secure


async def test_pages_are_served_and_the_rest_is_not_there() -> None:
    """A host with pages says 404 to others; one with an address only refuses; one without is no host."""
    network = FakeNetwork(
        {"bare.example A": "192.0.2.1"},
        {
            "https://Corp.example/a?b=c": "hello",
            "https://corp.example/none": 204,
            "POST https://corp.example/a?b=c": b"x",
        },
    )
    fetch = network.fetcher.fetch
    assert (await fetch(Request("https://corp.example/a?b=c"))).body == b"hello"
    assert (await fetch(Request("https://corp.example/a?b=c", method="POST"))).body == b"x"
    assert (await fetch(Request("https://corp.example/none"))).status == 204
    assert (await fetch(Request("https://corp.example/"))).status == 404
    with pytest.raises(NetworkError, match="connection-refused"):
        await fetch(Request("https://bare.example/"))
    with pytest.raises(NetworkError, match="nxdomain") as caught:
        await fetch(Request("https://gone.example/"))
    assert caught.value.status is Status.ABSENT


async def test_redirects_follow_the_real_policy() -> None:
    """Hops are recorded, http is refused, circles end (SEC-05, AC-22)."""
    network = FakeNetwork(
        pages={
            "https://a.example/": Page.redirect("https://b.example/x"),
            "https://b.example/x": "there",
            "https://down.example/": Page.redirect("http://down.example/"),
            "https://loop.example/": Page.redirect("/"),
        }
    )
    response = await network.fetcher.fetch(Request("https://a.example/"))
    assert (response.body, response.hops) == (b"there", ("https://a.example/", "https://b.example/x"))
    plain = await network.fetcher.fetch(Request("https://a.example/", follow="none"))
    assert (plain.status, plain.location) == (302, "https://b.example/x")
    with pytest.raises(NetworkError, match="redirect-to-http"):
        await network.fetcher.fetch(Request("https://down.example/"))
    with pytest.raises(NetworkError, match="redirect-loop"):
        await network.fetcher.fetch(Request("https://loop.example/"))
    assert network.asked.count("GET https://loop.example/") == 4
    assert "GET http://down.example/" not in network.asked


async def test_faults_are_raised_and_a_black_hole_stays_silent() -> None:
    """A fault word is the ``NetworkError`` of that reason; ``hangs`` waits for the caller's own deadline."""
    network = FakeNetwork(
        pages={
            "https://a.example/": Page(fault="certificate-expired"),
            "https://b.example/": Page(fault="hangs"),
            "https://c.example/": "x" * 11,
        },
        transcripts={"d.example:993": "connection-refused"},
    )
    with pytest.raises(NetworkError) as caught:
        await network.fetcher.fetch(Request("https://a.example/"))
    assert caught.value.outcome is Outcome.CERTIFICATE_EXPIRED
    with anyio.move_on_after(0.05) as scope:
        await network.fetcher.fetch(Request("https://b.example/"))
    assert scope.cancelled_caught
    with pytest.raises(NetworkError, match="too-large"):
        await network.fetcher.fetch(Request("https://c.example/", max_bytes=10))
    with pytest.raises(NetworkError, match="connection-refused"):
        await network.connector.connect(Target("d.example", 993, tls=True))


async def test_private_addresses_are_refused_when_told_so() -> None:
    """The fake door guards as the real one does; documentation addresses stand for public ones (SEC-02)."""
    records = {"in.example A": "169.254.169.254", "out.example A": "203.0.113.5"}
    pages = {"https://in.example/": "secret", "https://out.example/": "public"}
    guarded = FakeNetwork(records, pages, allow_private_addresses=False)
    with pytest.raises(NetworkError, match="private-address") as caught:
        await guarded.fetcher.fetch(Request("https://in.example/"))
    assert caught.value.status is Status.REFUSED
    assert (await guarded.fetcher.fetch(Request("https://out.example/"))).address == "203.0.113.5"
    assert (await FakeNetwork(records, pages).fetcher.fetch(Request("https://in.example/"))).body == b"secret"


async def test_everything_asked_is_remembered() -> None:
    """``asked`` holds every question in order; the address look-up inside a request is not one."""
    network = FakeNetwork(pages={"https://a.example/": "x"})
    await network.resolver.resolve("a.example", "MX")
    await network.fetcher.fetch(Request("https://a.example/", headers={"Accept": "text/xml"}))
    with pytest.raises(NetworkError):
        await network.connector.connect(Target("a.example", 993, tls=True))
    assert network.asked == ["MX a.example", "GET https://a.example/", "CONNECT a.example:993"]
    assert network.requests[0].headers == {"Accept": "text/xml"}


async def test_conversations_are_held_and_remembered() -> None:
    """A server speaks its transcript under the name it was connected by, and what was said to it is known."""
    network = FakeNetwork(transcripts={"imap.example:993": "S: * OK ready\nC: a LOGOUT\nS: * BYE\n"})
    connection = await network.connector.connect(Target("imap.example", 993, tls=True))
    assert await connection.receive() == b"* OK ready\r\n"
    await connection.send(b"a LOGOUT\r\n")
    assert [held.sent for held in network.connections] == [[b"a LOGOUT"]]
    assert connection.tls is not None
    assert connection.tls.certificate.names == ("imap.example",)


def test_a_slip_in_a_transcript_is_told() -> None:
    """A conversation that cannot be read is an error when the network is made, with its server and line."""
    with pytest.raises(ValueError, match=r"imap\.example:993: line 2"):
        FakeNetwork(transcripts={"imap.example:993": "S: * OK\nX: y\n"})


async def test_a_network_is_read_from_a_folder(tmp_path: Path) -> None:
    """Zone, pages and transcripts come from files; the body is served as it stands in the file."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "dns.zone").write_text(
        "; our zone\ncorp.example  300 IN MX 10 mx.corp.example. ; best\ncorp.example MX 20 mx2.corp.example\n"
        'corp.example TXT "v=spf1; -all"\nbad.example A SERVFAIL\n$SECURE corp.example\n'
    )
    (tmp_path / "pages/a.http").write_bytes(
        b"https://corp.example/a\nHTTP 200\nContent-Type: text/xml\n\n<a>\r\n\n</a>"
    )
    (tmp_path / "pages/b.http").write_text("GET https://b.example/\nhttps://c.example/\nfault: timed-out\n")
    (tmp_path / "transcripts/imap.corp.example_993.txt").write_text("connection-refused\n")
    network = FakeNetwork.from_folder(tmp_path)
    mx = await network.resolver.resolve("corp.example", "MX")
    assert mx.records == (MxRecord(10, "mx.corp.example"), MxRecord(20, "mx2.corp.example"))
    assert mx.secure
    assert (await network.resolver.resolve("corp.example", "TXT")).records == (b"v=spf1; -all",)
    assert (await network.resolver.resolve("bad.example", "A")).status is Answered.SERVFAIL
    response = await network.fetcher.fetch(Request("https://corp.example/a"))
    assert (response.body, response.headers) == (b"<a>\r\n\n</a>", {"content-type": "text/xml"})
    with pytest.raises(NetworkError, match="timed-out"):
        await network.fetcher.fetch(Request("https://c.example/"))
    with pytest.raises(NetworkError, match="connection-refused"):
        await network.connector.connect(Target("imap.corp.example", 993, tls=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dns.zone", "corp.example\n"),
        ("pages/a.http", "HTTP 200\n\n"),
        ("pages/a.http", "https://a.example/\nnonsense\n"),
        ("pages/a.http", "https://a.example/\nfault: made-up\n"),
        ("transcripts/imap.txt", "S: * OK"),
    ],
)
def test_a_slip_in_a_folder_is_told(tmp_path: Path, name: str, content: str) -> None:
    """A file that cannot be read is an error, never an emptier network."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=r"\w"):
        FakeNetwork.from_folder(tmp_path)


def test_a_slip_in_a_record_is_told() -> None:
    """A record that cannot be read names its entry."""
    with pytest.raises(ValueError, match=r"example\.com MX"):
        FakeNetwork({"example.com MX": ["mx.example.com"]})
    with pytest.raises(ValueError, match=r"example\.com PTR"):
        FakeNetwork({"example.com PTR": ["mx.example.com"]})
