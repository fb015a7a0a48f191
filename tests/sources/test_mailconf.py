"""The TXT record ``mailconf``: only on request, only https, and only as good as the DNS it came from."""

from __future__ import annotations

import pytest

from mailsetup.model import DEFAULT_SOURCES, SourceName, Status, Trust
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask, autoconfig

pytestmark = pytest.mark.anyio

URL = "https://files.example/corp.xml"
TXT = "corp.example TXT"


def test_it_is_off_by_default() -> None:
    """It is asked only by those who name it (AC-23)."""
    assert SourceName.MAILCONF not in DEFAULT_SOURCES


@pytest.mark.parametrize(("secure", "trust"), [((), Trust.UNAUTHENTICATED), (("corp.example",), Trust.AUTHENTICATED)])
async def test_its_trust_is_that_of_the_zone(secure: tuple[str, ...], trust: Trust) -> None:
    """Plain DNS picked the URL; a signed record is the domain's own word (AC-23)."""
    record = '"mailconf=https://files" ".example/corp.xml"'
    network = FakeNetwork({TXT: ['"v=spf1 -all"', record]}, {URL: autoconfig()}, secure=secure)
    finding = await ask(SourceName.MAILCONF, network)
    assert {server.trust for server in finding.servers} == {trust}
    assert finding.servers[0].provenance == ("TXT corp.example", URL)
    assert not [asked for asked in network.asked if "kim" in asked]


@pytest.mark.parametrize("url", ["http://files.example/x", "ftp://files.example/x", "https://192.0.2.1/x", "nonsense"])
async def test_only_https_urls_of_hosts_are_fetched(url: str) -> None:
    """Any other URL is skipped unasked (AC-23, SEC-05)."""
    network = FakeNetwork({TXT: f'"mailconf={url}"'})
    finding = await ask(SourceName.MAILCONF, network)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "bad-url")
    assert network.asked == ["TXT corp.example"]


@pytest.mark.parametrize(
    ("records", "status", "reason"),
    [
        ({TXT: '"v=spf1 -all"'}, Status.ABSENT, "no-record"),
        ({}, Status.ABSENT, "nxdomain"),
        ({"corp.example A": "192.0.2.1"}, Status.ABSENT, "no-record"),
        ({TXT: "SERVFAIL"}, Status.UNREACHABLE, "dns-servfail"),
        ({TXT: "TIMED-OUT"}, Status.UNREACHABLE, "dns-timed-out"),
        ({TXT: "REFUSED"}, Status.UNREACHABLE, "dns-refused"),
        ({TXT: "BOGUS"}, Status.REFUSED, "dns-bogus"),
    ],
)
async def test_every_dns_answer_has_its_reason(records: dict[str, str], status: Status, reason: str) -> None:
    """Only "no such name" and "no such record" are a no (SRV-19)."""
    finding = await ask(SourceName.MAILCONF, FakeNetwork(records))
    assert (finding.status, finding.reason) == (status, reason)


@pytest.mark.parametrize(
    ("page", "reason"), [(PARKED, "not-config"), (404, "http-404"), (Page(fault="timed-out"), "timed-out")]
)
async def test_a_bad_document_has_its_reason(page: Page | str | int, reason: str) -> None:
    """What is served at the URL is judged as everywhere else (AC-21)."""
    finding = await ask(SourceName.MAILCONF, FakeNetwork({TXT: f'"mailconf={URL}"'}, {URL: page}))
    assert finding.reason == reason
