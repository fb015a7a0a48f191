"""Autoconfig at the domain: which places are asked, which one wins, what every fault amounts to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import NetworkError
from mailsetup.model import Learned, SourceName, Status, Trust
from mailsetup.net.failures import MEANINGS
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask, autoconfig

if TYPE_CHECKING:
    from mailsetup.model import Finding

pytestmark = pytest.mark.anyio

FIRST = "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=kim%40corp.example"
FIRST_WITHOUT_ADDRESS = "https://autoconfig.corp.example/mail/config-v1.1.xml"
WELL_KNOWN = "https://corp.example/.well-known/autoconfig/mail/config-v1.1.xml"
HTTP = "http://autoconfig.corp.example/mail/config-v1.1.xml"


async def find(network: FakeNetwork, **options: object) -> Finding:
    """Ask the source."""
    return await ask(SourceName.AUTOCONFIG, network, **options)  # type: ignore[arg-type]  # passed on as they are


async def test_a_document_at_the_domain_is_authenticated() -> None:
    """The domain's own document over https has trust 3, and the place it came from is on record (AC-01, TRUST-04)."""
    finding = await find(FakeNetwork(pages={FIRST: autoconfig()}))
    assert [(s.protocol, s.hostname, s.port, s.trust, s.sources) for s in finding.servers] == [
        ("imap", "mail.corp.example", 993, Trust.AUTHENTICATED, ("autoconfig",)),
        ("smtp", "mail.corp.example", 465, Trust.AUTHENTICATED, ("autoconfig",)),
    ]
    assert finding.servers[0].provenance == (FIRST,)
    assert finding.servers[0].username == "kim@corp.example"


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("a+b&c@corp.example", "a%2Bb%26c%40corp.example"),
        ("o'brien@corp.example", "o%27brien%40corp.example"),
        ("jürgen@corp.example", "j%C3%BCrgen%40corp.example"),
        ("%EMAILDOMAIN%@corp.example", "%25EMAILDOMAIN%25%40corp.example"),
    ],
)
async def test_the_address_is_percent_encoded(address: str, query: str) -> None:
    """Nothing but unreserved characters stays as it was typed (AC-20)."""
    network = FakeNetwork(pages={WELL_KNOWN: 404})
    await find(network, address=address)
    assert f"GET https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress={query}" in network.asked


async def test_only_the_first_place_learns_the_address() -> None:
    """The well-known path and the http place have no query (AC-02, AC-03); the ledger knows who learned what."""
    network = FakeNetwork(pages={WELL_KNOWN: 404})
    await find(network, allow_http=True)
    assert {request.url: request.learned for request in network.requests} == {
        FIRST: Learned.ADDRESS,
        WELL_KNOWN: Learned.DOMAIN,
        HTTP: Learned.DOMAIN,
    }


async def test_the_address_is_withheld_on_request() -> None:
    """With ``share_address`` off no request holds it (AC-01, SEC-10)."""
    network = FakeNetwork(pages={FIRST_WITHOUT_ADDRESS: autoconfig()})
    finding = await find(network, share_address=False)
    assert finding.status is Status.FOUND
    assert not [asked for asked in network.asked if "kim" in asked]


async def test_the_first_place_wins_though_it_is_slower() -> None:
    """A better place that answers within the grace time beats a faster one (AC-04)."""
    network = FakeNetwork(
        pages={FIRST: Page(autoconfig("first.corp.example"), delay=0.2), WELL_KNOWN: autoconfig("second.corp.example")}
    )
    finding = await find(network)
    assert finding.servers[0].hostname == "first.corp.example"


async def test_a_silent_first_place_is_not_waited_for() -> None:
    """A black hole at the better place costs the grace time and no more (AC-04, OPS-02)."""
    network = FakeNetwork(pages={FIRST: Page(fault="hangs"), WELL_KNOWN: autoconfig("second.corp.example")})
    finding = await find(network, grace=0.05)
    assert finding.servers[0].hostname == "second.corp.example"


async def test_a_found_first_place_ends_the_other_question() -> None:
    """Nobody waits for the lower place once the higher one has a document (AC-05)."""
    finding = await find(FakeNetwork(pages={FIRST: autoconfig(), WELL_KNOWN: Page(fault="hangs")}))
    assert finding.status is Status.FOUND


async def test_a_broken_first_place_leaves_the_second() -> None:
    """An invalid document at the first place does not hide a valid one, and is told as a problem (AC-04, AC-31)."""
    network = FakeNetwork(pages={FIRST: autoconfig()[:300], WELL_KNOWN: autoconfig("second.corp.example")})
    finding = await find(network)
    assert finding.servers[0].hostname == "second.corp.example"
    assert [told.code for told in finding.problems] == ["document-unusable"]
    assert "kim" not in finding.problems[0].message


async def test_a_web_page_at_the_first_place_leaves_the_second() -> None:
    """A page with status 200 is "nothing published", and hides nothing (AC-21)."""
    network = FakeNetwork(pages={FIRST: PARKED, WELL_KNOWN: autoconfig("second.corp.example")})
    finding = await find(network)
    assert finding.servers[0].hostname == "second.corp.example"
    assert finding.problems == ()


async def test_http_is_not_asked_by_default() -> None:
    """Without ``allow_http`` nothing goes out in clear text (AC-03, SEC-05)."""
    network = FakeNetwork(pages={HTTP: autoconfig()})
    finding = await find(network)
    assert finding.status is not Status.FOUND
    assert not [asked for asked in network.asked if "http://" in asked]


async def test_http_is_the_last_resort_and_is_never_trusted() -> None:
    """With ``allow_http`` the http place is asked after both others, and its answer has trust 0 (AC-03, TRUST-09)."""
    network = FakeNetwork(pages={HTTP: autoconfig()})
    finding = await find(network, allow_http=True)
    assert {server.trust for server in finding.servers} == {Trust.CLEARTEXT}
    assert network.asked[-1] == f"GET {HTTP}"


async def test_http_is_not_asked_when_https_answers() -> None:
    """Inside one mechanism https is preferred to http, however fast http is (AC-06)."""
    network = FakeNetwork(
        pages={WELL_KNOWN: Page(autoconfig(), delay=0.1), HTTP: autoconfig("evil.example"), FIRST: 404}
    )
    finding = await find(network, allow_http=True)
    assert finding.servers[0].hostname == "mail.corp.example"
    assert f"GET {HTTP}" not in network.asked


async def test_a_redirect_from_http_to_https_stays_cleartext() -> None:
    """One http hop anywhere makes the answer cleartext (AC-07)."""
    network = FakeNetwork(
        pages={HTTP: Page.redirect("https://evil.example/x"), "https://evil.example/x": autoconfig("evil.example")}
    )
    finding = await find(network, allow_http=True)
    assert {server.trust for server in finding.servers} == {Trust.CLEARTEXT}
    assert finding.servers[0].provenance == (HTTP, "https://evil.example/x")


async def test_an_https_redirect_keeps_the_trust_of_its_origin() -> None:
    """The domain said over https where its document is, so trust stays 3 and each hop is named (TRUST-04)."""
    target = "https://cdn.example/corp.xml"
    network = FakeNetwork(pages={FIRST: Page.redirect(target), target: autoconfig()})
    finding = await find(network)
    assert {server.trust for server in finding.servers} == {Trust.AUTHENTICATED}
    assert finding.servers[0].provenance == (FIRST, target)


async def test_a_redirect_cannot_carry_the_address_away() -> None:
    """A hoster's redirect with the query is not taken; asked without the address it gives the document (SEC-10)."""
    host = "https://autoconfig.hoster.example/mail/config-v1.1.xml"
    network = FakeNetwork(
        pages={
            FIRST: Page.redirect(f"{host}?emailaddress=kim%40corp.example"),
            FIRST_WITHOUT_ADDRESS: Page.redirect(host),
            host: autoconfig("imap.hoster.example"),
        }
    )
    finding = await find(network)
    assert finding.servers[0].provenance == (FIRST_WITHOUT_ADDRESS, host)
    assert not [asked for asked in network.asked if "hoster.example" in asked and "kim" in asked]
    assert {r.learned for r in network.requests if "hoster.example" in r.url} == {Learned.DOMAIN}


async def test_a_redirect_inside_the_domain_may_carry_the_address() -> None:
    """Another host of the same registrable domain is the domain itself (SEC-10)."""
    host = "https://www.corp.example/config.xml?emailaddress=kim%40corp.example"
    finding = await find(FakeNetwork(pages={FIRST: Page.redirect(host), host: autoconfig()}))
    assert finding.servers[0].provenance == (FIRST, host)


@pytest.mark.parametrize(
    ("page", "status", "reason"),
    [
        (404, Status.ABSENT, "http-404"),
        (401, Status.ABSENT, "http-401"),
        (403, Status.ABSENT, "http-403"),
        (204, Status.ABSENT, "http-204"),
        (500, Status.UNREACHABLE, "http-500"),
        (429, Status.UNREACHABLE, "http-429"),
        (PARKED, Status.ABSENT, "not-config"),
        ("", Status.ABSENT, "empty"),
        ("User-agent: *", Status.ABSENT, "not-config"),
        (autoconfig()[:300], Status.UNUSABLE, "malformed"),
        (autoconfig().encode().replace(b"Corp", b"\xff\xfe"), Status.UNUSABLE, "malformed"),
        ("<!DOCTYPE clientConfig SYSTEM 'x'>" + autoconfig()[39:], Status.UNUSABLE, "dtd-refused"),
        ("<clientConfig version='1.1'/>", Status.UNUSABLE, "nothing-usable"),
        (b"x" * 300_000, Status.UNUSABLE, "too-large"),
        (Page.redirect(FIRST), Status.UNUSABLE, "redirect-loop"),
        (Page.redirect("http://corp.example/"), Status.REFUSED, "redirect-to-http"),
        (Page.redirect("https://["), Status.UNUSABLE, "bad-redirect"),
    ],
)
async def test_every_bad_answer_has_its_reason(page: Page | str | bytes | int, status: Status, reason: str) -> None:
    """Whatever is served in place of a document ends as a finding that says what it was (AC-15, AC-21, AC-22)."""
    finding = await find(FakeNetwork(pages={FIRST: page, WELL_KNOWN: 404}))
    assert (finding.status, finding.reason) == (status, reason)
    assert not finding.servers


@pytest.mark.parametrize("fault", sorted(MEANINGS))
async def test_every_network_fault_has_its_reason(fault: str) -> None:
    """Certificates, time-outs, resets: each is that finding's reason, and never an exception (AC-31, TLS-13)."""
    finding = await find(FakeNetwork(pages={FIRST: Page(fault=fault), WELL_KNOWN: Page(fault=fault)}))
    assert (finding.status, finding.reason) == (MEANINGS[fault].status, fault)


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("SERVFAIL", Status.UNREACHABLE, "dns-servfail"),
        ("BOGUS", Status.REFUSED, "dns-bogus"),
        ("TIMED-OUT", Status.UNREACHABLE, "dns-timed-out"),
    ],
)
async def test_unhappy_names_have_their_reason(word: str, status: Status, reason: str) -> None:
    """A name that cannot be resolved is not a name that does not exist (SRV-19)."""
    finding = await find(FakeNetwork({"autoconfig.corp.example A": word}))
    assert (finding.status, finding.reason) == (status, reason)


async def test_nothing_published_is_a_definite_no() -> None:
    """A domain without these names is told as absent (SRV-19)."""
    finding = await find(FakeNetwork())
    assert (finding.status, finding.reason) == (Status.ABSENT, "nxdomain")


async def test_no_credential_is_ever_sent() -> None:
    """A server that asks for a login gets no second request (AC-15)."""
    challenge = Page(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    network = FakeNetwork(pages={FIRST: challenge, WELL_KNOWN: challenge})
    await find(network)
    assert sorted(network.asked) == sorted([f"GET {FIRST}", f"GET {WELL_KNOWN}"])
    assert not [request for request in network.requests if "authorization" in map(str.lower, request.headers)]


async def test_a_hosters_name_is_asked_once_and_learns_no_address() -> None:
    """In the second wave only the first place is asked, without the address, and the ceiling holds (AC-11, AC-12)."""
    url = "https://autoconfig.hoster.example/mail/config-v1.1.xml"
    network = FakeNetwork(pages={url: autoconfig("imap.hoster.example")})
    via = ("MX corp.example → mx.hoster.example",)
    finding = await find(
        network, domain="hoster.example", ceiling=Trust.UNAUTHENTICATED, via=via, allow_http=True, share_address=True
    )
    assert network.asked == [f"GET {url}"]
    assert {server.trust for server in finding.servers} == {Trust.UNAUTHENTICATED}
    assert finding.servers[0].provenance == (*via, url)
    assert finding.servers[0].needs_consent


async def test_no_name_is_made_below_a_public_suffix() -> None:
    """``autoconfig.co.uk`` could be anybody's, so it is never asked (SEC-03)."""
    network = FakeNetwork(pages={"https://autoconfig.co.uk/mail/config-v1.1.xml": autoconfig()})
    with pytest.raises(NetworkError) as caught:
        await find(network, address="kim@co.uk")
    assert (caught.value.reason, caught.value.status) == ("public-suffix", Status.REFUSED)
    assert network.asked == []


async def test_an_internationalised_domain_is_asked_in_a_labels() -> None:
    """Names and the address on the wire are A-labels; the user name is what was typed (EAI-02, EAI-09)."""
    first = "https://autoconfig.xn--fa-hia.example/mail/config-v1.1.xml?emailaddress=kim%40xn--fa-hia.example"
    finding = await find(FakeNetwork(pages={first: autoconfig()}), address="kim@faß.example")
    assert finding.servers[0].username == "kim@faß.example"


async def test_entries_left_out_are_told() -> None:
    """One broken entry costs itself; the rest is taken and the loss is told (AC-31)."""
    broken = '<incomingServer type="imap"><hostname>x.corp.example</hostname><port>abc</port></incomingServer>'
    document = autoconfig().replace('<incomingServer type="imap">', broken + '<incomingServer type="imap">', 1)
    finding = await find(FakeNetwork(pages={FIRST: document}))
    assert len(finding.servers) == 2
    assert [(told.code, told.arguments["count"]) for told in finding.problems] == [("entries-ignored", "1")]


async def test_the_password_of_a_document_is_never_taken() -> None:
    """A password in a network file leaves no trace (AC-51, SEC-04)."""
    document = autoconfig().replace("<username>", "<password>hunter2</password><username>", 1)
    finding = await find(FakeNetwork(pages={FIRST: document}))
    assert finding.status is Status.FOUND
    assert "hunter2" not in finding.model_dump_json()
