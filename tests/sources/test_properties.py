"""Whatever the network says, a source ends with a finding or a ``NetworkError``, and tells nobody more than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.errors import NetworkError
from mailsetup.formats import pacc
from mailsetup.model import Finding, Learned, SourceName, Status, Trust
from mailsetup.names import registrable_domain
from mailsetup.sources import NETWORK_SOURCES
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask, autoconfig
from tests.sources.test_autodiscover import MAIL, redirect_address, redirect_url

if TYPE_CHECKING:
    from mailsetup.model import Server, Service

SOURCES = sorted(set(NETWORK_SOURCES) - {SourceName.GUESS})
"""Guessing has tests of its own, with the prober."""

OWN = "corp.example"
HOSTS = ("", "autoconfig.", "autodiscover.", "ua-auto-config.", "mta-sts.")
PATHS = (
    "/mail/config-v1.1.xml",
    "/mail/config-v1.1.xml?emailaddress=kim%40corp.example",
    "/.well-known/autoconfig/mail/config-v1.1.xml",
    "/.well-known/user-agent-configuration.json",
    "/.well-known/mta-sts.txt",
    "/.well-known/jmap",
    "/.well-known/caldav",
    "/autodiscover/autodiscover.xml",
    "/autodiscover/autodiscover.json/v1.0/kim@corp.example?Protocol=AutodiscoverV1",
)
URLS = [f"https://{host}{OWN}{path}" for host in HOSTS for path in PATHS]
URLS += ["https://v1.ispdb.net/corp.example", "https://files.example/x"]

TELLING = [url for url in URLS if "kim" in url or url.endswith("autodiscover.xml")]
"""Places that are told the address."""

LOCATIONS = [*(url for url in URLS if "kim" not in url), "http://corp.example/", "https://evil.example/", "//", ""]
"""Where redirects lead: in circles, out of the domain, to http, nowhere."""

LEAKS = [Page.redirect(url) for url in (*TELLING, "https://evil.example/x?kim@corp.example")]
"""What a server that was told the address might do with it."""

bodies = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([autoconfig(), PARKED, MAIL, "{}", '{"Url": "https://evil.example/x", "Protocol": "Ews"}']).map(
        str.encode
    ),
    st.sampled_from(LOCATIONS).map(lambda url: redirect_url(url).encode()),
    st.sampled_from(["kim@evil.example", "k@sub.corp.example", "kim@corp.example"]).map(
        lambda address: redirect_address(address).encode()
    ),
)
web_pages = st.one_of(
    st.builds(Page, bodies, st.sampled_from([200, 200, 200, 204, 207, 302, 400, 401, 404, 500])),
    st.sampled_from(LOCATIONS).map(Page.redirect),
    st.sampled_from(["timed-out", "certificate-expired", "connection-reset"]).map(lambda fault: Page(fault=fault)),
)
pages = st.builds(
    lambda pages, leaks: pages | leaks,
    st.dictionaries(st.sampled_from(URLS), web_pages, max_size=8),
    st.dictionaries(st.sampled_from(TELLING), st.sampled_from(LEAKS), max_size=3),
)

targets = st.sampled_from(["mail.corp.example", "evil.example", "192.0.2.1", ".", "co.uk", "a_b.example", "x"])
zones = st.fixed_dictionaries(
    {},
    optional={
        "corp.example MX": st.lists(targets.map("10 {}".format), min_size=1, max_size=3),
        "corp.example TXT": st.sampled_from(
            [
                '"v=spf1 include:_spf.google.com -all"',
                '"mailconf=https://files.example/x"',
                '"mailconf=http://x/"',
                "BOGUS",
            ]
        ).map(lambda text: [text]),
        "_mta-sts.corp.example TXT": st.just(['"v=STSv1; id=1"']),
        "_ua-auto-config.corp.example TXT": st.just([f'"{pacc.record(b"{}")}"']),
        "_imaps._tcp.corp.example SRV": st.lists(targets.map("0 0 993 {}".format), min_size=1, max_size=3),
        "_jmap._tcp.corp.example SRV": st.lists(targets.map("0 0 8443 {}".format), min_size=1, max_size=2),
        "_autodiscover._tcp.corp.example SRV": st.lists(targets.map("0 0 443 {}".format), min_size=1, max_size=2),
        "autodiscover.corp.example CNAME": st.just(["autodiscover.outlook.com"]),
        "mail.corp.example A": st.just(["192.0.2.9"]),
    },
)


@pytest.mark.parametrize("source", SOURCES)
@given(zone=zones, web=pages, secure=st.booleans(), allow_http=st.booleans(), share=st.booleans())
def test_any_network_gives_a_finding(
    source: SourceName,
    *,
    zone: dict[str, list[str]],
    web: dict[str, Page],
    secure: bool,
    allow_http: bool,
    share: bool,
) -> None:
    """Any mixture of records, pages, redirects and faults is an outcome, and privacy holds (SEC-05, SEC-10)."""
    network = FakeNetwork(zone, web, secure=[OWN] if secure else [])

    async def run() -> Finding:
        return await ask(source, network, allow_http=allow_http, share_address=share, grace=0.01)

    try:
        finding = anyio.run(run)
    except NetworkError as error:
        finding = Finding(status=error.status or Status.UNREACHABLE, reason=error.reason)
    assert finding.reason or finding.status is Status.FOUND
    assert bool(finding.reason) or finding.servers or finding.services or finding.provider
    claims: list[Server | Service] = [*finding.servers, *finding.services]
    for claim in claims:
        assert claim.sources == (source,)
        assert claim.provenance
        cleartext = any(hop.startswith("http://") for hop in claim.provenance)
        assert not cleartext or claim.trust is Trust.CLEARTEXT
    _check_privacy(network, allow_http=allow_http, share=share)


def _check_privacy(network: FakeNetwork, *, allow_http: bool, share: bool) -> None:
    for request in network.requests:
        parts = urlsplit(request.url)
        assert parts.scheme == "https" or allow_http
        tells = "kim" in unquote(request.url) or b"kim" in request.body
        if tells:
            assert share
            assert parts.scheme == "https"
            assert registrable_domain(parts.hostname or "") == OWN
            assert request.learned is Learned.ADDRESS
        assert request.learned is not Learned.ADDRESS or registrable_domain(parts.hostname or "") == OWN


@pytest.mark.parametrize("source", SOURCES)
@given(
    local=st.from_regex(r"[a-z][a-z0-9+&'=/-]{4,12}q", fullmatch=True),
    domain=st.sampled_from(["corp.example", "a.corp.example", "faß.example", "corp.co.uk", "co.uk", "github.io"]),
)
def test_nobody_else_learns_the_address(source: SourceName, local: str, domain: str) -> None:
    """On an empty network every question about the address goes to the domain itself, none below a suffix (SEC-03)."""
    address = Address.parse(f"{local}@{domain}")
    network = FakeNetwork(
        {f"{address.domain} MX": "10 mx.hoster.example"},
        {f"https://{address.domain}/": 404, "https://v1.ispdb.net/": 404},
    )

    async def run() -> None:
        await ask(source, network, address=str(address), allow_http=True, grace=0.01)

    try:
        anyio.run(run)
    except NetworkError as error:
        assert error.reason  # noqa: PT017  (whatever it was, what counts is what went out)
    own = registrable_domain(address.domain)
    for request in network.requests:
        host = urlsplit(request.url).hostname or ""
        if local in unquote(request.url) or local.encode() in request.body:
            assert own is not None
            assert registrable_domain(host) == own
        assert host in (address.domain, "v1.ispdb.net") or registrable_domain(address.domain) is not None
