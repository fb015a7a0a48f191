"""MX: the hoster's settings at once where it is known, facts for a second wave where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from mailsetup.model import SourceName, Status, Trust
from mailsetup.sources import mx
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import PARKED, ask
from tests.sources.providers import small_database

if TYPE_CHECKING:
    from mailsetup.model import Finding

pytestmark = pytest.mark.anyio

MX = "corp.example MX"
POLICY_TXT = {"_mta-sts.corp.example TXT": '"v=STSv1; id=1"'}
POLICY_URL = "https://mta-sts.corp.example/.well-known/mta-sts.txt"


@pytest.fixture(autouse=True)
def _small_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx, "in_use", small_database)


async def find(network: FakeNetwork) -> Finding:
    """Ask the source."""
    return await ask(SourceName.MX, network)


def policy(*patterns: str, mode: str = "enforce") -> str:
    """Write an MTA-STS policy."""
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {pattern}" for pattern in patterns), "max_age: 86400"]
    return "\r\n".join(lines) + "\r\n"


def exchangers(finding: Finding) -> list[str]:
    """Give the exchangers' names."""
    return [one.hostname for one in finding.hosting.exchangers] if finding.hosting else []


async def test_a_bundled_provider_is_vouched_for() -> None:
    """The MX of a vetted provider gives that provider's servers, trust 2, and the way there (TRUST-08, MX-01)."""
    finding = await find(FakeNetwork({MX: ["20 mx.nobody.example", "10 a.mx.bigmail.example"]}))
    assert [(s.hostname, s.trust, s.sources) for s in finding.servers] == [
        ("imap.bigmail.example", Trust.VOUCHED, ("mx",)),
        ("smtp.bigmail.example", Trust.VOUCHED, ("mx",)),
    ]
    assert finding.servers[0].provenance == ("MX corp.example → a.mx.bigmail.example", "bundled:bigmail")
    assert finding.servers[0].username == "kim@corp.example"
    assert finding.provider is not None
    assert finding.provider.id == "bigmail"


async def test_a_known_provider_does_not_wait_for_anything_else() -> None:
    """Aliases, SPF and the policy are not waited for when the MX says it all (OPS-02)."""
    network = FakeNetwork({MX: "10 a.mx.bigmail.example", **POLICY_TXT}, {POLICY_URL: Page(fault="hangs")})
    resolve = network.resolver.resolve

    async def slow(name: str, type: str, /, *, fresh: bool = False) -> object:  # noqa: A002
        if type != "MX":
            await anyio.sleep_forever()
        return await resolve(name, type, fresh=fresh)  # type: ignore[arg-type]  # passed on as it came

    object.__setattr__(network, "resolver", type("Slow", (), {"resolve": staticmethod(slow)})())
    with anyio.fail_after(1):
        finding = await find(network)
    assert finding.status is Status.FOUND
    assert f"GET {POLICY_URL}" not in network.asked


async def test_a_provider_without_access_is_still_the_answer() -> None:
    """A provider that lets no program in is named, with the problem, and without servers."""
    finding = await find(FakeNetwork({MX: "10 mx.locked.example"}))
    assert (finding.status, finding.servers) == (Status.FOUND, ())
    assert [told.code for told in finding.problems] == ["no-standard-access"]


async def test_an_unknown_hoster_is_left_to_the_second_wave() -> None:
    """The facts are there, best first, and no servers are made up (AC-09, MX-01)."""
    finding = await find(FakeNetwork({MX: ["20 b.hoster.example", "10 c.hoster.example", "10 a.hoster.example"]}))
    assert (finding.status, finding.reason, finding.servers) == (Status.ABSENT, "unknown-hoster", ())
    assert exchangers(finding) == ["a.hoster.example", "c.hoster.example", "b.hoster.example"]
    assert finding.hosting is not None
    assert not finding.hosting.secure


@pytest.mark.parametrize(
    ("records", "hop", "trust"),
    [
        (
            {"autodiscover.corp.example CNAME": "autodiscover.bigmail.example"},
            "CNAME autodiscover.bigmail.example",
            Trust.VOUCHED,
        ),
        (
            {"autoconfig.corp.example CNAME": "autoconfig.officemail.example"},
            "CNAME autoconfig.officemail.example",
            Trust.VOUCHED,
        ),
        ({"corp.example TXT": '"v=spf1 include:_spf.bigmail.example -all"'}, "SPF _spf.bigmail.example", Trust.VOUCHED),
    ],
)
async def test_behind_a_filter_the_hints_count(records: dict[str, str], hop: str, trust: Trust) -> None:
    """A gateway's MX says nothing; aliases and SPF say who holds the mailboxes, and the filter is told."""
    finding = await find(FakeNetwork({MX: "10 in.mx.filter.example", **records}))
    assert finding.servers[0].trust is trust
    assert finding.servers[0].provenance[:2] == ("MX corp.example → in.mx.filter.example", hop)
    assert [(told.code, told.subject) for told in finding.problems] == [("mail-filter", "filter")]


async def test_spf_behind_an_unknown_exchanger_needs_consent() -> None:
    """It is a good guess and no more: trust 1, and no word about who the provider is (TRUST-08, OA-15)."""
    finding = await find(
        FakeNetwork({MX: "10 mx.nobody.example", "corp.example TXT": '"v=spf1 redirect=_spf.bigmail.example"'})
    )
    assert {server.trust for server in finding.servers} == {Trust.UNAUTHENTICATED}
    assert finding.provider is None


async def test_a_filter_with_nothing_behind_it_is_told() -> None:
    """Where no hint helps, the user at least learns why the MX does not."""
    finding = await find(FakeNetwork({MX: "10 in.mx.filter.example"}))
    assert (finding.status, finding.reason) == (Status.ABSENT, "unknown-hoster")
    assert [told.code for told in finding.problems] == ["mail-filter"]


@pytest.mark.parametrize(
    ("page", "secure", "problems"),
    [
        (policy("mx.hoster.example"), True, []),
        (policy("*.hoster.example", mode="testing"), True, []),
        (policy("mx.other.example"), False, ["mta-sts-mismatch"]),
        (policy("mx.other.example", mode="none"), False, []),
        (PARKED, False, []),
        (404, False, []),
        (Page.redirect("https://elsewhere.example/policy"), False, []),
        (Page(fault="certificate-expired"), False, []),
        (policy("mx.hoster.example") + "x" * 70_000, False, []),
    ],
)
async def test_a_policy_vouches_for_the_exchanger(page: Page | str | int, *, secure: bool, problems: list[str]) -> None:
    """MTA-STS is the domain's word over https: a match lifts the link, a mismatch is told, no redirects (MX-08)."""
    elsewhere = {"https://elsewhere.example/policy": policy("mx.hoster.example")}
    finding = await find(FakeNetwork({MX: "10 mx.hoster.example", **POLICY_TXT}, {POLICY_URL: page, **elsewhere}))
    assert finding.hosting is not None
    assert finding.hosting.secure is secure
    assert [told.code for told in finding.problems] == problems


async def test_without_the_txt_record_there_is_no_policy() -> None:
    """The policy's host is asked only if DNS announces a policy (MX-08)."""
    network = FakeNetwork({MX: "10 mx.hoster.example"}, {POLICY_URL: policy("mx.hoster.example")})
    finding = await find(network)
    assert finding.hosting is not None
    assert not finding.hosting.secure
    assert f"GET {POLICY_URL}" not in network.asked


async def test_dnssec_vouches_for_the_exchanger() -> None:
    """A signed MX is the domain's own word (TRUST-08)."""
    finding = await find(FakeNetwork({MX: "10 mx.hoster.example"}, secure=["corp.example"]))
    assert finding.hosting is not None
    assert finding.hosting.secure


async def test_a_silent_policy_host_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second wave starts without the policy when that takes too long (OPS-02)."""
    monkeypatch.setattr(mx, "POLICY_PATIENCE", 0.05)
    network = FakeNetwork({MX: "10 mx.hoster.example", **POLICY_TXT}, {POLICY_URL: Page(fault="hangs")})
    with anyio.fail_after(1):
        finding = await find(network)
    assert exchangers(finding) == ["mx.hoster.example"]


async def test_a_null_mx_says_that_no_mail_is_taken() -> None:
    """One record ``0 .`` is a statement, not a host (MX-04)."""
    finding = await find(FakeNetwork({MX: "0 ."}))
    assert (finding.status, finding.reason) == (Status.ABSENT, "null-mx")
    assert finding.hosting is not None
    assert finding.hosting.takes_no_mail


async def test_a_null_mx_beside_others_is_ignored() -> None:
    """``.`` among other records is invalid and says nothing (MX-05)."""
    finding = await find(FakeNetwork({MX: ["0 .", "10 a.mx.bigmail.example"]}))
    assert finding.provider is not None
    assert finding.hosting is not None
    assert not finding.hosting.takes_no_mail


@pytest.mark.parametrize("target", ["192.0.2.1", "mx_1.hoster.example", "localhost", "co.uk"])
async def test_exchangers_that_are_no_host_names_are_dropped(target: str) -> None:
    """IP literals, underscores, single labels and public suffixes are rubbish (MX-07, SEC-03)."""
    finding = await find(FakeNetwork({MX: f"10 {target}"}))
    assert (finding.status, finding.reason, exchangers(finding)) == (Status.UNUSABLE, "no-usable-exchanger", [])


async def test_no_mx_gives_no_new_name() -> None:
    """An implicit MX is the domain itself: nothing to follow, and no failure (MX-02, MX-03)."""
    finding = await find(FakeNetwork({"corp.example A": "192.0.2.1"}))
    assert (finding.status, finding.reason, exchangers(finding)) == (Status.ABSENT, "implicit-mx", [])


@pytest.mark.parametrize(
    ("records", "status", "reason"),
    [
        ({}, Status.ABSENT, "nxdomain"),
        ({MX: "SERVFAIL"}, Status.UNREACHABLE, "dns-servfail"),
        ({MX: "TIMED-OUT"}, Status.UNREACHABLE, "dns-timed-out"),
        ({MX: "BOGUS"}, Status.REFUSED, "dns-bogus"),
        ({"corp.example CNAME": "a.example", "a.example CNAME": "corp.example"}, Status.UNREACHABLE, "dns-servfail"),
    ],
)
async def test_every_dns_answer_has_its_reason(records: dict[str, str], status: Status, reason: str) -> None:
    """NXDOMAIN is an error of the address, SERVFAIL is temporary, a loop is a failure (MX-02)."""
    finding = await find(FakeNetwork(records))
    assert (finding.status, finding.reason, finding.hosting) == (status, reason, None)


async def test_an_alias_at_the_domain_is_followed() -> None:
    """A CNAME at the owner leads to the exchangers of its target (MX-02)."""
    finding = await find(
        FakeNetwork({"corp.example CNAME": "main.example", "main.example MX": "10 a.mx.bigmail.example"})
    )
    assert finding.provider is not None


async def test_nobody_learns_the_address() -> None:
    """Every question is about the domain (SEC-10)."""
    network = FakeNetwork({MX: "10 mx.hoster.example", **POLICY_TXT}, {POLICY_URL: policy("mx.hoster.example")})
    await find(network)
    assert not [asked for asked in network.asked if "kim" in asked]
