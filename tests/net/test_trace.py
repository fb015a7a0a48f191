"""The record of what was asked, and the privacy ledger in it."""

from __future__ import annotations

import contextlib
from itertools import count
from typing import TYPE_CHECKING

import anyio
import pytest

from mailsetup.errors import NetworkError
from mailsetup.model import Attempt, Learned, SourceName, Status
from mailsetup.net.interface import Network, Request, Target
from mailsetup.net.trace import traced
from mailsetup.testing import FakeNetwork, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.anyio


def recorded(
    dns: Mapping[str, str | list[str]] | None = None,
    pages: Mapping[str, Page | bytes | str | int] | None = None,
    transcripts: Mapping[str, str] | None = None,
) -> tuple[Network, list[Attempt]]:
    """Make a traced fake network whose clock ticks once a look, and its record."""
    attempts: list[Attempt] = []
    ticks = count()
    fake = FakeNetwork(dns, pages, transcripts)
    network = traced(fake, source=SourceName.SRV, clock=lambda: float(next(ticks)), record=attempts.append)
    return network, attempts


@pytest.mark.parametrize(
    ("word", "outcome", "reason"),
    [
        ("10 mx.example", Status.FOUND, ""),
        ("NODATA", Status.ABSENT, "no-record"),
        ("NXDOMAIN", Status.ABSENT, "nxdomain"),
        ("SERVFAIL", Status.UNREACHABLE, "dns-servfail"),
        ("TIMED-OUT", Status.UNREACHABLE, "dns-timed-out"),
        ("REFUSED", Status.UNREACHABLE, "dns-refused"),
        ("BOGUS", Status.REFUSED, "dns-bogus"),
    ],
)
async def test_a_dns_question_is_an_attempt(word: str, outcome: Status, reason: str) -> None:
    """Name and type are recorded, and that the resolver has learned the domain (SRV-19, SEC-10)."""
    network, attempts = recorded({"corp.example MX": word})
    await network.resolver.resolve("corp.example", "MX")
    [attempt] = attempts
    assert attempt == Attempt(
        source=SourceName.SRV,
        asked="corp.example MX",
        outcome=outcome,
        reason=reason,
        started=0.0,
        elapsed=1.0,
        learned=Learned.DOMAIN,
        told="resolver",
    )


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, Status.FOUND, ""),
        (207, Status.FOUND, ""),
        (204, Status.ABSENT, "http-204"),
        (401, Status.ABSENT, "http-401"),
        (403, Status.ABSENT, "http-403"),
        (404, Status.ABSENT, "http-404"),
        (410, Status.ABSENT, "http-410"),
        (429, Status.UNREACHABLE, "http-429"),
        (500, Status.UNREACHABLE, "http-500"),
        (503, Status.UNREACHABLE, "http-503"),
    ],
)
async def test_an_http_status_has_a_meaning(status: int, outcome: Status, reason: str) -> None:
    """What a status says about the document is recorded with it."""
    network, attempts = recorded(pages={"https://a.example/x": Page("body", status)})
    await network.fetcher.fetch(Request("https://a.example/x", learned=Learned.ADDRESS))
    [attempt] = attempts
    assert (attempt.asked, attempt.outcome, attempt.reason) == ("https://a.example/x", outcome, reason)
    assert (attempt.learned, attempt.told) == (Learned.ADDRESS, "a.example")


async def test_every_hop_is_an_attempt_of_its_own() -> None:
    """Each host on the way is named, and the response still knows all hops (SEC-05)."""
    network, attempts = recorded(
        pages={"https://a.example/": Page.redirect("https://b.example/"), "https://b.example/": "there"}
    )
    response = await network.fetcher.fetch(Request("https://a.example/"))
    assert response.hops == ("https://a.example/", "https://b.example/")
    assert [(each.told, each.outcome, each.reason) for each in attempts] == [
        ("a.example", Status.FOUND, "http-302"),
        ("b.example", Status.FOUND, ""),
    ]


async def test_a_failure_is_recorded_with_its_reason() -> None:
    """Network failures keep reason and sentence, and go on to the caller."""
    network, attempts = recorded(pages={"https://a.example/": Page(fault="certificate-expired")})
    with pytest.raises(NetworkError):
        await network.fetcher.fetch(Request("https://a.example/", "POST"))
    [attempt] = attempts
    assert (attempt.asked, attempt.outcome, attempt.reason) == (
        "POST https://a.example/",
        Status.UNUSABLE,
        "certificate-expired",
    )
    assert attempt.detail


async def test_a_connection_tells_nobody_anything() -> None:
    """Connecting is recorded with host and port; it says nothing about the user (SEC-10)."""
    network, attempts = recorded(
        transcripts={"mail.example:993": "S: * OK\n", "mail.example:995": "connection-refused"}
    )
    await (await network.connector.connect(Target("mail.example", 993, tls=True))).aclose()
    with pytest.raises(NetworkError):
        await network.connector.connect(Target("mail.example", 995, tls=True))
    assert [(each.asked, each.outcome, each.reason) for each in attempts] == [
        ("mail.example:993", Status.FOUND, ""),
        ("mail.example:995", Status.UNREACHABLE, "connection-refused"),
    ]
    assert {(each.learned, each.told) for each in attempts} == {(Learned.NOTHING, "mail.example")}


async def test_a_question_that_nobody_waits_for_is_recorded_too() -> None:
    """Who was asked has learned it, whether or not the answer was waited for (SEC-10)."""
    network, attempts = recorded(pages={"https://a.example/": Page(fault="hangs")})
    with anyio.move_on_after(0.01):
        await network.fetcher.fetch(Request("https://a.example/"))
    [attempt] = attempts
    assert (attempt.outcome, attempt.reason, attempt.learned) == (Status.UNREACHABLE, "cut-short", Learned.DOMAIN)


@pytest.mark.parametrize(
    ("fault", "learned"),
    [
        ("connection-refused", Learned.NOTHING),
        ("nxdomain", Learned.NOTHING),
        ("certificate-expired", Learned.DOMAIN),
        ("timed-out", Learned.ADDRESS),
        (None, Learned.ADDRESS),
    ],
)
async def test_nobody_is_said_to_have_learned_what_was_never_sent(fault: str | None, learned: Learned) -> None:
    """The privacy ledger is about what left this machine: a refused connection carried nothing (SEC-10)."""
    url = "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=kim%40corp.example"
    attempts: list[Attempt] = []
    pages = {} if fault == "nxdomain" else {url: Page(fault=fault) if fault else "<clientConfig/>"}
    network = traced(FakeNetwork(pages=pages), source="autoconfig", clock=lambda: 0.0, record=attempts.append)
    with contextlib.suppress(NetworkError):
        await network.fetcher.fetch(Request(url, learned=Learned.ADDRESS))
    assert [attempt.learned for attempt in attempts] == [learned]
