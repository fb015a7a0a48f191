"""SRV records: the draw, the candidates, and what a domain's owner should publish."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.formats import srv
from mailsetup.model import Protocol, Security, Server, Service

ANN = Address.parse("ann@corp.example")


class Record(NamedTuple):
    """The data of one SRV record."""

    priority: int
    weight: int
    port: int
    target: str


def codes(reading: srv.SrvReading) -> list[str]:
    """Give the reasons only."""
    return [item.code for item in reading.ignored]


def hosts(reading: srv.SrvReading) -> list[str]:
    """Give the host names only."""
    return [server.hostname for server in reading.servers]


def test_priority_comes_before_weight() -> None:
    """The lowest priority is tried first, whatever the weights (SRV-01)."""
    records = [Record(20, 100, 993, "c.example"), Record(10, 0, 993, "b.example"), Record(0, 1, 993, "a.example")]
    assert [record.target for record in srv.order(records)] == ["a.example", "b.example", "c.example"]


def test_weights_have_their_shares() -> None:
    """Over many seeds the first place goes to each record by its weight, and rarely to weight 0 (SRV-01)."""
    records = [Record(0, weight, 993, f"w{weight}.example") for weight in (0, 10, 30)]
    first = Counter(srv.order(records, seed=seed)[0].weight for seed in range(4000))
    # Exactly: 1, 10 and 30 of the 41 numbers that can be drawn.
    assert 50 < first[0] < 150
    assert 850 < first[10] < 1100
    assert 2800 < first[30] < 3050


def test_the_draw_is_the_same_for_equal_input() -> None:
    """Equal answers give an equal order, in whatever order DNS delivers them (OPS-05)."""
    records = [Record(0, 5, 993, f"{name}.example") for name in "abcdef"]
    assert srv.order(records) == srv.order(reversed(records)) == srv.order(records)
    assert any(srv.order(records, seed=seed) != srv.order(records) for seed in range(1, 10))


@given(
    st.lists(st.builds(Record, st.integers(0, 3), st.integers(0, 65535), st.just(993), st.sampled_from("abcdefgh"))),
    st.integers(0, 99),
)
def test_the_draw_keeps_every_record(records: list[Record], seed: int) -> None:
    """Nothing is lost, nothing is doubled, and priorities rise (SRV-01)."""
    drawn = srv.order(records, seed=seed)
    assert sorted(drawn) == sorted(records)
    assert [record.priority for record in drawn] == sorted(record.priority for record in records)


@pytest.mark.parametrize(
    ("label", "protocol", "security"),
    [
        ("_imaps._tcp", "imap", "tls"),
        ("_imap._tcp", "imap", "starttls"),
        ("_pop3s._tcp", "pop3", "tls"),
        ("_pop3._tcp", "pop3", "starttls"),
        ("_submissions._tcp", "smtp", "tls"),
        ("_submission._tcp", "smtp", "starttls"),
    ],
)
def test_labels(label: str, protocol: str, security: str) -> None:
    """Each label stands for one protocol and security, and the record's own port counts (SRV-04, SRV-07)."""
    server = srv.read({label: [Record(0, 1, 9933, "Mail.Corp.EXAMPLE.")]}, address=ANN).servers[0]
    assert (server.protocol, server.security, server.port, server.hostname) == (
        protocol,
        security,
        9933,
        "mail.corp.example",
    )
    assert (server.username, server.username_alternatives, server.auth) == ("ann@corp.example", ("ann",), ())


def test_the_order_of_candidates() -> None:
    """Implicit TLS comes first even with a worse priority, then the records' own order (SRV-09)."""
    answers = {
        "_imap._tcp": [Record(0, 1, 143, "a.corp.example")],
        "_imaps._tcp": [Record(20, 1, 993, "c.corp.example"), Record(10, 1, 993, "b.corp.example")],
        "_submission._tcp": [Record(0, 1, 587, "d.corp.example")],
    }
    assert hosts(srv.read(answers)) == ["b.corp.example", "c.corp.example", "a.corp.example", "d.corp.example"]


@pytest.mark.parametrize(
    ("imap", "pop3", "prefers", "first"),
    [(0, 10, "imap", "imap"), (10, 0, "pop3", "pop3"), (5, 5, None, "imap")],
)
def test_imap_or_pop3(imap: int, pop3: int, prefers: str | None, first: str) -> None:
    """The protocol with the lower best priority is what the domain prefers; with a tie IMAP stands first (SRV-08)."""
    answers = {
        "_imap._tcp": [Record(imap, 1, 143, "imap.corp.example")],
        "_imaps._tcp": [Record(90, 1, 993, "imap.corp.example")],
        "_pop3s._tcp": [Record(pop3, 1, 995, "pop.corp.example")],
    }
    reading = srv.read(answers)
    assert (reading.prefers, reading.servers[0].protocol) == (prefers, first)


def test_a_dot_denies_one_label_only() -> None:
    """``.`` says that there is no such service, and leaves the other labels alone (SRV-02, SRV-03)."""
    answers = {
        "_imap._tcp": [Record(0, 0, 0, ".")],
        "_imaps._tcp": [Record(0, 1, 993, "imap.corp.example")],
        "_pop3._tcp": [Record(0, 0, 0, ".")],
    }
    reading = srv.read(answers)
    assert reading.denied == ("_imap._tcp", "_pop3._tcp")
    assert hosts(reading) == ["imap.corp.example"]


def test_a_dot_beside_others_is_only_a_bad_target() -> None:
    """``.`` denies a service only if it stands alone (SRV-02)."""
    reading = srv.read({"_imaps._tcp": [Record(0, 0, 0, "."), Record(1, 1, 993, "imap.corp.example")]})
    assert (reading.denied, hosts(reading), codes(reading)) == ((), ["imap.corp.example"], ["bad-hostname"])


@pytest.mark.parametrize(
    "target", ["192.0.2.1", "localhost", "a_b.corp.example", "x..example", "2001:db8::1", "-a.example", ""]
)
def test_bad_targets_are_dropped(target: str) -> None:
    """Targets that are no host names cost only themselves (SEC-06)."""
    reading = srv.read({"_imaps._tcp": [Record(0, 1, 993, target), Record(1, 1, 993, "imap.corp.example")]})
    assert hosts(reading) == ["imap.corp.example"]
    assert codes(reading) == ["bad-hostname"]


def test_port_zero_is_dropped() -> None:
    """A record without a port leads nowhere (SRV-04)."""
    assert codes(srv.read({"_imaps._tcp": [Record(0, 1, 0, "imap.corp.example")]})) == ["bad-port"]


def test_managesieve_and_jmap() -> None:
    """ManageSieve is host and port; JMAP a well-known URL, with the port where it is not 443 (SRV-16, SRV-17)."""
    answers = {
        "_sieve._tcp": [Record(0, 1, 4190, "sieve.corp.example")],
        "_jmap._tcp": [Record(0, 1, 443, "jmap.corp.example"), Record(1, 1, 8443, "jmap.corp.example")],
    }
    reading = srv.read(answers)
    sieve, *jmap = reading.services
    assert (sieve.hostname, sieve.port, sieve.security) == ("sieve.corp.example", 4190, Security.STARTTLS)
    assert [service.url for service in jmap] == [
        "https://jmap.corp.example/.well-known/jmap",
        "https://jmap.corp.example:8443/.well-known/jmap",
    ]


@pytest.mark.parametrize(
    ("texts", "urls"),
    [
        ([], ["/.well-known/caldav"]),
        ([b"path=/dav/"], ["/dav/", "/.well-known/caldav"]),
        ([b"note=x", b"PATH=/dav/"], ["/dav/", "/.well-known/caldav"]),
        ([b"path=/.well-known/caldav"], ["/.well-known/caldav"]),
        ([b"path=dav"], ["/.well-known/caldav"]),
        ([b"path=//evil.example/"], ["/.well-known/caldav"]),
        ([b"path=/a b"], ["/.well-known/caldav"]),
        ([b"path"], ["/.well-known/caldav"]),
        ([b"path=/\xc3\xbc/"], ["/%C3%BC/", "/.well-known/caldav"]),
    ],
)
def test_dav_paths(texts: list[bytes], urls: list[str]) -> None:
    """The path that TXT tells is tried first, the well-known one after it (DAV-02, DAV-03)."""
    answers = {"_caldavs._tcp": [Record(0, 1, 443, "dav.corp.example")]}
    reading = srv.read(answers, paths={"_caldavs._tcp": texts})
    assert [service.url for service in reading.services] == [f"https://dav.corp.example{path}" for path in urls]


def test_dav_without_tls_is_left_out() -> None:
    """The labels without TLS are never used (DAV-01, SRV-10)."""
    reading = srv.read({"_caldav._tcp": [Record(0, 1, 80, "dav.corp.example")]})
    assert (reading.services, codes(reading)) == ((), ["plaintext-service"])


def test_a_wildcard_record_is_noticed() -> None:
    """One port cannot speak IMAP, POP3 and SMTP: such an answer comes from a wildcard record (SRV-22)."""
    same = [Record(0, 1, 993, "www.corp.example")]
    assert srv.read({"_imaps._tcp": same, "_pop3s._tcp": same, "_submissions._tcp": same}).wildcard
    assert not srv.read({"_imaps._tcp": same, "_imap._tcp": same}).wildcard
    https = [Record(0, 1, 443, "dav.corp.example")]
    assert not srv.read({"_caldavs._tcp": https, "_carddavs._tcp": https}).wildcard


def test_international_user_names() -> None:
    """Full address as typed, then in A-labels, then the local part (SRV-14, EAI-09)."""
    address = Address.parse("x@faß.example")
    server = srv.read({"_imaps._tcp": [Record(0, 1, 993, "imap.corp.example")]}, address=address).servers[0]
    assert server.username == "x@faß.example"
    assert server.username_alternatives == ("x@xn--fa-hia.example", "x")


def test_unknown_labels_are_reported() -> None:
    """A label that nobody knows is a caller's or a domain's slip, and is said (SRV-07)."""
    assert codes(srv.read({"_gopher._tcp": [Record(0, 1, 70, "gopher.corp.example")]})) == ["unknown-type"]


def parsed(lines: tuple[str, ...]) -> tuple[dict[str, list[Record]], dict[str, list[bytes]]]:
    """Read zone lines back."""
    answers: dict[str, list[Record]] = {}
    texts: dict[str, list[bytes]] = {}
    for line in lines:
        match = re.fullmatch(
            r"(_\w+\._tcp)\.corp\.example\. 3600 IN (?:SRV (\d+) (\d+) (\d+) (\S+)|TXT \"(.*)\")", line
        )
        assert match, line
        if match[6] is not None:
            texts.setdefault(match[1], []).append(match[6].encode())
        else:
            answers.setdefault(match[1], []).append(Record(int(match[2]), int(match[3]), int(match[4]), match[5]))
    return answers, texts


def test_what_is_written_is_read_back() -> None:
    """The published records give the servers and services back, in their order (SRV-02, SRV-08, DAV-02)."""
    common = {"username": "%EMAILADDRESS%"}
    local = {"username_alternatives": ("%EMAILLOCALPART%",)}
    servers = tuple(
        Server(protocol=protocol, hostname=host, port=port, security=security, **common, **local)
        for protocol, host, port, security in [
            (Protocol.POP3, "pop.corp.example", 995, "tls"),
            (Protocol.IMAP, "imap.corp.example", 993, "tls"),
            (Protocol.IMAP, "imap2.corp.example", 993, "tls"),
            (Protocol.IMAP, "imap.corp.example", 143, "starttls"),
            (Protocol.SMTP, "smtp.corp.example", 465, "tls"),
        ]
    )  # fmt: skip
    services = (
        Service(protocol="managesieve", hostname="imap.corp.example", port=4190, security="starttls", **common),
        Service(protocol="jmap", url="https://jmap.corp.example/.well-known/jmap", **common),
        Service(protocol="caldav", url="https://dav.corp.example/cal/", **common),
        Service(protocol="caldav", url="https://dav.corp.example/.well-known/caldav", **common),
    )
    answers, paths = parsed(srv.zone_lines("corp.example", servers=servers, services=services))
    reading = srv.read(answers, paths=paths)
    assert reading.servers == servers
    assert reading.services == services
    assert reading.prefers is Protocol.POP3
    assert set(reading.denied) == {"_pop3._tcp", "_submission._tcp"}


def test_missing_protocols_need_not_be_denied() -> None:
    """Who still has plans for a protocol leaves its record out (SRV-02)."""
    server = Server(protocol="imap", hostname="imap.corp.example", port=993, security="tls")
    lines = srv.zone_lines("corp.example", servers=[server], deny_missing=False)
    assert lines == ("_imaps._tcp.corp.example. 3600 IN SRV 0 1 993 imap.corp.example.",)
