"""Merging and ranking: pure decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsetup.model import (
    Auth,
    Finding,
    Outcome,
    Probe,
    Protocol,
    Security,
    Server,
    Service,
    SourceName,
    Status,
    Trust,
)
from mailsetup.rank import merge_servers, merge_services

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKS, FAILS = Probe(outcome=Outcome.CONFIRMED), Probe(outcome=Outcome.TIMEOUT)


def server(
    name: str, *, security: Security = Security.TLS, trust: int = 2, source: str = "srv", **more: object
) -> Server:
    values = {
        "protocol": "imap",
        "hostname": f"{name}.example",
        "port": 993,
        "security": security,
        "trust": Trust(trust),
    }
    return Server.model_validate(values | {"sources": (source,)} | more)


def found(*servers: Server) -> Finding:
    return Finding(status=Status.FOUND, servers=servers)


def hosts(findings: Sequence[tuple[int, Finding]], **more: frozenset[int]) -> list[str]:
    return [one.hostname.removesuffix(".example") for one in merge_servers(findings, **more)]


@pytest.mark.parametrize(
    ("findings", "order"),
    [
        ([(1, found(server("a", trust=1))), (2, found(server("b", trust=3)))], ["b", "a"]),
        ([(2, found(server("a"))), (1, found(server("b")))], ["b", "a"]),
        ([(1, found(server("a"), server("b")))], ["a", "b"]),
        ([(1, found(server("a", trust=3, probe=FAILS))), (2, found(server("b", trust=2, probe=WORKS)))], ["b", "a"]),
        ([(1, found(server("a", probe=FAILS), server("b")))], ["b", "a"]),
        ([(1, found(server("a"), server("b", probe=WORKS)))], ["b", "a"]),
        ([(1, found(server("a", security=Security.NONE, trust=3), server("b", trust=0)))], ["b", "a"]),
        ([(1, found(server("a", security=Security.NONE, probe=WORKS), server("b", probe=FAILS)))], ["b", "a"]),
        ([], []),
    ],
)
def test_the_order_of_results(findings: Sequence[tuple[int, Finding]], order: list[str]) -> None:
    """Encrypted first; then what works; then trust; then the plan's order; then the source's own (AC-04, AC-35)."""
    assert hosts(findings) == order


def test_a_verdict_puts_a_source_behind_the_others() -> None:
    """But not in front of what works, and the server stays in the list."""
    findings = [(1, found(server("a", trust=3))), (2, found(server("b", trust=2)))]
    assert hosts(findings, demoted=frozenset({1})) == ["b", "a"]


def test_the_same_server_from_several_sources_is_one_that_names_them_all() -> None:
    """The most trusted leads: its trust, provenance and user name count; the rest fills gaps."""
    weak = server("a", trust=1, source="srv", username="jo", auth=("password",), provenance=("SRV",))
    strong = server("a", trust=3, source="autoconfig", username="jo@corp.example", provenance=("https",))
    (merged,) = merge_servers([(1, found(weak)), (2, found(strong))])
    assert merged.sources == ("autoconfig", "srv")
    assert (merged.trust, merged.provenance) == (Trust.AUTHENTICATED, ("https",))
    assert merged.username == "jo@corp.example"
    assert merged.username_alternatives == ("jo",)
    assert merged.auth == (Auth.PASSWORD,)


def test_different_security_is_a_different_server() -> None:
    """587 with STARTTLS and 587 with nothing must never be merged."""
    assert len(merge_servers([(1, found(server("a"), server("a", security=Security.STARTTLS)))])) == 2


SMALL = st.builds(
    Server,
    protocol=st.sampled_from([Protocol.IMAP, Protocol.SMTP]),
    hostname=st.sampled_from(["a.example", "b.example"]),
    port=st.sampled_from([143, 993]),
    security=st.sampled_from(Security),
    username=st.sampled_from([None, "x", "y"]),
    username_alternatives=st.sampled_from([(), ("x",), ("z", "y")]),
    auth=st.sampled_from([(), (Auth.PASSWORD,), (Auth.OAUTH2,)]),
    trust=st.sampled_from(Trust),
    sources=st.sampled_from(list(SourceName)).map(lambda name: (name,)),
    probe=st.sampled_from([None, WORKS, FAILS]),
)


def one_probe_an_endpoint(servers: list[Server]) -> list[Server]:
    """An endpoint is probed once, so all claims about it carry the same probe."""
    probes = {one.endpoint: one.probe for one in servers}
    distinct = {one.endpoint: one for one in servers}
    return [one.model_copy(update={"probe": probes[one.endpoint]}) for one in distinct.values()]


FINDINGS = st.lists(
    st.lists(SMALL, max_size=4).map(one_probe_an_endpoint).map(lambda servers: found(*servers)), max_size=4
).map(lambda findings: list(enumerate(findings)))


@settings(max_examples=100)
@given(FINDINGS, st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_who_answered_first(findings: list[tuple[int, Finding]], random: object) -> None:
    """Sources run at once; the result is the same whatever their order in time."""
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert merge_servers(shuffled) == merge_servers(findings)


@settings(max_examples=100)
@given(FINDINGS)
def test_merging_loses_nothing(findings: list[tuple[int, Finding]]) -> None:
    """Every endpoint is there once, with every source, every user name, and the best trust anybody gave it."""
    claims = [one for _, finding in findings for one in finding.servers]
    merged = merge_servers(findings)
    assert {one.endpoint for one in merged} == {one.endpoint for one in claims}
    assert len(merged) == len({one.endpoint for one in merged})
    for one in merged:
        same = [claim for claim in claims if claim.endpoint == one.endpoint]
        assert set(one.sources) == {source for claim in same for source in claim.sources}
        assert one.trust == max(claim.trust for claim in same)
        told = {name for claim in same for name in (claim.username, *claim.username_alternatives) if name}
        assert {name for name in (one.username, *one.username_alternatives) if name} == told


@settings(max_examples=100)
@given(FINDINGS)
def test_plaintext_is_always_last(findings: list[tuple[int, Finding]]) -> None:
    """Whoever recommends it, and whether or not it works."""
    plain = [one.security is Security.NONE for one in merge_servers(findings)]
    assert plain == sorted(plain)


def service(url: str, *, trust: int = 2, source: str = "autoconfig") -> Service:
    return Service(protocol=Protocol.CALDAV, url=url, trust=Trust(trust), sources=(source,))


def test_services_are_merged_too() -> None:
    """The same URL is one service that names all its sources; the most trusted leads."""
    a, b = "https://a.example/", "https://b.example/"
    first = Finding(
        status=Status.FOUND, services=(service(a, trust=1, source="srv"), service(b, trust=1, source="srv"))
    )
    second = Finding(status=Status.FOUND, services=(service(a, trust=3, source="pacc"),))
    merged = merge_services([(1, first), (2, second)])
    assert [(one.url, one.trust, one.sources) for one in merged] == [(a, 3, ("pacc", "srv")), (b, 1, ("srv",))]
