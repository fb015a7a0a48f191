"""The last resort: names inside the domain, proven or not told."""

from __future__ import annotations

import time

import pytest

from mailsetup.address import Address
from mailsetup.model import Auth, Finding, Options, Protocol, Security, SourceName, Status, Trust
from mailsetup.plan import Step
from mailsetup.sources.guess import LABELS, PLACES, Guess
from mailsetup.testing import FakeNetwork

pytestmark = pytest.mark.anyio

IMAP = "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED] ready\nC: q1 LOGOUT"
SMTP = "<tls>\nS: 220 ready\nC: EHLO [127.0.0.1]\nS: 250 AUTH PLAIN\nC: QUIT"
SMTP_UPGRADE = "S: 220 ready\nC: …\nS: 250-x\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n" + SMTP.replace(
    "S: 220 ready\n", ""
)
POP3 = "<tls>\nS: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: .\nC: QUIT"


async def _find(network: FakeNetwork, *, address: str = "kim@corp.example", hosts: tuple[str, ...] = ()) -> Finding:
    parsed = Address.parse(address)
    return await Guess(Step(SourceName.GUESS, 0, parsed.domain), Options(), hosts=hosts).find(parsed, network)


def _places(finding: Finding) -> list[tuple[str, str, int]]:
    return [(server.protocol.value, server.hostname, server.port) for server in finding.servers]


def _connects(network: FakeNetwork) -> list[str]:
    return [asked.removeprefix("CONNECT ") for asked in network.asked if asked.startswith("CONNECT")]


async def test_the_usual_names_are_found() -> None:
    """Imap. and smtp. exist: both servers, proven, with what the server says about logging in (PROBE-10, TRUST-13)."""
    network = FakeNetwork(transcripts={"imap.corp.example:993": IMAP, "smtp.corp.example:465": SMTP})
    finding = await _find(network)
    assert finding.status is Status.FOUND
    assert _places(finding) == [("imap", "imap.corp.example", 993), ("smtp", "smtp.corp.example", 465)]
    server = finding.servers[0]
    assert (server.trust, server.sources) == (Trust.UNAUTHENTICATED, (SourceName.GUESS,))
    assert (server.username, server.username_alternatives) == ("kim@corp.example", ("kim",))
    assert server.auth == (Auth.PASSWORD,)
    assert server.confirmed
    assert finding.problems == ()


async def test_only_names_that_exist_are_connected_to() -> None:
    """Everything is resolved first; nobody knocks at names without an address (PROBE-10)."""
    network = FakeNetwork(transcripts={"mail.corp.example:993": IMAP, "mail.corp.example:465": SMTP})
    finding = await _find(network)
    assert finding.status is Status.FOUND
    assert {place.partition(":")[0] for place in _connects(network)} == {"mail.corp.example"}


async def test_no_name_lies_outside_the_domain() -> None:
    """Every question is about the domain or a name below it (TRUST-13)."""
    network = FakeNetwork(dns={"corp.example MX": ["10 mx.hoster.example"]})
    await _find(network)
    names = {asked.split()[1] for asked in network.asked}
    assert names
    assert all(name == "corp.example" or name.endswith(".corp.example") for name in names)


async def test_a_name_that_does_not_exist_is_asked_for_once() -> None:
    """NXDOMAIN holds for every type (RFC 8020): AAAA is asked for only where there is a name."""
    network = FakeNetwork(dns={"imap.corp.example A": ["192.0.2.1"], "mail.corp.example TXT": ["here"]})
    await _find(network)
    aaaa = {asked for asked in network.asked if asked.startswith("AAAA ")}
    assert aaaa == {"AAAA imap.corp.example", "AAAA mail.corp.example", "AAAA corp.example"}


def test_the_lists_hold_tls_places_only() -> None:
    """TLS before STARTTLS, never plaintext, and never port 25 (PROBE-10, RFC 8314)."""
    for places in PLACES.values():
        assert [security for _, security in places] == [Security.TLS, Security.STARTTLS]
        assert 25 not in {port for port, _ in places}
    assert LABELS[Protocol.IMAP][:3] == ("imap", "mail", "")
    assert LABELS[Protocol.SMTP][:3] == ("smtp", "mail", "")


async def test_starttls_is_the_second_choice() -> None:
    """Port 465 is closed, 587 upgrades: found."""
    network = FakeNetwork(transcripts={"imap.corp.example:993": IMAP, "smtp.corp.example:587": SMTP_UPGRADE})
    finding = await _find(network)
    assert ("smtp", "smtp.corp.example", 587) in _places(finding)


@pytest.mark.parametrize(
    ("transcripts", "problem"),
    [
        ({"imap.corp.example:993": IMAP}, "outgoing-not-found"),
        ({"pop.corp.example:995": POP3}, "outgoing-not-found"),
        ({"smtp.corp.example:465": SMTP}, "incoming-not-found"),
    ],
)
async def test_half_a_pair_is_kept_and_reported(transcripts: dict[str, str], problem: str) -> None:
    """A working IMAP server is not thrown away because SMTP is missing, nor the reverse."""
    finding = await _find(FakeNetwork(transcripts=transcripts))
    assert finding.status is Status.FOUND
    assert len(finding.servers) == 1
    assert [told.code for told in finding.problems] == [problem]


@pytest.mark.parametrize("fault", ["certificate-name-mismatch", "certificate-self-signed", "certificate-expired"])
async def test_a_bad_certificate_is_a_no(fault: str) -> None:
    """Without a certificate for the very name nothing is told (TRUST-13)."""
    finding = await _find(FakeNetwork(transcripts={"imap.corp.example:993": fault}))
    assert (finding.status, finding.reason, finding.servers) == (Status.ABSENT, "no-server", ())


async def test_the_exchanger_inside_the_domain_is_tried_too() -> None:
    """The MX host is a name like the others, where it lies inside the domain."""
    network = FakeNetwork(
        dns={"corp.example MX": ["10 post.corp.example", "20 mx.hoster.example"]},
        transcripts={"post.corp.example:993": IMAP, "post.corp.example:465": SMTP, "mx.hoster.example:993": IMAP},
    )
    finding = await _find(network)
    assert _places(finding) == [("imap", "post.corp.example", 993), ("smtp", "post.corp.example", 465)]


async def test_hosts_that_are_given_are_tried() -> None:
    """An exchanger outside is tried only if the caller hands it over."""
    network = FakeNetwork(transcripts={"mx.hoster.example:993": IMAP, "mx.hoster.example:465": SMTP})
    assert (await _find(network)).status is Status.ABSENT
    assert len((await _find(network, hosts=("mx.hoster.example",))).servers) == 2


WILDCARD = {"corp.example A": ["203.0.113.9"], "*.corp.example A": ["203.0.113.9"]}


async def test_wildcard_dns_is_recognised() -> None:
    """Every name exists: few are tried, only proven ones are told, and the user is warned (TRUST-14)."""
    network = FakeNetwork(dns=WILDCARD, transcripts={"mail.corp.example:993": IMAP, "smtp.corp.example:465": SMTP})
    finding = await _find(network)
    assert _places(finding) == [("imap", "mail.corp.example", 993), ("smtp", "smtp.corp.example", 465)]
    assert [told.code for told in finding.problems] == ["wildcard-addresses"]
    assert len({place.partition(":")[0] for place in _connects(network)}) <= 5


async def test_a_parked_domain_has_no_servers() -> None:
    """A wildcard with nobody behind it is nothing."""
    finding = await _find(FakeNetwork(dns=WILDCARD))
    assert (finding.status, finding.servers) == (Status.ABSENT, ())


async def test_filtered_names_cost_no_more_than_the_grace() -> None:
    """Imap. and the bare name drop every packet; mail. works: found within two seconds (the others take 17 to 24)."""
    network = FakeNetwork(
        transcripts={
            "imap.corp.example:993": "hangs", "imap.corp.example:143": "hangs", "corp.example:993": "hangs",
            "corp.example:465": "hangs", "corp.example:587": "hangs", "smtp.corp.example:465": "hangs",
            "smtp.corp.example:587": "hangs", "mail.corp.example:993": IMAP, "mail.corp.example:465": SMTP,
        }
    )  # fmt: skip
    started = time.monotonic()
    finding = await _find(network)
    assert time.monotonic() - started < 2.0
    assert ("imap", "mail.corp.example", 993) in _places(finding)
    assert ("smtp", "mail.corp.example", 465) in _places(finding)


async def test_nothing_but_black_holes_ends_too() -> None:
    """All names exist and none answers: unreachable, within the lanes' patience."""
    places = {f"{name}.corp.example:{port}": "hangs" for name in ("imap", "smtp") for port in (993, 143, 465, 587)}
    started = time.monotonic()
    finding = await _find(FakeNetwork(transcripts=places))
    assert (finding.status, finding.reason) == (Status.UNREACHABLE, "timed-out")
    assert time.monotonic() - started < 5.5


async def test_no_names_is_a_definite_no() -> None:
    """NXDOMAIN everywhere: absent, without a connection."""
    network = FakeNetwork()
    finding = await _find(network)
    assert (finding.status, finding.reason) == (Status.ABSENT, "no-such-names")
    assert _connects(network) == []


async def test_silent_dns_is_no_no() -> None:
    """SERVFAIL everywhere says nothing about the domain (SRV-19)."""
    owners = ("corp.example", "*.corp.example")
    dns = {f"{owner} {family}": "SERVFAIL" for owner in owners for family in ("A", "AAAA", "MX")}
    finding = await _find(FakeNetwork(dns=dns))
    assert (finding.status, finding.reason) == (Status.UNREACHABLE, "dns-timed-out")


@pytest.mark.parametrize("address", ["kim@localhost", "kim@[192.0.2.1]", "kim@co.uk", "kim@printer.local"])
async def test_what_is_no_public_name_is_not_guessed(address: str) -> None:
    """No name is built under a public suffix or a local name (SEC-03, EAI-12)."""
    network = FakeNetwork()
    finding = await _find(network, address=address)
    assert finding.status is Status.SKIPPED
    assert network.asked == []


async def test_an_internationalised_domain_gets_both_user_name_forms() -> None:
    """The form typed first, A-labels second, the local part last (EAI-09, SRV-14)."""
    network = FakeNetwork(transcripts={"imap.xn--grn-ioa.example:993": IMAP})
    server = (await _find(network, address="kim@grün.example")).servers[0]
    assert (server.username, server.username_alternatives) == ("kim@grün.example", ("kim@xn--grn-ioa.example", "kim"))


async def test_pop3_is_told_where_it_is_quick() -> None:
    """POP3 is found beside IMAP, but nobody waits long for it."""
    network = FakeNetwork(
        transcripts={"imap.corp.example:993": IMAP, "smtp.corp.example:465": SMTP, "pop.corp.example:995": POP3}
    )
    assert ("pop3", "pop.corp.example", 995) in _places(await _find(network))
