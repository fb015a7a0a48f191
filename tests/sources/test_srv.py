"""SRV: every label at once, trust by DNSSEC and by target, and what does not count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import anyio
import pytest

from mailsetup.model import Protocol, SourceName, Status, Trust
from mailsetup.sources import srv
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask

if TYPE_CHECKING:
    from mailsetup.model import Finding

pytestmark = pytest.mark.anyio

DOMAIN = "corp.example"
HOSTS = {"imap.corp.example A": "192.0.2.1", "smtp.corp.example A": "192.0.2.2", "mail.hoster.example A": "192.0.2.3"}


def zone(**labels: str | list[str]) -> dict[str, str | list[str]]:
    """Write SRV records: ``imaps="0 1 993 imap.corp.example"``."""
    return {**HOSTS, **{f"_{label}._tcp.{DOMAIN} SRV": records for label, records in labels.items()}}


async def find(network: FakeNetwork, **options: object) -> Finding:
    """Ask the source."""
    return await ask(SourceName.SRV, network, **options)  # type: ignore[arg-type]  # passed on as they are


def endpoints(finding: Finding) -> list[str]:
    """Give the servers in short."""
    return [f"{s.protocol} {s.hostname}:{s.port} {s.security} {int(s.trust)}" for s in finding.servers]


async def test_every_mail_label_becomes_a_server() -> None:
    """All six mail labels give protocol and security, and the port is the record's own (SRV-04, SRV-07)."""
    network = FakeNetwork(
        zone(
            imaps="0 1 9933 imap.corp.example",
            imap="0 1 143 imap.corp.example",
            pop3s="0 1 995 imap.corp.example",
            pop3="0 1 110 imap.corp.example",
            submissions="0 1 465 smtp.corp.example",
            submission="0 1 587 smtp.corp.example",
        )
    )
    assert endpoints(await find(network)) == [
        "imap imap.corp.example:9933 tls 2",
        "imap imap.corp.example:143 starttls 2",
        "pop3 imap.corp.example:995 tls 2",
        "pop3 imap.corp.example:110 starttls 2",
        "smtp smtp.corp.example:465 tls 2",
        "smtp smtp.corp.example:587 starttls 2",
    ]


@pytest.mark.parametrize(
    ("target", "secure", "trust"),
    [
        ("imap.corp.example", (), Trust.VOUCHED),
        ("mail.hoster.example", (), Trust.UNAUTHENTICATED),
        ("imap.corp.example", (DOMAIN,), Trust.AUTHENTICATED),
        ("mail.hoster.example", (DOMAIN,), Trust.AUTHENTICATED),
        ("notcorp.example", (), Trust.UNAUTHENTICATED),
    ],
)
async def test_trust_comes_from_dnssec_or_from_the_target(target: str, secure: tuple[str, ...], trust: Trust) -> None:
    """Signed: 3; inside the domain: 2; anywhere else: 1, and then a person must agree (SRV-11, TRUST-06, TRUST-07)."""
    network = FakeNetwork(zone(imaps=f"0 1 993 {target}") | {"notcorp.example A": "192.0.2.4"}, secure=secure)
    finding = await find(network)
    assert finding.servers[0].trust is trust
    assert finding.servers[0].needs_consent is (trust is Trust.UNAUTHENTICATED)
    signed = " (DNSSEC)" if secure else ""
    assert finding.servers[0].provenance == (f"SRV _imaps._tcp.corp.example{signed}",)


async def test_user_name_and_authentication_are_what_srv_can_say() -> None:
    """The address first, then the local part; no claim about how to log in (SRV-14, SRV-21)."""
    server = (await find(FakeNetwork(zone(imaps="0 1 993 imap.corp.example")))).servers[0]
    assert (server.username, server.username_alternatives, server.auth) == ("kim@corp.example", ("kim",), ())


async def test_the_better_priority_decides_between_imap_and_pop3() -> None:
    """The domain's preference shows in the order of the candidates (SRV-08)."""
    network = FakeNetwork(zone(imaps="10 1 993 imap.corp.example", pop3s="0 1 995 imap.corp.example"))
    assert [server.protocol for server in (await find(network)).servers] == ["pop3", "imap"]


async def test_targets_keep_their_order_by_priority() -> None:
    """The lower priority comes first, and the next one stays as the alternative (SRV-01, SRV-05)."""
    network = FakeNetwork(zone(imaps=["20 1 993 smtp.corp.example", "10 1 993 imap.corp.example"]))
    assert [server.hostname for server in (await find(network)).servers] == ["imap.corp.example", "smtp.corp.example"]


async def test_a_denied_label_leaves_the_others() -> None:
    """``.`` for one label says nothing about the next (SRV-02, SRV-03)."""
    network = FakeNetwork(zone(imap="0 0 0 .", imaps="0 1 993 imap.corp.example"))
    assert endpoints(await find(network)) == ["imap imap.corp.example:993 tls 2"]


async def test_a_domain_that_denies_everything_says_no() -> None:
    """All labels denied is a definite no with its own reason (SRV-02)."""
    finding = await find(FakeNetwork(zone(imap="0 0 0 .", imaps="0 0 0 .", submission="0 0 0 .")))
    assert (finding.status, finding.reason) == (Status.ABSENT, "service-denied")


async def test_a_target_without_an_address_is_left_out_and_told() -> None:
    """A name that DNS does not know cannot be a server (SRV-22)."""
    network = FakeNetwork(zone(imaps=["0 1 993 gone.corp.example", "10 1 993 imap.corp.example"]))
    finding = await find(network)
    assert endpoints(finding) == ["imap imap.corp.example:993 tls 2"]
    assert [(told.code, told.subject) for told in finding.problems] == [("srv-target-missing", "gone.corp.example")]


async def test_only_missing_targets_are_no_answer() -> None:
    """Records that lead nowhere are unusable, not absent."""
    finding = await find(FakeNetwork(zone(imaps="0 1 993 gone.corp.example")))
    assert (finding.status, finding.reason) == (Status.UNUSABLE, "targets-missing")


async def test_a_target_that_cannot_be_looked_up_is_kept() -> None:
    """A failing name server is no proof that a host is missing (SRV-19)."""
    network = FakeNetwork(zone(imaps="0 1 993 slow.corp.example") | {"slow.corp.example A": "SERVFAIL"})
    assert endpoints(await find(network)) == ["imap slow.corp.example:993 tls 2"]


@pytest.mark.parametrize("target", ["192.0.2.1", "localhost", "imap_1.corp.example", "a..b"])
async def test_targets_that_are_no_host_names_are_dropped(target: str) -> None:
    """IP literals, single labels, underscores: none of it becomes a server (SEC-06)."""
    finding = await find(FakeNetwork(zone(imaps=f"0 1 993 {target}")))
    assert (finding.status, finding.reason, finding.servers) == (Status.UNUSABLE, "nothing-usable", ())


async def test_an_alias_as_target_keeps_its_own_name() -> None:
    """The name that is verified is the target, not what it is an alias of (SRV-06, TLS-02)."""
    network = FakeNetwork(zone(imaps="0 1 993 MX.Corp.Example.") | {"mx.corp.example CNAME": "imap.corp.example"})
    assert endpoints(await find(network)) == ["imap mx.corp.example:993 tls 2"]


async def test_a_wildcard_zone_is_no_answer() -> None:
    """The same host and port for IMAP, POP3 and SMTP proves nothing (SRV-22, TRUST-14)."""
    finding = await find(FakeNetwork(HOSTS | {"*.corp.example SRV": "0 1 443 imap.corp.example"}))
    assert (finding.status, finding.reason, finding.servers) == (Status.UNUSABLE, "wildcard-records", ())
    assert [told.code for told in finding.problems] == ["wildcard-records"]


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("SERVFAIL", Status.UNREACHABLE, "dns-servfail"),
        ("TIMED-OUT", Status.UNREACHABLE, "dns-timed-out"),
        ("REFUSED", Status.UNREACHABLE, "dns-refused"),
        ("BOGUS", Status.REFUSED, "dns-bogus"),
    ],
)
async def test_dns_trouble_is_not_a_no(word: str, status: Status, reason: str) -> None:
    """Silence, failure and forgery are told apart from "no record" (SRV-19)."""
    finding = await find(FakeNetwork(zone(imaps=word)))
    assert (finding.status, finding.reason) == (status, reason)


async def test_a_forged_answer_is_never_used() -> None:
    """A bogus label counts as nothing, and the good ones stay (SRV-19)."""
    network = FakeNetwork(zone(imaps="BOGUS", submissions="0 1 465 smtp.corp.example"))
    assert endpoints(await find(network)) == ["smtp smtp.corp.example:465 tls 2"]


async def test_no_records_is_a_definite_no() -> None:
    """A domain without SRV is told as absent (SRV-21)."""
    finding = await find(FakeNetwork({"corp.example A": "192.0.2.1"}))
    assert (finding.status, finding.reason) == (Status.ABSENT, "nxdomain")


async def test_services_have_their_path() -> None:
    """JMAP, DAV and ManageSieve: TXT path first, then the well-known URL; 443 is left out (SRV-16, SRV-17, DAV-02)."""
    network = FakeNetwork(
        zone(
            jmap="0 1 8443 imap.corp.example",
            caldavs="0 1 443 imap.corp.example",
            carddavs="0 1 443 mail.hoster.example",
            sieve="0 1 4190 imap.corp.example",
        )
        | {"_caldavs._tcp.corp.example TXT": '"path=/dav/cal"'}
    )
    finding = await find(network)
    assert [(s.protocol, s.url or f"{s.hostname}:{s.port}", s.trust) for s in finding.services] == [
        ("managesieve", "imap.corp.example:4190", Trust.VOUCHED),
        ("jmap", "https://imap.corp.example:8443/.well-known/jmap", Trust.VOUCHED),
        ("caldav", "https://imap.corp.example/dav/cal", Trust.VOUCHED),
        ("caldav", "https://imap.corp.example/.well-known/caldav", Trust.VOUCHED),
        ("carddav", "https://mail.hoster.example/.well-known/carddav", Trust.UNAUTHENTICATED),
    ]


async def test_labels_without_tls_are_not_asked() -> None:
    """``_caldav`` and ``_carddav`` are clear text: no question, no answer (DAV-01)."""
    network = FakeNetwork(zone(caldav="0 1 80 imap.corp.example", carddav="0 1 80 imap.corp.example"))
    finding = await find(network)
    assert finding.services == ()
    assert not [asked for asked in network.asked if "_caldav._tcp" in asked or "_carddav._tcp" in asked]


JMAP = "https://corp.example/.well-known/jmap"
CALDAV = "https://corp.example/.well-known/caldav"
CARDDAV = "https://corp.example/.well-known/carddav"
SESSION = json.dumps({"capabilities": {"urn:ietf:params:jmap:core": {}}})


async def test_who_wants_mail_servers_only_asks_for_those() -> None:
    """Without ``services``: six questions to DNS, none to the web server; servers are found as ever."""
    records = {"_imaps._tcp.corp.example SRV": ["0 1 993 imap.corp.example"], "imap.corp.example A": ["192.0.2.1"]}
    network = FakeNetwork(dns=records)
    finding = await ask(SourceName.SRV, network, services=False)
    assert [server.hostname for server in finding.servers] == ["imap.corp.example"]
    labels = {asked.split()[1].partition(".")[0] for asked in network.asked if asked.startswith("SRV ")}
    assert labels == {"_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission"}
    assert {asked.split()[0] for asked in network.asked} == {"SRV", "A", "AAAA"}


async def test_well_known_urls_are_found_without_records() -> None:
    """A challenge, a DAV answer, or a redirect that ends in one shows a service (SRV-17, DAV-04, DAV-07)."""
    network = FakeNetwork(
        pages={
            JMAP: SESSION,
            f"PROPFIND {CALDAV}": Page.redirect("https://corp.example/dav/"),
            "PROPFIND https://corp.example/dav/": 401,
            f"PROPFIND {CARDDAV}": Page(status=207),
        }
    )
    finding = await find(network)
    assert sorted((s.protocol, s.url, s.username) for s in finding.services) == [
        ("caldav", CALDAV, "kim@corp.example"),
        ("carddav", CARDDAV, "kim@corp.example"),
        ("jmap", JMAP, "kim@corp.example"),
    ]
    assert {service.trust for service in finding.services} == {Trust.AUTHENTICATED}
    assert not [asked for asked in network.asked if "kim" in asked or "http://" in asked]


@pytest.mark.parametrize(
    "page",
    [PARKED, 404, 405, 500, Page.redirect("https://www.corp.example/"), Page(fault="certificate-expired"), "{}", "[1]"],
)
async def test_a_web_site_is_not_a_service(page: Page | str | int) -> None:
    """Pages, redirects to pages and failures never count (DAV-11, AC-21)."""
    pages: dict[str, Page | str | int] = {JMAP: page, CALDAV: page, CARDDAV: page, "https://www.corp.example/": PARKED}
    finding = await find(FakeNetwork(pages=pages))
    assert (finding.status, finding.services) == (Status.ABSENT, ())


async def test_a_site_behind_a_login_is_not_three_services() -> None:
    """The same bare 401 everywhere is a wall around the web site, and proves nothing."""
    finding = await find(FakeNetwork(pages={JMAP: 401, CALDAV: 401, CARDDAV: 401}))
    assert (finding.status, finding.services) == (Status.ABSENT, ())


async def test_a_record_or_a_denial_counts_before_the_well_known_url() -> None:
    """What DNS names or denies is not looked for elsewhere (SRV-02, DAV-07)."""
    network = FakeNetwork(
        zone(jmap="0 0 0 .", caldavs="0 1 443 imap.corp.example"),
        {JMAP: SESSION, f"PROPFIND {CALDAV}": 207, "https://corp.example/": PARKED},
    )
    finding = await find(network)
    assert [service.url for service in finding.services] == ["https://imap.corp.example/.well-known/caldav"]


async def test_servers_do_not_wait_for_the_web_site() -> None:
    """With mail servers at hand a black hole at the bare name costs a quarter of a second (OPS-02)."""
    network = FakeNetwork(
        zone(imaps="0 1 993 imap.corp.example"),
        dict.fromkeys((JMAP, CALDAV, CARDDAV), Page(fault="hangs")),
    )
    with anyio.fail_after(srv.PATIENCE + 1):
        finding = await find(network)
    assert endpoints(finding) == ["imap imap.corp.example:993 tls 2"]


async def test_a_challenge_can_name_the_issuer() -> None:
    """The 401 of a JMAP server leads to its token endpoints (OA-08)."""
    metadata = "https://corp.example/.well-known/oauth-protected-resource"
    login = "https://login.corp.example"
    network = FakeNetwork(
        pages={
            JMAP: Page(status=401, headers={"WWW-Authenticate": f'Bearer resource_metadata="{metadata}"'}),
            metadata: json.dumps({"resource": JMAP, "authorization_servers": [login]}),
            f"{login}/.well-known/oauth-authorization-server": json.dumps(
                {"issuer": login, "authorization_endpoint": f"{login}/a", "token_endpoint": f"{login}/t"}
            ),
        }
    )
    finding = await find(network)
    assert [service.protocol for service in finding.services] == [Protocol.JMAP]
    assert finding.oauth is not None
    assert (finding.oauth.token_url, finding.oauth.source) == (f"{login}/t", "srv")


async def test_equal_zones_give_equal_answers() -> None:
    """The weighted draw is seeded, so two looks agree (OPS-05)."""
    records = zone(imaps=[f"0 {weight} 993 h{weight}.corp.example" for weight in (0, 10, 30, 60)])
    records |= {f"h{weight}.corp.example A": "192.0.2.8" for weight in (0, 10, 30, 60)}
    first, second = await find(FakeNetwork(records)), await find(FakeNetwork(records))
    assert first.servers == second.servers
    assert len(first.servers) == 4
