"""Exchange Autodiscover without a credential: where the address may go, where answers may lead, and when it stops."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import NetworkError
from mailsetup.model import Auth, Learned, SourceName, Status, Trust
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask

if TYPE_CHECKING:
    from mailsetup.model import Finding

pytestmark = pytest.mark.anyio

PATH = "/autodiscover/autodiscover.xml"
B1 = f"https://corp.example{PATH}"
B2 = f"https://autodiscover.corp.example{PATH}"
HTTP = f"http://autodiscover.corp.example{PATH}"
SRV = "_autodiscover._tcp.corp.example SRV"


async def find(network: FakeNetwork, **options: object) -> Finding:
    """Ask the source."""
    return await ask(SourceName.AUTODISCOVER, network, **options)  # type: ignore[arg-type]  # passed on as they are


def response(inner: str) -> str:
    """Write the envelope of a POX response."""
    return (
        '<?xml version="1.0"?>'
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
        f"{inner}</Response></Autodiscover>"
    )


def protocol(kind: str, host: str, port: int, *, extra: str = "") -> str:
    """Write one mail section."""
    return f"<Protocol><Type>{kind}</Type><Server>{host}</Server><Port>{port}</Port>{extra}</Protocol>"


def settings(*protocols: str) -> str:
    """Write settings."""
    return response(f"<Account><AccountType>email</AccountType><Action>settings</Action>{''.join(protocols)}</Account>")


MAIL = settings(protocol("IMAP", "mail.corp.example", 993), protocol("SMTP", "mail.corp.example", 587))


def redirect_url(url: str) -> str:
    """Write a redirect to another URL."""
    return response(f"<Account><Action>redirectUrl</Action><RedirectUrl>{url}</RedirectUrl></Account>")


def redirect_address(address: str) -> str:
    """Write a redirect to another address."""
    return response(f"<Account><Action>redirectAddr</Action><RedirectAddr>{address}</RedirectAddr></Account>")


def posts(network: FakeNetwork) -> list[str]:
    """Give the URLs that the address was posted to, in order."""
    return [request.url for request in network.requests if request.method == "POST"]


async def test_a_server_that_tells_everybody_is_believed() -> None:
    """Settings over https from the domain's own host have trust 3 (TRUST-10)."""
    finding = await find(FakeNetwork(pages={B2: MAIL}))
    assert [(s.protocol, s.hostname, s.port, s.security, s.trust, s.username) for s in finding.servers] == [
        ("imap", "mail.corp.example", 993, "tls", Trust.AUTHENTICATED, "kim@corp.example"),
        ("smtp", "mail.corp.example", 587, "starttls", Trust.AUTHENTICATED, "kim@corp.example"),
    ]
    assert finding.servers[0].provenance == (B2,)


async def test_every_question_is_on_record_and_without_a_credential() -> None:
    """Each request says that it tells the address, and none carries a login (SEC-10, PROBE-01)."""
    network = FakeNetwork(pages={B2: MAIL})
    await find(network)
    assert {request.learned for request in network.requests} == {Learned.ADDRESS}
    assert {request.url.split("/")[2] for request in network.requests} <= {"corp.example", "autodiscover.corp.example"}
    assert not [r for r in network.requests if "authorization" in map(str.lower, r.headers)]


async def test_nothing_is_asked_when_the_address_stays_here() -> None:
    """Without ``share_address`` there is no question at all (SEC-10)."""
    network = FakeNetwork(pages={B2: MAIL})
    finding = await find(network, share_address=False)
    assert (finding.status, finding.reason, network.asked) == (Status.REFUSED, "address-not-shared", [])


async def test_no_name_is_made_below_a_public_suffix() -> None:
    """``autodiscover.co.uk`` is anybody's: the leak of 2021 (SEC-03)."""
    network = FakeNetwork(pages={f"https://autodiscover.co.uk{PATH}": MAIL})
    with pytest.raises(NetworkError, match="public-suffix"):
        await find(network, address="kim@co.uk")
    assert network.asked == []


async def test_no_step_up_to_the_parent_domain() -> None:
    """From ``a.b.example`` nothing is asked of ``b.example`` (autodiscover.md 1, SEC-03)."""
    network = FakeNetwork(pages={f"https://autodiscover.b.example{PATH}": MAIL})
    await find(network, address="kim@a.b.example")
    assert not [asked for asked in network.asked if "autodiscover.b.example" in asked]


@pytest.mark.parametrize("location", ["https://evil.example/autodiscover/autodiscover.xml", "https://com/x"])
async def test_the_http_step_gives_a_redirect_and_nothing_else(location: str) -> None:
    """One GET without address or body; a redirect to another domain is told and never asked (AD-T1, TRUST-11)."""
    network = FakeNetwork(pages={HTTP: Page.redirect(location), location: MAIL, B2: 404})
    finding = await find(network, allow_http=True)
    clear = [request for request in network.requests if request.url.startswith("http://")]
    assert [(request.method, request.body, request.learned) for request in clear] == [("GET", b"", Learned.DOMAIN)]
    assert (finding.status, finding.reason) == (Status.REFUSED, "other-domain")
    assert [told.code for told in finding.problems] == ["exchange-elsewhere"]
    assert not [asked for asked in network.asked if location in asked]


async def test_the_http_step_is_off_by_default() -> None:
    """Without ``allow_http`` nothing goes out in clear text (SEC-05)."""
    network = FakeNetwork(pages={HTTP: Page.redirect(B1), B2: 404})
    await find(network)
    assert not [asked for asked in network.asked if "http://" in asked]


async def test_what_http_led_to_is_cleartext() -> None:
    """A redirect by http inside the domain may be asked, and its answer has trust 0 (TRUST-11)."""
    other = f"https://mail.corp.example{PATH}"
    finding = await find(FakeNetwork(pages={HTTP: Page.redirect(other), other: MAIL, B2: 404}), allow_http=True)
    assert {server.trust for server in finding.servers} == {Trust.CLEARTEXT}


@pytest.mark.parametrize(
    "page", [Page.redirect("http://corp.example/x"), redirect_url("http://corp.example/x"), redirect_url("nonsense")]
)
async def test_no_redirect_leads_to_http(page: Page | str) -> None:
    """A redirect never becomes http, by status or by document (AD-T2, SEC-05)."""
    network = FakeNetwork(pages={B2: page, "http://corp.example/x": MAIL})
    finding = await find(network)
    assert finding.status in (Status.REFUSED, Status.UNUSABLE)
    assert not [asked for asked in network.asked if "http://" in asked]


async def test_a_ping_pong_of_addresses_ends() -> None:
    """Two domains that send us to each other are asked once each (AD-T3)."""
    sub = f"https://autodiscover.sub.corp.example{PATH}"
    network = FakeNetwork(
        pages={B2: redirect_address("kim@sub.corp.example"), sub: redirect_address("kim@corp.example")}
    )
    finding = await find(network)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "redirect-loop")
    assert len(posts(network)) <= 10
    assert len(set(network.asked)) == len(network.asked), "nothing is asked twice"


async def test_a_long_chain_of_urls_ends() -> None:
    """Ten hops are the limit, whatever the servers say (AD-T3)."""
    pages = {f"https://corp.example/{n}": redirect_url(f"https://corp.example/{n + 1}") for n in range(20)}
    network = FakeNetwork(pages={B2: redirect_url("https://corp.example/0"), **pages})
    finding = await find(network)
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "redirect-loop")
    assert len(posts(network)) == 10


async def test_an_address_of_the_same_organisation_is_followed() -> None:
    """``redirectAddr`` starts again with the other address, whose user name then counts."""
    sub = f"https://autodiscover.sub.corp.example{PATH}"
    network = FakeNetwork(pages={B2: redirect_address("k.im@sub.corp.example"), sub: MAIL})
    finding = await find(network)
    assert finding.servers[0].username == "k.im@sub.corp.example"
    assert b"k.im@sub.corp.example" in next(request.body for request in network.requests if request.url == sub)


async def test_an_address_of_another_organisation_is_told() -> None:
    """The address is not sent to a domain that is not the user's (SEC-10)."""
    network = FakeNetwork(pages={B2: redirect_address("kim@corp.onmicrosoft.com")})
    finding = await find(network)
    assert (finding.status, finding.reason) == (Status.REFUSED, "other-domain")
    assert not [asked for asked in network.asked if "onmicrosoft" in asked]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_repeats_the_post(status: int) -> None:
    """Method and body stay, whatever kind of redirect it is (AD-T4)."""
    target = "https://ex.corp.example/Autodiscover/Autodiscover.xml"
    network = FakeNetwork(pages={B2: Page.redirect(target, status=status), f"POST {target}": MAIL})
    finding = await find(network)
    assert finding.status is Status.FOUND
    again = network.requests[-1]
    assert (again.method, b"kim@corp.example" in again.body) == ("POST", True)
    assert finding.servers[0].provenance == (B2, target)


async def test_nested_sections_are_not_taken_for_servers() -> None:
    """An Exchange section inside ``WEB`` does not hide the IMAP section behind it (AD-T5)."""
    web = (
        "<Protocol><Type>WEB</Type><External><OWAUrl>https://owa.corp.example/</OWAUrl>"
        "<Protocol><Type>EXCH</Type><ASUrl>https://ex.corp.example/EWS/Exchange.asmx</ASUrl></Protocol>"
        "</External></Protocol>"
    )
    finding = await find(FakeNetwork(pages={B2: settings(web, protocol("IMAP", "mail.corp.example", 993))}))
    assert [server.hostname for server in finding.servers] == ["mail.corp.example"]


@pytest.mark.parametrize(
    ("section", "security"),
    [
        (protocol("IMAP", "m.corp.example", 993, extra="<Encryption>TLS</Encryption>"), "tls"),
        (protocol("SMTP", "m.corp.example", 587, extra="<SSL>off</SSL>"), "starttls"),
    ],
)
async def test_tls_is_never_read_as_plaintext(section: str, security: str) -> None:
    """993 with ``TLS`` is implicit, 587 with ``SSL=off`` is STARTTLS, and nothing is ever none (AD-T6, AD-T7)."""
    finding = await find(FakeNetwork(pages={B2: settings(section)}))
    assert {server.security for server in finding.servers} == {security}


@pytest.mark.parametrize(
    ("spa", "auth"), [("", Auth.PASSWORD), ("<SPA>off</SPA>", Auth.PASSWORD), ("<SPA>on</SPA>", Auth.NTLM)]
)
async def test_spa_counts_only_where_it_is_said(spa: str, auth: Auth) -> None:
    """Servers that mean "off" leave it out, so absent is not "on" (AD-T8)."""
    finding = await find(FakeNetwork(pages={B2: settings(protocol("IMAP", "m.corp.example", 993, extra=spa))}))
    assert auth in finding.servers[0].auth


async def test_an_error_with_status_200_is_not_settings() -> None:
    """Code 600 proves that a service exists, and gives nothing (AD-T9)."""
    error = response('<Error Time="1" Id="2"><ErrorCode>600</ErrorCode><Message>Invalid Request</Message></Error>')
    finding = await find(FakeNetwork(pages={B2: error}))
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "exchange-600")
    assert "There is an Exchange Autodiscover service" in finding.detail


async def test_a_web_page_is_ignored() -> None:
    """A parked site answers 200 to everything, also to a POST (AD-T10, AC-21)."""
    finding = await find(FakeNetwork(pages={B1: PARKED, B2: PARKED}))
    assert (finding.status, finding.problems) == (Status.ABSENT, ())


async def test_one_refusal_does_not_hide_the_other_host() -> None:
    """401 at one place and settings at the other is success (AD-T11)."""
    finding = await find(FakeNetwork(pages={B2: 401, B1: MAIL}))
    assert finding.status is Status.FOUND
    assert finding.servers[0].provenance == (B1,)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_service_that_wants_a_login_is_told(status: int) -> None:
    """The endpoint exists, nothing is sent to it, and the user learns why there is no more (TRUST-10)."""
    finding = await find(FakeNetwork(pages={B2: status}))
    assert (finding.status, finding.reason) == (Status.REFUSED, "needs-login")
    assert [(told.code, told.subject) for told in finding.problems] == [
        ("exchange-needs-login", "autodiscover.corp.example")
    ]


async def test_awkward_addresses_are_valid_xml_on_the_wire() -> None:
    """Quotes and ampersands are escaped in the body and encoded in the URL (AD-T12, AC-20)."""
    network = FakeNetwork(pages={B2: MAIL})
    await find(network, address="o'brien&co@corp.example")
    body = next(request.body for request in network.requests if request.url == B2)
    assert b"<EMailAddress>o'brien&amp;co@corp.example</EMailAddress>" in body
    assert not [request for request in network.requests if "&co" in request.url]


def v2(host: str, name: str, answer: dict[str, str] | int) -> dict[str, Page | int | str]:
    """Serve one version 2 answer."""
    url = f"https://{host}/autodiscover/autodiscover.json/v1.0/kim@corp.example?Protocol={name}"
    return {url: answer if isinstance(answer, int) else json.dumps(answer)}


async def test_version_2_names_the_xml_service() -> None:
    """The JSON form gives the URL of the XML service, which is then asked (autodiscover.md 5)."""
    other = "https://ex.corp.example/autodiscover/autodiscover.xml"
    pages = v2("autodiscover.corp.example", "AutodiscoverV1", {"Protocol": "AutodiscoverV1", "Url": other})
    network = FakeNetwork(pages={**pages, other: MAIL})
    finding = await find(network)
    assert finding.servers[0].hostname == "mail.corp.example"
    assert posts(network)[-1] == other


async def test_version_2_names_services() -> None:
    """Where the XML service wants a login, version 2 still tells the EWS URL to anybody."""
    host, url = "autodiscover.corp.example", "https://ex.corp.example/EWS/Exchange.asmx"
    pages = v2(host, "AutodiscoverV1", {"Protocol": "AutodiscoverV1", "Url": B2})
    pages |= v2(host, "Ews", {"Protocol": "Ews", "Url": url})
    pages |= v2(host, "ActiveSync", {"Protocol": "ActiveSync", "Url": f"{url}/as"})
    finding = await find(FakeNetwork(pages={**pages, B2: 401}))
    assert [(service.protocol, service.url) for service in finding.services] == [
        ("ews", url),
        ("activesync", f"{url}/as"),
    ]
    assert finding.servers == ()


async def test_services_survive_a_dead_xml_service() -> None:
    """The XML service that version 2 names does not answer; the services that it names stay."""
    host, other = "autodiscover.corp.example", f"https://ex.corp.example{PATH}"
    pages = v2(host, "AutodiscoverV1", {"Protocol": "AutodiscoverV1", "Url": other})
    pages |= v2(host, "Ews", {"Protocol": "Ews", "Url": "https://ex.corp.example/EWS/Exchange.asmx"})
    finding = await find(FakeNetwork(pages={**pages, other: Page(fault="connection-reset")}))
    assert [service.protocol for service in finding.services] == ["ews"]


@pytest.mark.parametrize(
    "answer",
    [
        {"ErrorCode": "InvalidProtocol", "ErrorMessage": "Ews is not supported"},
        {"Protocol": "AutodiscoverV1", "Url": B2},
        {"Protocol": "Ews", "Url": "http://ex.corp.example/"},
    ],
)
async def test_version_2_without_a_service_names_none(answer: dict[str, str]) -> None:
    """An error, another protocol's answer or an http URL is no service (autodiscover.md 5)."""
    host = "autodiscover.corp.example"
    pages = v2(host, "AutodiscoverV1", {"Protocol": "AutodiscoverV1", "Url": B2}) | v2(host, "Ews", answer)
    finding = await find(FakeNetwork(pages={**pages, B2: 404}))
    assert (finding.status is Status.FOUND, finding.services) == (False, ())


async def test_version_2_cannot_send_the_address_elsewhere() -> None:
    """The generic URL of a cloud is told, not asked: an answer there would be no proof anyway (AD-T13, SEC-10)."""
    generic = "https://outlook.office365.com/autodiscover/autodiscover.xml"
    pages = v2("autodiscover.corp.example", "AutodiscoverV1", {"Protocol": "AutodiscoverV1", "Url": generic})
    network = FakeNetwork(pages={**pages, generic: MAIL})
    finding = await find(network)
    assert (finding.status, finding.reason) == (Status.REFUSED, "other-domain")
    assert not [asked for asked in network.asked if "office365" in asked]


async def test_microsofts_central_service_is_never_asked() -> None:
    """A third party never gets the address by default (TRUST-12, SEC-10)."""
    network = FakeNetwork({"corp.example MX": "0 corp-example.mail.protection.outlook.com"}, {B2: 404})
    await find(network)
    assert not [asked for asked in network.asked if "office365" in asked or "outlook.com" in asked]


async def test_srv_targets_are_asked_by_priority_with_their_port() -> None:
    """``0 0 8443 h`` is asked before ``10 0 443 g``, on its own port (AD-T14)."""
    network = FakeNetwork(
        {SRV: ["10 9 443 g.corp.example", "0 0 8443 h.corp.example"]},
        {
            f"https://h.corp.example:8443{PATH}": settings(protocol("IMAP", "h.corp.example", 993)),
            f"https://g.corp.example{PATH}": settings(protocol("IMAP", "g.corp.example", 993)),
        },
    )
    finding = await find(network)
    assert finding.servers[0].hostname == "h.corp.example"
    assert finding.servers[0].trust is Trust.VOUCHED
    assert finding.servers[0].provenance == (
        "SRV _autodiscover._tcp.corp.example",
        f"https://h.corp.example:8443{PATH}",
    )


@pytest.mark.parametrize("secure", [(), ("corp.example",)])
async def test_an_srv_target_elsewhere_is_told_not_asked(secure: tuple[str, ...]) -> None:
    """The address goes to nobody outside the domain, signed or not (TRUST-11, SEC-10)."""
    target = f"https://ex.hoster.example{PATH}"
    network = FakeNetwork({SRV: "0 0 443 ex.hoster.example"}, {target: MAIL}, secure=secure)
    finding = await find(network)
    assert (finding.status, finding.reason) == (Status.REFUSED, "other-domain")
    assert finding.problems[0].arguments["registrable"] == "hoster.example"
    assert f"POST {target}" not in network.asked


async def test_a_signed_srv_record_is_the_domains_own_word() -> None:
    """DNSSEC and a host inside the domain: trust 3 (TRUST-06)."""
    network = FakeNetwork(
        {SRV: "0 0 443 ex.corp.example"}, {f"https://ex.corp.example{PATH}": MAIL}, secure=["corp.example"]
    )
    assert {server.trust for server in (await find(network)).servers} == {Trust.AUTHENTICATED}


async def test_a_denied_srv_is_a_no() -> None:
    """``.`` means that there is no such service (SRV-02)."""
    finding = await find(FakeNetwork({SRV: "0 0 0 ."}))
    assert finding.status is Status.ABSENT


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + MAIL,
        MAIL[:200],
        response("<Account><Action>settings</Action></Account>"),
    ],
)
async def test_a_hostile_or_broken_response_gives_nothing(document: str) -> None:
    """Bombs, torsos and empty settings are findings with a reason (AD-T15, SEC-01)."""
    finding = await find(FakeNetwork(pages={B2: document}))
    assert (finding.status, finding.servers) == (Status.UNUSABLE, ())


@pytest.mark.parametrize("fault", ["timed-out", "connection-reset", "certificate-name-mismatch", "private-address"])
async def test_every_network_fault_has_its_reason(fault: str) -> None:
    """What went wrong at the hosts is the reason, and never an exception (TLS-13)."""
    page = Page(fault=fault)
    finding = await find(FakeNetwork(pages={B1: page, B2: page, f"https://corp.example{PATH}x": 404}))
    assert finding.reason == fault
