"""Our prober and our log-in against every brand of mail server in the lab: what they really say is what we report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mailsetup
from mailsetup.model import Auth, Discovery, Options, Outcome, Verdict
from mailsetup.net import open_network
from mailsetup.verifier import verify
from tests.lab.brands import CLAIMS, MAIL_CLAIMS, Claim
from tests.lab.offers import IMAP, POP3, SIEVE, SMTP, STARTTLS, TLS, Offer
from tests.lab.world import ANNA, BORIS, USERS, User, World

if TYPE_CHECKING:
    from mailsetup.model import Probe, Protocol, Security, Server, Verification
    from tests.lab.authority import Authority
    from tests.lab.dovecot import Dovecot
    from tests.lab.opensmtpd import OpenSmtpd
    from tests.lab.unbound import Unbound

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

ALL = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
CHANNEL_BOUND = ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS")
"""Cyrus adds these of its own accord, where there is TLS to bind to."""
ADVERTISED: dict[tuple[str, Protocol], set[str]] = {
    ("dovecot", IMAP): set(ALL),
    ("dovecot", POP3): set(ALL),
    ("dovecot", SMTP): set(ALL),
    ("dovecot", SIEVE): set(ALL),
    ("postfix", SMTP): set(ALL),
    ("cyrus", IMAP): {*CHANNEL_BOUND, *ALL} - {"LOGIN"},
    ("cyrus", POP3): {*CHANNEL_BOUND, *ALL} - {"LOGIN"},
    ("cyrus", SIEVE): {*CHANNEL_BOUND, *ALL} - {"LOGIN"},
    ("exim", SMTP): {"PLAIN", "LOGIN", "CRAM-MD5"},
}
"""What each brand is configured to offer: inside TLS, and nothing of it outside."""


@pytest.fixture
def options(world: World, unbound: Unbound, authority: Authority) -> Options:
    """Trust the lab's authority, and ask the lab's resolver."""
    return Options(nameservers=(world.nameserver,), ca_file=authority.file)


async def probe(offer: Offer, options: Options) -> Probe:
    """Probe one offer of a server."""
    return await mailsetup.aio.probe(offer.server(), options=options)


async def log_in(server: Server, options: Options, **credential: str) -> Verification:
    """Log in to one server."""
    discovery = Discovery(address=f"{server.username}@lab.example", domain="lab.example", servers=(server,))
    async with open_network(options) as network:
        return await verify(
            discovery, network=network, password=credential.get("password"), token=credential.get("token")
        )


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
async def test_every_brand_is_confirmed_with_what_it_advertises(
    request: pytest.FixtureRequest, options: Options, claim: Claim
) -> None:
    """The probe confirms each port of each brand, and reports the mechanisms offered inside TLS (PROBE-04, TLS-01)."""
    offer = claim.offer(request)
    seen = await probe(offer, options)
    assert seen.outcome is Outcome.CONFIRMED, seen.detail
    assert set(seen.sasl) == ADVERTISED[claim.brand, claim.protocol]
    assert (seen.address, seen.tls_version) == (offer.address, "TLSv1.3")
    assert seen.certificate is not None
    assert offer.hostname in seen.certificate.names


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
@pytest.mark.parametrize("claim", MAIL_CLAIMS, ids=str)
async def test_every_brand_lets_its_users_in(
    request: pytest.FixtureRequest, options: Options, claim: Claim, user: User
) -> None:
    """Logging in works at each port of each brand, with an easy password and with one full of quotes (IMAP-09).

    It takes one attempt, with the strongest mechanism there is, and what it sent was understood by the server.
    """
    server = claim.offer(request).server(f"{user.name}@lab.example")
    result = await log_in(server, options, password=user.password)
    assert result.ok, result
    strongest = "SCRAM-SHA-256" if "SCRAM-SHA-256" in ADVERTISED[claim.brand, claim.protocol] else "PLAIN"
    assert (result.logins[0].logins, result.logins[0].mechanism) == (1, strongest)


@pytest.mark.parametrize("auth", [Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD])
@pytest.mark.parametrize("claim", [claim for claim in MAIL_CLAIMS if claim.security is TLS], ids=str)
async def test_the_way_to_log_in_that_settings_name_is_kept_to(
    request: pytest.FixtureRequest, options: Options, claim: Claim, auth: Auth
) -> None:
    """Settings that say "password" get PLAIN, and "encrypted password" the best challenge a brand has (AC-37)."""
    server = claim.offer(request).server(f"{BORIS.name}@lab.example")
    server = server.model_copy(update={"auth": (auth,)})
    result = await log_in(server, options, password=BORIS.password)
    challenge = "CRAM-MD5" if claim.brand == "exim" else "SCRAM-SHA-256"
    expected = {Auth.PASSWORD: "PLAIN", Auth.ENCRYPTED_PASSWORD: challenge}[auth]
    assert (result.ok, result.logins[0].mechanism) == (True, expected), result


@pytest.mark.parametrize("claim", [claim for claim in MAIL_CLAIMS if claim.security is TLS], ids=str)
async def test_every_brand_s_no_is_understood(request: pytest.FixtureRequest, options: Options, claim: Claim) -> None:
    """A wrong password is one definite answer, sent once, and shown nowhere (PROBE-04, SEC-04)."""
    server = claim.offer(request).server(f"{ANNA.name}@lab.example")
    result = await log_in(server, options, password="the wrong canary")  # noqa: S106  (a canary)
    assert result.logins[0].verdict is Verdict.BAD_CREDENTIALS, result
    assert result.logins[0].logins == 1
    assert "canary" not in result.model_dump_json()


@pytest.mark.parametrize("protocol", [IMAP, SMTP])
async def test_scram_alone_is_enough(scram: Dovecot, options: Options, protocol: Protocol) -> None:
    """Where a server knows SCRAM only, we log in with the strongest of it."""
    offer = next(offer for offer in scram.offers if offer.protocol is protocol)
    seen = await probe(offer, options)
    assert set(seen.sasl) == {"SCRAM-SHA-1", "SCRAM-SHA-256"}
    result = await log_in(offer.server(ANNA.name), options, password=ANNA.password)
    assert result.ok, result
    assert result.logins[0].mechanism == "SCRAM-SHA-256"


@pytest.mark.parametrize("protocol", [IMAP, POP3, SMTP])
async def test_a_token_is_enough(tokens: Dovecot, options: Options, protocol: Protocol) -> None:
    """Where a server takes OAuth tokens only, a good one is let in, and an expired one is told as such (OA-09, OA-10).

    A password is not even sent there; but with POP3, Dovecot offers the command USER whatever it is configured to take.
    """
    offer = next(offer for offer in tokens.offers if offer.protocol is protocol)
    seen = await probe(offer, options)
    assert set(seen.sasl) == {"OAUTHBEARER", "XOAUTH2"}
    assert seen.auth[0] is Auth.OAUTH2
    server = offer.server(ANNA.name)
    good = await log_in(server, options, token=tokens.token(ANNA.name))
    assert good.ok, good
    expired = await log_in(server, options, token=tokens.token(ANNA.name, lifetime=-300))
    assert expired.logins[0].verdict is Verdict.TOKEN_REJECTED, expired
    password = await log_in(server, options, password=ANNA.password)
    expected = (Verdict.OAUTH_REQUIRED, 0)
    assert protocol is POP3 or (password.logins[0].verdict, password.logins[0].logins) == expected, password
    assert not password.ok


@pytest.mark.parametrize("security", [TLS, STARTTLS])
async def test_broken_tls_is_told_as_such(opensmtpd: OpenSmtpd, options: Options, security: Security) -> None:
    """A server whose handshakes all fail is reachable, and its TLS is what fails (TLS-13)."""
    offer = next(offer for offer in opensmtpd.offers if offer.security is security)
    seen = await probe(offer, options)
    assert seen.outcome is Outcome.TLS_FAILED, seen


@pytest.mark.parametrize(("claimed", "port"), [(TLS, 143), (STARTTLS, 993)])
async def test_the_wrong_security_on_a_port_is_noticed(
    dovecot: Dovecot, options: Options, world: World, claimed: Security, port: int
) -> None:
    """TLS spoken to a STARTTLS port and the reverse are no confirmation, and end soon (PROBE-09)."""
    offer = dovecot.offers[0]._replace(security=claimed, port=world.port(dovecot.address, port))
    seen = await probe(offer, options.model_copy(update={"timeout": 3}))
    assert seen.outcome is Outcome.WRONG_PROTOCOL, seen
    assert seen.elapsed < 3.5


async def test_an_unknown_authority_is_not_trusted(dovecot: Dovecot, world: World, unbound: Unbound) -> None:
    """Without the lab's authority no server of the lab is confirmed, and no password goes there (PROBE-01)."""
    options = Options(nameservers=(world.nameserver,))
    server = dovecot.offers[0].server(ANNA.name)
    seen = await mailsetup.aio.probe(server, options=options)
    assert seen.outcome is Outcome.CERTIFICATE_UNTRUSTED
    result = await log_in(server, options, password=ANNA.password)
    assert (result.ok, result.logins[0].logins) == (False, 0)
