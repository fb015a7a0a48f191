"""Whole discoveries against real servers: name server, resolver, web, IMAP, POP3 and submission, on standard ports."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import mailsetup
from mailsetup.model import Outcome, SourceName, Status, Trust
from tests.lab import zones
from tests.lab.automx2 import DOMAIN as AUTOMX2_DOMAIN

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from tests.lab.conftest import MailWorld

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

AUTOCONFIG, AUTODISCOVER, GUESS, ISPDB, PACC, SRV = (
    SourceName.AUTOCONFIG,
    SourceName.AUTODISCOVER,
    SourceName.GUESS,
    SourceName.ISPDB,
    SourceName.PACC,
    SourceName.SRV,
)


async def discover(mail_world: MailWorld, domain: str, **changes: object) -> Discovery:
    """Look up Anna at ``domain``."""
    return await mailsetup.aio.discover(f"anna@{domain}", options=mail_world.options(**changes))


@pytest.mark.parametrize(
    ("domain", "source", "trust"),
    [
        ("autoconf.example", AUTOCONFIG, Trust.AUTHENTICATED),
        ("wellknown.example", AUTOCONFIG, Trust.AUTHENTICATED),
        ("pacc.example", PACC, Trust.AUTHENTICATED),
        ("ispdb-only.example", ISPDB, Trust.VOUCHED),
        ("srv.example", SRV, Trust.UNAUTHENTICATED),
        ("hosted.example", AUTOCONFIG, Trust.UNAUTHENTICATED),
        ("redirect.example", AUTOCONFIG, Trust.AUTHENTICATED),
        (zones.SIGNED, SRV, Trust.AUTHENTICATED),
        (zones.UNSIGNED, SRV, Trust.UNAUTHENTICATED),
    ],
)
async def test_what_a_domain_publishes_is_found_and_proven(
    mail_world: MailWorld, domain: str, source: SourceName, trust: Trust
) -> None:
    """Each mechanism leads to servers that are confirmed live, at the trust its weakest hop allows (TRUST-03…08)."""
    found = await discover(mail_world, domain)
    assert found.confirmed
    for server, host in ((found.incoming, "dovecot.lab.example"), (found.outgoing, "postfix.lab.example")):
        assert server is not None
        assert (server.hostname, server.username, server.trust) == (host, f"anna@{domain}", trust)
        assert source in server.sources


@pytest.mark.parametrize("source", [AUTOCONFIG, AUTODISCOVER])
async def test_what_automx2_publishes_is_found_and_proven(mail_world: MailWorld, source: SourceName) -> None:
    """A real third-party server is understood in both of its formats, asked without credentials (AC-15, AC-38)."""
    found = await discover(mail_world, AUTOMX2_DOMAIN, sources=[source])
    assert found.confirmed
    assert [(server.protocol, server.hostname, server.port, server.security) for server in found.servers] == [
        ("imap", "dovecot.lab.example", 993, "tls"),
        ("smtp", "postfix.lab.example", 465, "tls"),
    ]
    for server in found.servers:
        assert (server.sources, server.username) == ((source,), f"anna@{AUTOMX2_DOMAIN}")


async def test_guessing_finds_what_nobody_published(mail_world: MailWorld) -> None:
    """Only names inside the domain, only with a valid certificate, and nobody vouches for them (TRUST-13)."""
    found = await discover(mail_world, "guess.example")
    assert found.confirmed
    assert found.imap is not None
    assert found.smtp is not None
    assert (found.imap.hostname, found.smtp.hostname) == ("imap.guess.example", "smtp.guess.example")
    assert all(server.sources == (GUESS,) and server.needs_consent for server in found.servers)


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("nullmx.example", "takes-no-mail"),
        ("no-such-thing.example", "no-such-domain"),
        ("pacc-stale.example", "pacc-digest-mismatch"),
        ("parked.example", "nothing-found"),
        ("cleartext.example", "nothing-found"),
    ],
)
async def test_nothing_is_made_up(mail_world: MailWorld, domain: str, code: str) -> None:
    """A null MX, a wrong digest, a parked page and plain http are no answers, and the reason is told (MX-04, AC-21)."""
    found = await discover(mail_world, domain)
    assert not found.found
    assert code in {problem.code for problem in found.problems}


@pytest.mark.parametrize(
    ("domain", "status", "reason"),
    [
        ("downgrade.example", Status.REFUSED, "redirect-to-http"),
        ("loop.example", Status.UNUSABLE, "redirect-loop"),
        ("cleartext.example", Status.UNUSABLE, "certificate-name-mismatch"),
    ],
)
async def test_a_bad_way_is_not_taken(mail_world: MailWorld, domain: str, status: Status, reason: str) -> None:
    """Redirects to http, endless redirects and foreign certificates end the attempt, with the reason (SEC-05)."""
    found = await discover(mail_world, domain, sources=[AUTOCONFIG])
    ended = {(attempt.outcome, attempt.reason) for attempt in found.attempts if attempt.source == AUTOCONFIG}
    assert (status, reason) in ended
    assert not found.found


async def test_plain_http_is_the_last_resort_and_needs_consent(mail_world: MailWorld) -> None:
    """With ``allow_http`` the document is found, at trust 0, and without the address in the URL (AC-03, TRUST-09)."""
    mail_world.nginx.asked()
    found = await discover(mail_world, "cleartext.example", allow_http=True)
    assert found.imap is not None
    assert found.imap.trust is Trust.CLEARTEXT
    in_clear = [url for url in mail_world.nginx.asked() if url.startswith("http://")]
    assert "http://autoconfig.cleartext.example/mail/config-v1.1.xml" in in_clear
    assert not any("anna" in url for url in in_clear)


async def test_forged_dns_is_never_used(mail_world: MailWorld) -> None:
    """Where a signature is wrong, the record is not used, and the domain is not said to have none (SRV-19, SEC-07)."""
    found = await discover(mail_world, zones.BOGUS)
    ended = {attempt.asked: attempt.reason for attempt in found.attempts}
    assert not found.found
    assert ended[f"_imaps._tcp.{zones.BOGUS} SRV"] == ended[f"_submissions._tcp.{zones.BOGUS} SRV"] == "dns-bogus"
    assert not any("nobody" in server for server in ended)


@pytest.mark.parametrize("share", [True, False])
async def test_the_address_goes_to_its_own_domain_or_nowhere(mail_world: MailWorld, share: bool) -> None:
    """The web server's own log shows who was told the address (SEC-10): hosts of the domain, if that is allowed."""
    mail_world.nginx.asked()
    await discover(mail_world, "autoconf.example", share_address=share)
    asked = mail_world.nginx.asked()
    told = {url.split("/")[2] for url in asked if "anna" in url}
    assert any(url.startswith(mail_world.ispdb_url) for url in asked)
    assert told == ({"autoconfig.autoconf.example"} if share else set())


async def test_a_server_that_is_down_is_shown_as_such(mail_world: MailWorld) -> None:
    """Nobody listens at that address: the probe says so at once, and the settings are still there."""
    server = mailsetup.Server(protocol="imap", hostname="nobody.lab.example", port=993, security="tls")
    probe = await mailsetup.aio.probe(server, options=mail_world.options())
    assert probe.outcome is Outcome.CONNECTION_REFUSED


def test_the_blocking_door_does_the_same(mail_world: MailWorld) -> None:
    """Without an event loop of the caller's, over the machine's own resolver configuration."""
    found = mailsetup.discover("anna@autoconf.example", options=mail_world.options())
    assert found.confirmed


def test_the_command_line_does_the_same(mail_world: MailWorld) -> None:
    """``python -m mailsetup ADDRESS --json`` finds, proves, and ends with status 0."""
    command = [sys.executable, "-m", "mailsetup", "check", "anna@ispdb-only.example", "--json"]
    options = ["--ca-file", str(mail_world.ca_file), "--ispdb-url", mail_world.ispdb_url]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["confirmed"] is True
