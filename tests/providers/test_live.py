"""The live check of providers' servers: what is asked, how politely, and what is made of the answers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.cli.providers.asking import PER_HOST, check_servers, server_of
from mailsetup.model import Auth, Certificate, Options, Outcome, Probe, Security
from mailsetup.providers.live_report import LiveReport, ServerCheck, check_of, compared
from mailsetup.providers.schema import ProviderFile, ServerEntry
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.net.interface import Connection, Target

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)

OK = "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: q1 LOGOUT"
WITH_OAUTH = "<tls>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2] ready\nC: q1 LOGOUT"
OAUTH_ONLY = "<tls>\nS: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2] ready\nC: q1 LOGOUT"
PLAIN = "<plain>\nS: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: q1 LOGOUT"


def imap(hostname: str = "imap.corp.example", port: int = 993, security: str = "tls", **more: Any) -> dict[str, Any]:
    return {"protocol": "imap", "hostname": hostname, "port": port, "security": security, **more}


def file_of(identifier: str, *servers: dict[str, Any], **values: Any) -> ProviderFile:
    return ProviderFile.model_validate(
        {
            "id": identifier,
            "name": identifier,
            "kind": "mailbox",
            "servers": servers,
            "sources": ["own-knowledge"],
            "checked": "2026-01-01",
        }
        | values
    )


def check(
    *files: ProviderFile, transcripts: Mapping[str, str], jobs: int = 8, network: FakeNetwork | None = None
) -> LiveReport:
    """Run the check against a network in memory."""
    options = Options(network=network or FakeNetwork(transcripts=transcripts), timeout=2)
    return anyio.run(partial(check_servers, files, options=options, jobs=jobs, now=NOW))


def codes(report: LiveReport) -> list[list[str]]:
    return [[noted.code for noted in each.noted] for each in report.servers]


@pytest.mark.parametrize(
    ("transcript", "auth", "outcome", "noted"),
    [
        (OK, ["password"], Outcome.CONFIRMED, []),
        (WITH_OAUTH, ["oauth2", "password"], Outcome.CONFIRMED, []),
        (WITH_OAUTH, ["password"], Outcome.CONFIRMED, ["oauth-unlisted"]),
        (OK, ["oauth2", "password"], Outcome.CONFIRMED, ["auth-missing"]),
        (OAUTH_ONLY, ["password"], Outcome.CONFIRMED, ["auth-missing", "oauth-unlisted"]),
        (OK, ["client-ip"], Outcome.CONFIRMED, []),
        ("connection-refused", ["password"], Outcome.CONNECTION_REFUSED, ["outcome"]),
        ("certificate-expired", ["password"], Outcome.CERTIFICATE_EXPIRED, ["outcome"]),
        ("<tls>\nS: 220 smtp", ["password"], Outcome.WRONG_PROTOCOL, ["outcome"]),
    ],
)
def test_what_is_noted(transcript: str, auth: list[str], outcome: Outcome, noted: list[str]) -> None:
    """A server that is as filed gives no remark; a claim it does not hold, or a verdict, gives its own."""
    report = check(file_of("corp", imap(auth=auth)), transcripts={"imap.corp.example:993": transcript})
    (only,) = report.servers
    assert (only.outcome, codes(report)) == (outcome, [noted])
    assert all(each.message.endswith(".") for each in only.noted)
    assert report.is_as_filed == (not noted)


def test_plaintext_that_could_be_tls() -> None:
    """A host filed without encryption is asked for it too; where it has it, the file can be mended (PROBE-02)."""
    filed = file_of("corp", imap(port=143, security="none"))
    poor = check(filed, transcripts={"imap.corp.example:143": PLAIN})
    assert (codes(poor), poor.servers[0].outcome) == ([[]], Outcome.POLICY)
    better = check(filed, transcripts={"imap.corp.example:143": PLAIN, "imap.corp.example:993": OK})
    assert codes(better) == [["tls-available"]]
    assert "tls on port 993" in better.servers[0].noted[0].message


@pytest.mark.parametrize(("days", "noted"), [(13, ["certificate-expires"]), (15, []), (-1, ["certificate-expires"])])
def test_a_certificate_that_nobody_renewed(days: int, noted: list[str]) -> None:
    """Two weeks before it ends somebody should know."""
    ends = NOW + timedelta(days=days)
    probe = Probe(outcome=Outcome.CONFIRMED, certificate=Certificate(not_after=ends))
    done = check_of("corp", server_of(ServerEntry(**imap())), probe, upgrades=(), now=NOW)
    assert [each.code for each in done.noted] == noted
    assert done.certificate_expires == ends


@pytest.mark.parametrize(
    ("server", "values", "reason"),
    [
        (imap("mail.%EMAILDOMAIN%"), {}, "depends on the address"),
        (imap("abcdefgh.onion"), {}, "special network"),
        (imap(), {"requirements": [{"kind": "special-network"}]}, "special network"),
    ],
)
def test_who_cannot_be_asked(server: dict[str, Any], values: dict[str, Any], reason: str) -> None:
    """Placeholders and special networks are skipped with a reason, and nobody hears of it."""
    network = FakeNetwork()
    report = check(file_of("corp", server, **values), transcripts={}, network=network)
    (only,) = report.servers
    assert reason in only.skipped
    assert (only.outcome, network.asked, report.is_as_filed) == (None, [], True)


def test_a_server_of_two_providers_is_asked_once() -> None:
    """Both get the answer."""
    network = FakeNetwork(transcripts={"imap.corp.example:993": OK})
    report = check(file_of("one", imap()), file_of("two", imap()), transcripts={}, network=network)
    assert [each.outcome for each in report.servers] == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert network.asked.count("CONNECT imap.corp.example:993") == 1


class CountingConnector:
    """Takes a while for each connection, and remembers how many were open at a time."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def connect(self, target: Target, /) -> Connection:
        self.open += Counter({target.hostname: 1, "": 1})
        for name in (target.hostname, ""):
            self.most[name] = max(self.most[name], self.open[name])
        await anyio.sleep(0.01)
        self.open -= Counter({target.hostname: 1, "": 1})
        from mailsetup.net.failures import failure

        raise failure("connection-refused")


@pytest.mark.parametrize("jobs", [1, 3])
def test_how_many_at_a_time(jobs: int) -> None:
    """Never more than so many in all, nor more than two at one host (HE-05); and no host holds up the others."""
    from mailsetup.net.interface import Network

    fake, connector = FakeNetwork(), CountingConnector()
    network: Any = Network(fake.resolver, fake.fetcher, connector)
    servers = [imap("busy.corp.example", port) for port in range(1000, 1008)]
    servers += [imap(f"h{number}.corp.example") for number in range(6)]
    report = check(file_of("corp", *servers), transcripts={}, jobs=jobs, network=network)
    assert len(report.servers) == 14
    assert connector.most[""] == jobs
    assert connector.most["busy.corp.example"] == min(PER_HOST, jobs)


def test_how_far_it_is() -> None:
    """Whoever waits is told after each server how many are done, of how many."""
    heard: list[tuple[int, int]] = []
    options = Options(network=FakeNetwork(transcripts={"imap.corp.example:993": OK}), timeout=2)
    filed = file_of("corp", imap(), imap("other.corp.example"))
    anyio.run(
        partial(check_servers, [filed], options=options, jobs=1, now=NOW, told=lambda *sizes: heard.append(sizes))
    )
    assert heard == [(1, 2), (2, 2)]


# Two reports


def seen(**changes: Any) -> ServerCheck:
    values: dict[str, Any] = {
        "provider": "corp",
        "outcome": "confirmed",
        "tls_version": "TLSv1.3",
        "certificate_expires": NOW + timedelta(days=60),
        "auth": ["password"],
    }
    return ServerCheck.model_validate(imap() | values | changes)


def report_of(*checks: ServerCheck, made: datetime = NOW) -> LiveReport:
    return LiveReport(made=made, servers=checks)


@pytest.mark.parametrize(
    ("change", "what", "before", "after"),
    [
        ({"outcome": "timeout"}, "outcome", "confirmed", "timeout"),
        ({"outcome": None, "skipped": "why"}, "outcome", "confirmed", "skipped"),
        ({"tls_version": "TLSv1.2"}, "tls", "TLSv1.3", "TLSv1.2"),
        ({"auth": [Auth.PASSWORD, Auth.OAUTH2]}, "auth", "password", "password, oauth2"),
        ({"certificate_expires": NOW + timedelta(days=1)}, "certificate", "2026-12-31", "2026-11-02"),
    ],
)
def test_what_changed_since(change: dict[str, Any], what: str, before: str, after: str) -> None:
    """Verdict, TLS version, ways to log in, and a certificate that now ends earlier; each with both values."""
    older = report_of(seen(), made=NOW - timedelta(days=30))
    report = compared(report_of(seen(**change)), older)
    (only,) = report.changes
    assert (only.what, only.before, only.after) == (what, before, after)
    assert report.since == older.made


def test_what_is_no_change() -> None:
    """A renewed certificate is everyday, and a provider that was not asked before is no news."""
    later = seen(certificate_expires=NOW + timedelta(days=150))
    other = seen(provider="other")
    assert compared(report_of(later, other), report_of(seen())).changes == ()


def test_servers_that_came_and_went() -> None:
    """A server that the file gained or lost is told."""
    moved = seen(hostname="new.corp.example")
    changes = compared(report_of(moved), report_of(seen())).changes
    assert [(each.what, each.server) for each in changes] == [
        ("gone", "imap imap.corp.example:993 tls"),
        ("new", "imap new.corp.example:993 tls"),
    ]


@given(st.lists(st.sampled_from(Outcome), min_size=1, max_size=5))
def test_a_report_comes_out_of_json_as_it_went_in(outcomes: list[Outcome]) -> None:
    """What ``--since`` reads is what ``--json`` wrote, and compared with itself it shows no change."""
    report = report_of(*(seen(port=port, outcome=outcome) for port, outcome in enumerate(outcomes, 1)))
    read = LiveReport.model_validate_json(report.model_dump_json())
    assert read == report
    assert compared(report, read).changes == ()


def test_security_is_part_of_the_name() -> None:
    """One port filed with another security is another server."""
    assert seen().key != seen(security=Security.STARTTLS).key
