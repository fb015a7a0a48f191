"""What no folder can show: who may be audited, what is asked, TLSA records, log-ins before TLS, what breaks."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup import aio, blocking
from mailsetup.address import Address
from mailsetup.audit.evidence import Evidence
from mailsetup.audit.judge import judge
from mailsetup.audit.neighbours import neighbours
from mailsetup.audit.places import AUTOCONFIG_HOST, AUTOCONFIG_PLACES
from mailsetup.audit.tlsa import compare
from mailsetup.cli.audit import FailOn, exit_code, grades_from
from mailsetup.errors import InvalidAddress, InvalidOptions
from mailsetup.formats import autoconfig
from mailsetup.model import Certificate, Options, Protocol, Security, Server, SourceName
from mailsetup.model.audit import AuditReport, Grade
from mailsetup.net.interface import TlsaRecord
from mailsetup.remarks import remark
from mailsetup.render.audit_words import numbered
from mailsetup.testing import FakeNetwork
from mailsetup.testing import Page as FakePage
from tests.audit.folder import CASES, DOMAIN, NOW, Case
from tests.support.program import run

if TYPE_CHECKING:
    from mailsetup.net.interface import Network
    from mailsetup.testing.folder import Written


def audited(name: str, **options: Any) -> tuple[AuditReport, FakeNetwork]:
    case = Case(CASES / name)
    network = case.network()
    chosen = case.options(network).model_copy(update=options)
    return blocking.audit(DOMAIN, options=chosen, now=NOW), network


def codes(report: AuditReport) -> set[str]:
    return {one.code for one in report.remarks}


# Who may be audited


@pytest.mark.parametrize(
    "domain", ["localhost", "printer", "box.local", "[192.0.2.1]", "a..b", "", "x@", "not a domain"]
)
def test_only_public_domains_are_audited(domain: str) -> None:
    """Anything else is the caller's mistake, and nobody is asked (EAI-12)."""
    network = FakeNetwork()
    with pytest.raises(InvalidAddress):
        blocking.audit(domain, options=Options(network=network))
    assert network.asked == []


def test_an_audit_cannot_be_had_offline() -> None:
    """It would say nothing, and look as if it did."""
    with pytest.raises(InvalidOptions):
        blocking.audit(DOMAIN, options=Options(offline=True, network=FakeNetwork()))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("corp.example", "postmaster@corp.example"),
        ("Kim@Corp.Example", "Kim@corp.example"),
        ("bücher.example", "postmaster@bücher.example"),
    ],
)
def test_a_mechanism_that_wants_an_address_gets_the_postmasters(given: str, address: str) -> None:
    """Every domain has that mailbox (RFC 5321 section 4.5.1); who wants another one gives it."""
    report = blocking.audit(given, options=Options(network=FakeNetwork()), now=NOW)
    assert report.address == address


# What is asked


def test_everybody_is_asked_whatever_the_others_say() -> None:
    """No short cut: a domain that the bundled data knows is asked about all the same, http too."""
    network = FakeNetwork()
    report = blocking.audit("gmail.com", options=Options(network=network, timeout=8), now=NOW)
    asked = " ".join(network.asked)
    for place in (
        "https://autoconfig.gmail.com/",
        "https://gmail.com/.well-known/autoconfig/",
        "http://autoconfig.gmail.com/",
        "https://v1.ispdb.net/gmail.com",
        "_ua-auto-config.gmail.com",
        "_imaps._tcp.gmail.com",
        "MX gmail.com",
        "https://autodiscover.gmail.com/",
        "https://mta-sts.gmail.com/",
        "_caldav._tcp.gmail.com",
    ):
        assert place in asked
    assert {claim.source for claim in report.claims} == set(SourceName) - {SourceName.USER_FILE}


def test_the_users_own_files_are_nobodys_business() -> None:
    """What stands on this machine is not what the domain publishes."""
    report, _ = audited("perfect")
    assert SourceName.USER_FILE not in {claim.source for claim in report.claims}


def test_every_server_and_its_other_port_is_tried() -> None:
    """Both usual ports of each named host, and port 25 of the exchangers."""
    _, network = audited("perfect")
    tried = {line.removeprefix("CONNECT ") for line in network.asked if line.startswith("CONNECT ")}
    assert tried >= {
        "imap.corp.example:993",
        "imap.corp.example:143",
        "smtp.corp.example:465",
        "smtp.corp.example:587",
        "mx.corp.example:25",
    }


def test_without_consent_the_address_stays_here() -> None:
    """``share_address=False`` holds for an audit too (SEC-10)."""
    _, network = audited("perfect", share_address=False)
    assert not [line for line in network.asked if "postmaster" in line or "POST" in line]


def test_a_source_that_breaks_costs_its_own_answer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' answers are in the report, and the failure is shown for what it is."""
    from mailsetup.sources import ispdb

    async def broken(self: object, address: Address, network: Network, /) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ispdb.Ispdb, "find", broken)
    report, _ = audited("perfect")
    ended = {str(claim.source): claim.reason for claim in report.claims}
    assert ended["ispdb"] == "source-failed"
    assert {str(view.family): str(view.standing) for view in report.views}["srv"] == "works"


def test_the_deadline_holds_whatever_hangs() -> None:
    """A network that is silent everywhere costs the time-out and no more, and the report says what it is."""
    hosts = ("autoconfig", "ua-auto-config", "autodiscover", "mta-sts")
    pages: dict[str, FakePage | bytes | str | int] = {f"https://{host}.corp.example/": "x" for host in hosts}
    hanging: dict[str, FakePage | bytes | str | int] = {
        "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=postmaster%40corp.example": FakePage(
            fault="hangs"
        ),
        "https://mta-sts.corp.example/.well-known/mta-sts.txt": FakePage(fault="hangs"),
        "https://v1.ispdb.net/corp.example": FakePage(fault="hangs"),
    }
    network = FakeNetwork(
        {"corp.example MX": "10 mx.corp.example"}, {**pages, **hanging}, {"mx.corp.example:25": "hangs"}
    )
    report = blocking.audit(DOMAIN, options=Options(network=network, timeout=1.5), now=NOW)
    assert report.elapsed < 3
    assert "incomplete" in codes(report)
    assert {str(claim.source): claim.reason for claim in report.claims}["ispdb"] == "timed-out"


def test_without_a_network_there_is_one_remark() -> None:
    """Nothing else would mean anything, and nothing is said about the domain."""
    evidence = Evidence(address=Address.parse("postmaster@corp.example"), now=NOW, has_network=False)
    assert [one.code for one in judge(evidence).remarks] == ["no-network"]


def test_nothing_is_concluded_from_silence() -> None:
    """An audit that heard nothing (SRV-19) claims neither missing hosts nor missing protection."""
    evidence = Evidence(address=Address.parse("postmaster@corp.example"), now=NOW, complete=False, seconds=1)
    report = judge(evidence)
    assert not codes(report) & {
        "no-such-domain",
        "no-exchanger",
        "exchanger-missing",
        "dnssec-unsigned",
        "tlsa-missing",
    }
    assert "incomplete" in codes(report)


# Remedies


@pytest.mark.parametrize("name", ["no-autoconfig", "only-guessing", "mechanisms-disagree", "implicit-tls-unpublished"])
def test_a_published_remedy_mends_what_it_is_for(name: str) -> None:
    """Whoever publishes the autoconfig document of a report, and audits again, has one that works."""
    case = Case(CASES / name)
    before = blocking.audit(DOMAIN, options=case.options(case.network()), now=NOW)
    url = AUTOCONFIG_HOST.format(domain=DOMAIN)
    document = next(remedy.text for one in before.remarks for remedy in one.remedies if remedy.place == url)
    assert autoconfig.parse(document.encode(), address=Address.parse("kim@corp.example")).ignored == ()
    written = case.written
    pages = written.pages | dict.fromkeys(AUTOCONFIG_URLS, FakePage(document))
    network = FakeNetwork(written.dns, pages, written.transcripts, secure=written.secure)
    after = blocking.audit(DOMAIN, options=Options(network=network, timeout=20), now=NOW)
    assert {str(view.family): str(view.standing) for view in after.views}["autoconfig"] == "works"
    assert "no-autoconfig" not in codes(after)


AUTOCONFIG_URLS = [place.format(domain=DOMAIN) for place in AUTOCONFIG_PLACES]
AUTOCONFIG_URLS.append(f"{AUTOCONFIG_URLS[0]}?emailaddress=postmaster%40{DOMAIN}")


def published(report: AuditReport, written: Written) -> FakeNetwork:
    """Do what the report says: every zone line into the zone, every file at its URL, and at its other usual places."""
    dns, pages = dict(written.dns), dict(written.pages)
    for remedy in numbered(report.remarks):
        if remedy.kind == "file":
            is_autoconfig = remedy.place == AUTOCONFIG_HOST.format(domain=DOMAIN)
            pages |= dict.fromkeys(AUTOCONFIG_URLS if is_autoconfig else [remedy.place], FakePage(remedy.text))
            continue
        added: dict[str, list[str]] = {}
        for line in remedy.text.splitlines():
            owner, _, _, type_, data = line.split(maxsplit=4)
            added.setdefault(f"{owner.removesuffix('.')} {type_}", []).append(data)
        dns |= added
    return FakeNetwork(dns, pages, written.transcripts, secure=written.secure)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("only-guessing", {"mta-sts-testing"}),
        ("no-srv", set()),
        ("no-pacc", set()),
        ("no-autodiscover", set()),
        ("pacc-digest-mismatch", set()),
        ("pacc-without-digest", set()),
        ("srv-denies", set()),
        ("srv-wildcard", {"srv-without-tls"}),  # the wildcard itself has to be taken away
        ("mta-sts-mismatch", set()),
        ("mta-sts-ready-to-enforce", set()),
        ("mta-sts-missing", {"mta-sts-testing"}),
        ("tlsa-mismatch", set()),
        ("no-autoconfig", set()),
        ("autoconfig-over-http-only", set()),
        ("cleartext", {"cleartext-login"}),
    ],
)
def test_whoever_publishes_what_the_report_says_is_done(name: str, left: set[str]) -> None:
    """All remedies together, pasted as they are, leave no remark but those that publishing cannot mend."""
    case = Case(CASES / name)
    before = blocking.audit(DOMAIN, options=case.options(case.network()), now=NOW)
    network = published(before, case.written)
    after = blocking.audit(DOMAIN, options=Options(network=network, timeout=20), now=NOW)
    assert codes(after) == left


def test_remedies_name_no_user() -> None:
    """A document serves everybody in the domain: placeholders, never the audit's own address."""
    report, _ = audited("only-guessing")
    texts = [remedy.text for one in report.remarks for remedy in one.remedies]
    assert texts
    assert not [text for text in texts if "postmaster" in text]


# TLSA

KEY, WHOLE = b"key", b"certificate"
CERTIFICATE = Certificate(fingerprint=sha256(WHOLE).hexdigest(), key_fingerprint=sha256(KEY).hexdigest())


@pytest.mark.parametrize(
    ("record", "comparison"),
    [
        (TlsaRecord(3, 1, 1, sha256(KEY).digest()), "matches"),
        (TlsaRecord(3, 0, 1, sha256(WHOLE).digest()), "matches"),
        (TlsaRecord(1, 1, 0, KEY), "matches"),
        (TlsaRecord(3, 0, 1, sha256(KEY).digest()), "mismatch"),
        (TlsaRecord(3, 1, 0, WHOLE), "mismatch"),
        (TlsaRecord(2, 1, 1, sha256(KEY).digest()), "uncompared"),
        (TlsaRecord(3, 1, 2, bytes(64)), "uncompared"),
        (TlsaRecord(3, 9, 1, bytes(32)), "uncompared"),
    ],
)
def test_a_tlsa_record_is_compared_as_far_as_one_can_see(record: TlsaRecord, comparison: str) -> None:
    """Key or certificate, whole or as SHA-256 (RFC 6698 section 2.1); the rest is a doubt, and no verdict."""
    assert compare([record], CERTIFICATE) == comparison
    assert compare([record], None) == "uncompared"


@given(
    st.lists(
        st.builds(TlsaRecord, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
    )
)
def test_one_record_that_fits_is_enough(others: list[TlsaRecord]) -> None:
    """While keys are rolled over, the old and the new one stand side by side (RFC 7671 section 8)."""
    assert compare([*others, TlsaRecord(3, 1, 1, sha256(KEY).digest())], CERTIFICATE) == "matches"


# Neighbours


def test_neighbours_are_the_usual_ports_that_nobody_names() -> None:
    """Both ports of each host, those already named left out, each once."""
    named = [
        Server(protocol=Protocol.IMAP, hostname="imap.corp.example", port=993, security=Security.TLS),
        Server(protocol=Protocol.IMAP, hostname="imap.corp.example", port=1143, security=Security.STARTTLS),
    ]
    assert [server.endpoint for server in neighbours(named)] == [
        (Protocol.IMAP, "imap.corp.example", 143, Security.STARTTLS)
    ]


# Log-ins before TLS

OPEN = {
    "imap": (
        "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN AUTH=SCRAM-SHA-256] hi\nC: q1 LOGOUT",
        ("PLAIN", "own command"),
    ),
    "imap, disabled": ("S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi\nC: q1 LOGOUT", ()),
    "pop3": ("S: +OK hi\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN CRAM-MD5\nS: .\nC: QUIT", ("PLAIN", "own command")),
    "pop3, nothing": ("S: +OK hi\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: QUIT", ()),
    "smtp": (
        "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250-hi\nS: 250 AUTH LOGIN PLAIN CRAM-MD5\nC: QUIT",
        ("LOGIN", "PLAIN"),
    ),
    "smtp, nothing": ("S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250-hi\nS: 250 STARTTLS\nC: QUIT", ()),
}


@pytest.mark.parametrize("name", OPEN)
def test_a_probe_notes_log_ins_that_are_offered_in_the_open(name: str) -> None:
    """Only those that would show the credential; and they are never used (IMAP-03, POP-03, SMTP-02)."""
    transcript, logins = OPEN[name]
    server = Server(protocol=Protocol(name.partition(",")[0]), hostname="a.example", port=143, security=Security.NONE)
    network = FakeNetwork(transcripts={"a.example:143": transcript})
    probe = anyio.run(lambda: aio.probe(server, options=Options(network=network)))
    assert probe.open_logins == logins
    assert probe.auth == ()


def test_the_protocols_own_log_in_has_its_name() -> None:
    """The owner reads IMAP's word for it, which stands in the server's configuration."""
    report, _ = audited("passwords-before-tls")
    (told,) = report.remarks
    assert told.arguments["mechanisms"] == "PLAIN, LOGIN"


# Exit codes


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [("error", "mta-sts-mismatch"), ("warning", "no-srv"), ("hint", "no-pacc"), ("never", "")],
)
def test_the_exit_code_follows_the_gravest_remark(fail_on: str, failing: str) -> None:
    """``--fail-on`` names the least grave remark that fails; ``never`` fails on none."""
    made = [
        remark("mta-sts-mismatch", hostname="a", domain="b"),
        remark("no-srv", domain="b"),
        remark("no-pacc", domain="b"),
    ]
    report = blocking.audit(DOMAIN, options=Options(network=FakeNetwork()), now=NOW)
    codes_that_fail = [
        one.code
        for one in made
        if exit_code(report.model_copy(update={"remarks": (one,)}), grades_from(FailOn(fail_on)))
    ]
    assert codes_that_fail == [one.code for one in made][: len(codes_that_fail)]
    assert (codes_that_fail or [""])[-1] == failing


def test_the_worst_grade_is_the_gravest() -> None:
    """Computed, in the JSON too; nothing at all is no grade."""
    report, _ = audited("perfect")
    assert report.worst is None
    mixed = report.model_copy(update={"remarks": (remark("no-pacc", domain="a"), remark("no-srv", domain="a"))})
    assert mixed.worst is Grade.WARNING
    assert '"worst":"warning"' in mixed.model_dump_json()


def test_evidence_is_a_value() -> None:
    """Judging twice gives the same report: the rules keep nothing."""
    evidence = Evidence(address=Address.parse("postmaster@corp.example"), now=NOW)
    assert judge(evidence) == judge(replace(evidence))


# The command line


@pytest.mark.parametrize(
    "arguments",
    [["localhost"], ["a..b"], ["corp.example", "--html", "/nowhere/at/all/x.html"], ["corp.example", "--fail-on", "x"]],
)
def test_what_cannot_be_done_is_said_at_once(arguments: list[str]) -> None:
    """Exit code 2 and a sentence, before anybody is asked."""
    ended = run("audit", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.strip()
    assert "Traceback" not in ended.err


def test_the_command_line_without_a_network() -> None:
    """One remark, an error; with ``--fail-on never`` it is shown all the same."""
    alone = ("corp.example", "--nameserver", "127.0.0.1:1", "--lang", "de")
    ended = run("audit", *alone)
    assert ended.code == 1
    assert "Dieser Computer hat keine Netzverbindung" in " ".join(ended.out.split())
    ended = run("audit", *alone, "--fail-on", "never", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert [one.code for one in AuditReport.model_validate_json(ended.out).remarks] == ["no-network"]
