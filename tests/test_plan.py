"""What is asked of whom: pure decisions."""

from __future__ import annotations

import pytest

from mailsetup import Address, Options, SourceName, Trust
from mailsetup.model import DEFAULT_SOURCES, Hosting, MailExchanger
from mailsetup.plan import LOCAL, Step, first_wave, may_settle, second_wave

CORP = Address.parse("jo@corp.example")


class CompanyDirectory:
    name = "company-directory"


def names(steps: tuple[Step, ...]) -> list[object]:
    return [step.name for step in steps]


def test_every_mechanism_is_planned_once_in_the_order_of_preference() -> None:
    """Local ones first, the rest for the network; the historic TXT record only on request (AC-23)."""
    plan = first_wave(CORP, Options())
    assert names(plan.local) == list(LOCAL)
    assert names(plan.network) == [name for name in DEFAULT_SOURCES if name not in LOCAL]
    assert SourceName.MAILCONF not in names(plan.network)
    assert plan.skipped == ()
    ranks = [step.rank for step in (*plan.local, *plan.network)]
    assert ranks == sorted(set(ranks))
    assert {step.domain for step in plan.network} == {"corp.example"}


def test_the_callers_order_is_the_order() -> None:
    """Own sources stand where the caller puts them, under their own name."""
    plan = first_wave(CORP, Options(sources=["srv", CompanyDirectory(), "bundled", "mailconf"]))
    assert names(plan.network) == ["srv", "company-directory", "mailconf"]
    assert names(plan.local) == ["bundled"]
    ranks = {step.name: step.rank for step in (*plan.network, *plan.local)}
    assert sorted(ranks, key=lambda name: ranks[name]) == ["srv", "company-directory", "bundled", "mailconf"]


@pytest.mark.parametrize(
    ("address", "options", "reason"),
    [
        ("x@corp.example", Options(offline=True), "offline"),
        ("x@[192.0.2.1]", Options(), "not-a-public-name"),
        ("x@printer", Options(), "not-a-public-name"),
        ("x@box.local", Options(), "not-a-public-name"),
    ],
)
def test_what_is_not_asked_has_a_reason(address: str, options: Options, reason: str) -> None:
    """Nobody on the network is asked offline, or about names that are nobody's (EAI-12)."""
    plan = first_wave(Address.parse(address), options)
    assert plan.network == ()
    assert {why for _, why in plan.skipped} == {reason}
    assert names(plan.local) == list(LOCAL)


def test_the_ispdb_can_be_switched_off() -> None:
    """And only it is skipped then."""
    plan = first_wave(CORP, Options(ispdb_url=None))
    assert [(step.name, why) for step, why in plan.skipped] == [("ispdb", "switched-off")]


@pytest.mark.parametrize(
    ("options", "settles"),
    [(Options(), True), (Options(offline=True), True), (Options(sources=["bundled", "srv"]), False)],
)
def test_naming_sources_means_ask_these(options: Options, settles: bool) -> None:
    """The short cut is for callers who leave the choice to us."""
    assert may_settle(options) is settles


def hosting(*exchangers: str, secure: bool = False, takes_no_mail: bool = False) -> Hosting:
    records = tuple(MailExchanger(preference=10 * n, hostname=name) for n, name in enumerate(exchangers))
    return Hosting(exchangers=records, secure=secure, takes_no_mail=takes_no_mail)


MX = Step(SourceName.MX, 50, "corp.example")


@pytest.mark.parametrize(
    ("exchanger", "domains"),
    [
        ("mx.example.co.uk", ["example.co.uk"]),
        ("mx.premium.europe.example.com", ["premium.europe.example.com", "example.com"]),
        ("example.com", ["example.com"]),
        ("mx.corp.example", []),
        ("co.uk", []),
    ],
)
def test_the_hosters_names_come_from_the_best_exchanger(exchanger: str, domains: list[str]) -> None:
    """Less a label, then the registrable domain; not our own, no public suffix (AC-09, AC-10, AC-13, SEC-03)."""
    steps = second_wave(MX, CORP, hosting(exchanger, "mx.other.example"), Options())
    assert [step.domain for step in steps if step.source is SourceName.AUTOCONFIG] == domains
    assert [step.domain for step in steps if step.source is SourceName.ISPDB] == domains


@pytest.mark.parametrize(("secure", "ceiling"), [(False, Trust.UNAUTHENTICATED), (True, Trust.VOUCHED)])
def test_names_from_plain_dns_are_weak(secure: bool, ceiling: Trust) -> None:
    """Unless DNSSEC or MTA-STS vouches for the exchanger; the hop is on record (AC-12, TRUST-08, MX-08)."""
    steps = second_wave(MX, CORP, hosting("mx.hoster.test", secure=secure), Options())
    assert {step.ceiling for step in steps} == {ceiling}
    assert all("mx.hoster.test" in " ".join(step.via) for step in steps)


def test_the_second_wave_ranks_right_behind_its_mx() -> None:
    """And before whatever the first wave ranks next."""
    plan = first_wave(CORP, Options())
    mx = next(step for step in plan.network if step.source is SourceName.MX)
    later = [step.rank for step in plan.network if step.rank > mx.rank]
    steps = second_wave(mx, CORP, hosting("mx.a.b.hoster.test"), Options())
    assert [step.rank for step in steps] == sorted({step.rank for step in steps})
    assert mx.rank < min(step.rank for step in steps)
    assert max(step.rank for step in steps) < min(later)


@pytest.mark.parametrize(
    ("facts", "options", "sources"),
    [
        (hosting(), Options(), set()),
        (hosting("mx.hoster.test", takes_no_mail=True), Options(), set()),
        (hosting("mx.hoster.test"), Options(ispdb_url=None), {"autoconfig"}),
        (hosting("mx.hoster.test"), Options(sources=["mx", "ispdb"]), {"ispdb"}),
        (hosting("mx.hoster.test"), Options(sources=["mx"]), set()),
    ],
)
def test_the_second_wave_asks_only_what_was_wanted(facts: Hosting, options: Options, sources: set[str]) -> None:
    """No exchanger, a null MX (MX-04), or sources the caller did not name: nothing more is asked."""
    assert {step.name for step in second_wave(MX, CORP, facts, options)} == sources
