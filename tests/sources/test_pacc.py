"""PACC: digest first, three names for what can go wrong, one retry past all caches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import NetworkError
from mailsetup.formats import pacc
from mailsetup.model import Auth, Learned, SourceName, Status, Trust
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask

if TYPE_CHECKING:
    from mailsetup.net.interface import Answer, RecordType, Request, Response

pytestmark = pytest.mark.anyio

OWNER = "_ua-auto-config.post.example TXT"
URL = "https://ua-auto-config.post.example/.well-known/user-agent-configuration.json"
DOCUMENT = (
    b'{"protocols":{"jmap":{"url":"https://api.post.example/session"},"imap":{"host":"in.post.example"},'
    b'"submit":{"host":"out.post.example"},"caldav":{"url":"https://dav.post.example/cal/"},'
    b'"carddav":{"url":"https://dav.post.example/card/"}},'
    b'"authentication":{"oauth-public":{"issuer":"https://login.post.example/"},"password":true},'
    b'"info":{"provider":{"name":"Example Post","shortName":"ExPost"}}}'
)
DIGEST = "v=UAAC1; a=sha256; d=/hX5YT/YFVF/D3WdzuD9DIlzgFU0r95t/f11AAVZyNQ="
"""Computed elsewhere for exactly these 392 octets."""
STALE = "v=UAAC1; a=sha256; d=Lz/fADY5zvB/yHmrPH1VbXT9hP52VryqvTtu9ivZ3p4="

ADDRESS = "kim@post.example"


def record_of(document: bytes) -> dict[str, str]:
    """Publish the digest of a document."""
    return {OWNER: f'"{pacc.record(document)}"'}


async def test_a_bound_document_is_authenticated() -> None:
    """Digest and document agree: servers with implied ports, services, provider, trust 3 (PACC-01..04, PACC-08)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT})
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert [(s.protocol, s.hostname, s.port, s.security, s.username, s.trust) for s in finding.servers] == [
        ("imap", "in.post.example", 993, "tls", ADDRESS, Trust.AUTHENTICATED),
        ("smtp", "out.post.example", 465, "tls", ADDRESS, Trust.AUTHENTICATED),
    ]
    assert {service.protocol: service.url for service in finding.services} == {
        "jmap": "https://api.post.example/session",
        "caldav": "https://dav.post.example/cal/",
        "carddav": "https://dav.post.example/card/",
    }
    assert finding.provider is not None
    assert finding.provider.name == "Example Post"
    assert finding.servers[0].provenance == ("TXT _ua-auto-config.post.example", URL)


async def test_neither_address_nor_query_is_sent() -> None:
    """One plain GET without a query, and nothing that names the user (PACC-01, SEC-10)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT})
    await ask(SourceName.PACC, network, address=ADDRESS)
    request = network.requests[0]
    assert (request.method, request.url, request.learned, request.body) == ("GET", URL, Learned.DOMAIN, b"")
    assert not [asked for asked in network.asked if "kim" in asked]


async def test_one_good_record_among_others_is_enough() -> None:
    """During a change of the document a stale, a foreign and a broken record stand beside the right one (PACC-04)."""
    records = [f'"{STALE}"', '"v=spf1 -all"', '"v=UAAC1; a=sha512; d=AAAA"', f'"{DIGEST[:40]}" "{DIGEST[40:]}"']
    finding = await ask(SourceName.PACC, FakeNetwork({OWNER: records}, {URL: DOCUMENT}), address=ADDRESS)
    assert finding.status is Status.FOUND


@pytest.mark.parametrize("changed", [DOCUMENT + b"\n", DOCUMENT.replace(b"submit", b"smtp")])
async def test_a_document_that_does_not_match_is_not_used(changed: bytes) -> None:
    """One changed octet, and no part of the document appears in the finding (PACC-03)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: changed})
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "digest-mismatch")
    assert [told.code for told in finding.problems] == ["pacc-digest-mismatch"]
    assert "in.post.example" not in finding.model_dump_json()


async def test_a_mismatch_is_retried_once_past_the_caches() -> None:
    """DNS and HTTP are asked once more, both past their caches, before the mismatch is told (PACC-13)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT + b"\n"})
    fresh: list[bool] = []
    resolve = network.resolver.resolve

    async def spy(name: str, type: RecordType, /, *, fresh_: list[bool] = fresh, **how: bool) -> Answer:  # noqa: A002
        fresh_.append(how.get("fresh", False))
        return await resolve(name, type, **how)

    object.__setattr__(network, "resolver", type("Spy", (), {"resolve": staticmethod(spy)})())
    await ask(SourceName.PACC, network, address=ADDRESS)
    assert fresh == [False, True]
    assert [dict(request.headers) for request in network.requests] == [{}, {"Cache-Control": "no-cache"}]


async def test_the_retry_can_succeed() -> None:
    """A document that was changed between the two looks is found by the second one (PACC-13)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT})
    fetch = network.fetcher.fetch

    class Changing:
        async def fetch(self, request: Request, /) -> Response:
            response = await fetch(request)
            if request.headers:
                return response
            return replace(response, body=b"{}")

    object.__setattr__(network, "fetcher", Changing())
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert finding.status is Status.FOUND


async def test_a_document_that_vanishes_meanwhile_is_unreachable() -> None:
    """On the second look there is nothing any more: the first document did not match and is not used (PACC-13)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT + b"\n"})
    fetch = network.fetcher.fetch

    class Vanishing:
        async def fetch(self, request: Request, /) -> Response:
            response = await fetch(request)
            return replace(response, status=404) if request.headers else response

    object.__setattr__(network, "fetcher", Vanishing())
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert (finding.status, finding.reason, finding.servers) == (Status.UNREACHABLE, "host-unreachable", ())


@pytest.mark.parametrize("records", [{}, {OWNER: '"v=UAAC1; a=sha256; d=AAAA"'}, {OWNER: '"v=UAAC2; a=sha256; d=x"'}])
async def test_a_document_without_a_digest_is_not_used(records: dict[str, str]) -> None:
    """Without a record that can be read the publication is incomplete (PACC-05, PACC-14)."""
    finding = await ask(SourceName.PACC, FakeNetwork(records, {URL: DOCUMENT}), address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "no-digest")
    assert [told.code for told in finding.problems] == ["pacc-no-digest"]


@pytest.mark.parametrize("fault", ["timed-out", "connection-refused", "certificate-expired", "tls-failed"])
async def test_an_announced_document_that_cannot_be_had_is_told(fault: str) -> None:
    """DNS promises a document and the host keeps silent: that is a reason of its own (PACC-14)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: Page(fault=fault)})
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert finding.reason == "host-unreachable"
    assert finding.status in (Status.UNREACHABLE, Status.UNUSABLE)
    assert [told.code for told in finding.problems] == ["pacc-host-unreachable"]


async def test_an_announced_document_that_is_missing_is_told() -> None:
    """404 in spite of a digest is not "nothing published" (PACC-14)."""
    finding = await ask(SourceName.PACC, FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: 404}), address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.UNREACHABLE, "host-unreachable")


async def test_nothing_published_is_a_definite_no() -> None:
    """No host and no record: absent, and nothing to tell."""
    finding = await ask(SourceName.PACC, FakeNetwork(), address=ADDRESS)
    assert (finding.status, finding.reason, finding.problems) == (Status.ABSENT, "nxdomain", ())


async def test_a_parked_wildcard_is_not_a_publication() -> None:
    """A web page at every name of a wildcard zone is not a document without a digest (AC-21)."""
    network = FakeNetwork({"*.post.example TXT": '"v=spf1 -all"', "*.post.example A": "192.0.2.9"}, {URL: PARKED})
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert (finding.status, finding.reason, finding.problems) == (Status.ABSENT, "not-config", ())


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("BOGUS", Status.REFUSED, "dns-bogus"),
        ("SERVFAIL", Status.UNREACHABLE, "dns-servfail"),
        ("TIMED-OUT", Status.UNREACHABLE, "dns-timed-out"),
    ],
)
async def test_an_unreadable_zone_is_not_a_missing_digest(word: str, status: Status, reason: str) -> None:
    """When DNS fails nobody knows whether there is a digest; the document is not used (SRV-19, PACC-03)."""
    finding = await ask(SourceName.PACC, FakeNetwork({OWNER: word}, {URL: DOCUMENT}), address=ADDRESS)
    assert (finding.status, finding.reason) == (status, reason)


async def test_a_redirect_to_http_is_refused() -> None:
    """A redirect never leads to http (P-T14, SEC-05)."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: Page.redirect("http://post.example/pacc.json")})
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.REFUSED, "host-unreachable")


async def test_a_large_document_is_refused() -> None:
    """More than 64 KiB is no PACC document, whatever its digest (P-T12)."""
    large = DOCUMENT.replace(b"ExPost", b"x" * 70_000)
    finding = await ask(SourceName.PACC, FakeNetwork(record_of(large), {URL: large}), address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "host-unreachable")
    assert "larger" in finding.detail


async def test_a_bound_document_that_is_no_configuration_is_told() -> None:
    """The digest is right and the JSON has a duplicate key: the document is unusable as a whole (P-T12)."""
    document = b'{"protocols": {}, "protocols": {"imap": {"host": "in.post.example"}}}'
    finding = await ask(SourceName.PACC, FakeNetwork(record_of(document), {URL: document}), address=ADDRESS)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "duplicate-name")


async def test_a_provider_without_passwords_says_so() -> None:
    """``password: false`` leaves OAuth as the only way to log in (PACC-11, P-T11)."""
    document = DOCUMENT.replace(b'"password":true', b'"password":false')
    finding = await ask(SourceName.PACC, FakeNetwork(record_of(document), {URL: document}), address=ADDRESS)
    assert {server.auth for server in finding.servers} == {(Auth.OAUTH2,)}


async def test_the_domain_is_asked_in_a_labels() -> None:
    """Record and host of an internationalised domain are A-labels (P-T15, EAI-02)."""
    network = FakeNetwork()
    await ask(SourceName.PACC, network, address="kim@faß.example")
    assert set(network.asked) == {
        "TXT _ua-auto-config.xn--fa-hia.example",
        "GET https://ua-auto-config.xn--fa-hia.example/.well-known/user-agent-configuration.json",
    }


async def test_dnssec_shows_in_the_provenance() -> None:
    """A signed record is noted, as the strongest form of the proof."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT}, secure=["post.example"])
    finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert finding.servers[0].provenance[0] == "TXT _ua-auto-config.post.example (DNSSEC)"


async def test_no_name_is_made_below_a_public_suffix() -> None:
    """``ua-auto-config.co.uk`` could be anybody's, so it is never asked (SEC-03)."""
    network = FakeNetwork()
    with pytest.raises(NetworkError, match="public-suffix"):
        await ask(SourceName.PACC, network, address="kim@co.uk")
    assert network.asked == []
