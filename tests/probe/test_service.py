"""Services behind a URL, proven without credentials."""

from __future__ import annotations

import pytest

from mailsetup.model import Outcome, Protocol, Security, Service
from mailsetup.prober import probe_service
from mailsetup.testing import FakeNetwork, Page

pytestmark = pytest.mark.anyio

URL = "https://dav.corp.example/dav/"
CHALLENGE = Page(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
SESSION = '{"capabilities": {"urn:ietf:params:jmap:core": {}}}'


@pytest.mark.parametrize(
    ("protocol", "page", "outcome"),
    [
        (Protocol.CALDAV, CHALLENGE, Outcome.CONFIRMED),
        (Protocol.CARDDAV, Page(status=207, body="<multistatus xmlns='DAV:'/>"), Outcome.CONFIRMED),
        (Protocol.JMAP, CHALLENGE, Outcome.CONFIRMED),
        (Protocol.JMAP, Page(body=SESSION), Outcome.CONFIRMED),
        (Protocol.EWS, CHALLENGE, Outcome.CONFIRMED),
        (Protocol.ACTIVESYNC, CHALLENGE, Outcome.CONFIRMED),
        (Protocol.JMAP, Page(body="<html>Welcome</html>"), Outcome.WRONG_PROTOCOL),
        (Protocol.JMAP, Page(body="[]"), Outcome.WRONG_PROTOCOL),
        (Protocol.JMAP, Page(body='{"capabilities": []}'), Outcome.WRONG_PROTOCOL),
        (Protocol.CALDAV, Page(body="<html>Welcome</html>"), Outcome.WRONG_PROTOCOL),
        (Protocol.JMAP, Page(status=207), Outcome.WRONG_PROTOCOL),
        (Protocol.CALDAV, Page(status=404), Outcome.WRONG_PROTOCOL),
        (Protocol.CALDAV, Page(status=405), Outcome.WRONG_PROTOCOL),
        (Protocol.CALDAV, Page(status=503), Outcome.SERVER_REFUSED),
        (Protocol.CALDAV, Page(status=403), Outcome.SERVER_REFUSED),
        (Protocol.CALDAV, Page(fault="certificate-expired"), Outcome.CERTIFICATE_EXPIRED),
        (Protocol.CALDAV, Page(fault="connection-refused"), Outcome.CONNECTION_REFUSED),
        (Protocol.CALDAV, Page(fault="hangs"), Outcome.TIMEOUT),
    ],
)
async def test_what_an_answer_shows(protocol: Protocol, page: Page, outcome: Outcome) -> None:
    """401 or a protocol answer proves the service; a friendly web page does not (DAV-05, DAV-11, AC-21)."""
    probe = await probe_service(
        Service(protocol=protocol, url=URL), network=FakeNetwork(pages={URL: page}), deadline=0.3
    )
    assert probe.outcome is outcome
    assert probe.detail


async def test_a_dav_service_is_asked_who_we_are() -> None:
    """PROPFIND, depth 0, for the current user's principal; no credentials, and nothing about the user (DAV-05)."""
    network = FakeNetwork(pages={URL: CHALLENGE})
    await probe_service(Service(protocol=Protocol.CALDAV, url=URL, username="kim"), network=network)
    request = network.requests[0]
    assert request.method == "PROPFIND"
    assert request.headers["Depth"] == "0"
    assert b"current-user-principal" in request.body
    assert b"kim" not in request.body
    assert "authorization" not in {name.lower() for name in request.headers}


async def test_redirects_of_well_known_are_followed() -> None:
    """From /.well-known/caldav to the real place, still as PROPFIND (DAV-04, DAV-05)."""
    start = "https://corp.example/.well-known/caldav"
    network = FakeNetwork(pages={start: Page(status=301, headers={"Location": URL}), URL: CHALLENGE})
    probe = await probe_service(Service(protocol=Protocol.CALDAV, url=start), network=network)
    assert probe.outcome is Outcome.CONFIRMED
    assert [request.method for request in network.requests] == ["PROPFIND", "PROPFIND"]


@pytest.mark.parametrize("url", ["http://dav.corp.example/", "ftp://x.example/"])
async def test_nothing_is_asked_without_https(url: str) -> None:
    """A service over http is not even asked."""
    network = FakeNetwork()
    probe = await probe_service(Service(protocol=Protocol.CALDAV, url=url), network=network)
    assert probe.outcome is Outcome.POLICY
    assert network.asked == []


async def test_a_host_and_port_is_probed_like_a_server() -> None:
    """ManageSieve has no URL."""
    text = (
        'S: "IMPLEMENTATION" "x"\nS: "STARTTLS"\nS: OK\nC: STARTTLS\nS: OK\n<tls>\n'
        'S: "IMPLEMENTATION" "x"\nS: "SASL" "PLAIN"\nS: OK\nC: LOGOUT'
    )
    network = FakeNetwork(transcripts={"sieve.corp.example:4190": text})
    service = Service(
        protocol=Protocol.MANAGESIEVE, hostname="sieve.corp.example", port=4190, security=Security.STARTTLS
    )
    assert (await probe_service(service, network=network)).outcome is Outcome.CONFIRMED


async def test_a_service_without_a_place() -> None:
    """Neither URL nor host and port: nobody to ask."""
    assert (await probe_service(Service(protocol=Protocol.CALDAV), network=FakeNetwork())).outcome is Outcome.POLICY
