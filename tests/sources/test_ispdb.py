"""The ISPDB: what it learns, how far it is trusted, what its answers amount to."""

from __future__ import annotations

import pytest

from mailsetup.model import Learned, SourceName, Status, Trust
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask, autoconfig

pytestmark = pytest.mark.anyio

URL = "https://v1.ispdb.net/corp.example"


async def test_it_learns_the_domain_only() -> None:
    """The base URL and the domain make the question; there is no trace of the local part (AC-08, SEC-10)."""
    network = FakeNetwork(pages={URL: autoconfig()})
    finding = await ask(SourceName.ISPDB, network)
    assert network.asked == [f"GET {URL}"]
    assert network.requests[0].learned is Learned.DOMAIN
    assert {server.trust for server in finding.servers} == {Trust.VOUCHED}
    assert not finding.servers[0].needs_consent


@pytest.mark.parametrize("base", ["https://db.example/v1.1", "https://db.example/v1.1/"])
async def test_the_base_is_configurable(base: str) -> None:
    """Another database of the same shape can be asked, with or without a final slash (AC-08)."""
    network = FakeNetwork(pages={"https://db.example/v1.1/corp.example": autoconfig()})
    finding = await ask(SourceName.ISPDB, network, ispdb_url=base)
    assert finding.status is Status.FOUND


async def test_a_database_over_http_is_cleartext() -> None:
    """The weakest hop decides, also for a database of the user's own choice (TRUST-05, AC-07)."""
    network = FakeNetwork(pages={"http://db.example/corp.example": autoconfig()})
    finding = await ask(SourceName.ISPDB, network, ispdb_url="http://db.example/")
    assert {server.trust for server in finding.servers} == {Trust.CLEARTEXT}


async def test_it_can_be_switched_off() -> None:
    """Without a base URL nobody is asked (AC-08)."""
    network = FakeNetwork()
    finding = await ask(SourceName.ISPDB, network, ispdb_url=None)
    assert (finding.status, network.asked) == (Status.SKIPPED, [])


async def test_a_hosters_entry_is_unauthenticated() -> None:
    """Found through plain MX, the entry needs consent, and the way to it is on record (AC-11, AC-12, TRUST-08)."""
    network = FakeNetwork(pages={"https://v1.ispdb.net/hoster.example": autoconfig("imap.hoster.example")})
    finding = await ask(
        SourceName.ISPDB, network, domain="hoster.example", ceiling=Trust.UNAUTHENTICATED, via=("MX mx.hoster.example",)
    )
    assert {server.trust for server in finding.servers} == {Trust.UNAUTHENTICATED}
    assert finding.servers[0].provenance == ("MX mx.hoster.example", "https://v1.ispdb.net/hoster.example")


async def test_an_unknown_domain_is_a_definite_no() -> None:
    """404 is the database's way to say that it does not know (AC-21)."""
    finding = await ask(SourceName.ISPDB, FakeNetwork(pages={URL: 404}))
    assert (finding.status, finding.reason) == (Status.ABSENT, "http-404")


async def test_a_captive_portal_is_not_an_answer() -> None:
    """A web page in place of the document means nothing is known (AC-21)."""
    finding = await ask(SourceName.ISPDB, FakeNetwork(pages={URL: PARKED}))
    assert (finding.status, finding.reason, finding.problems) == (Status.ABSENT, "not-config", ())


async def test_a_database_that_is_down_is_not_a_no() -> None:
    """A server in trouble says nothing about the domain (SRV-19)."""
    finding = await ask(SourceName.ISPDB, FakeNetwork(pages={URL: Page(status=503)}))
    assert (finding.status, finding.reason) == (Status.UNREACHABLE, "http-503")
