"""The lab is what it says it is: without this, the other tests could pass for the wrong reason."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.lab import namespace, zones
from tests.lab.brands import MAIL_CLAIMS, Claim
from tests.lab.clients import REFUSED, log_in
from tests.lab.offers import TLS
from tests.lab.world import AUTOMX2, RESOLVER, USERS, WEB, User, World

if TYPE_CHECKING:
    from tests.lab.authority import Authority
    from tests.lab.automx2 import Automx2
    from tests.lab.nginx import Nginx
    from tests.lab.unbound import Unbound

pytestmark = pytest.mark.lab


def test_no_packet_can_leave_the_namespace(sealed: None) -> None:
    """In the namespace there is no interface but loopback, and no route to anywhere."""
    assert namespace.is_sealed()
    with pytest.raises(OSError, match="unreachable"):
        dns.query.udp(dns.message.make_query("example.com", "A"), "198.51.100.53", timeout=1)


@pytest.mark.parametrize(
    ("name", "rcode", "authentic"),
    [
        (f"mail.{zones.SIGNED}", "NOERROR", True),
        (f"nobody.{zones.SIGNED}", "NXDOMAIN", True),
        (f"anything.wild.{zones.SIGNED}", "NOERROR", True),
        (f"mail.{zones.UNSIGNED}", "NOERROR", False),
        (f"mail.{zones.BOGUS}", "SERVFAIL", False),
        (f"mail.{zones.EXPIRED}", "SERVFAIL", False),
        (f"mail.{zones.BROKEN}", "SERVFAIL", False),
        ("autoconfig.autoconf.example", "NOERROR", False),
        ("example.org", "REFUSED", False),
    ],
)
def test_the_resolver_validates(unbound: Unbound, world: World, name: str, rcode: str, authentic: bool) -> None:
    """Unbound vouches for the signed zone alone, and gives out nothing of the zones that were tampered with."""
    question = dns.message.make_query(name, "A", want_dnssec=True)
    answer = dns.query.udp(question, RESOLVER, port=world.port(RESOLVER, 53), timeout=5)
    assert dns.rcode.to_text(answer.rcode()) == rcode
    assert bool(answer.flags & dns.flags.AD) is authentic
    assert bool(answer.answer) is (rcode == "NOERROR")


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
@pytest.mark.parametrize("claim", MAIL_CLAIMS, ids=str)
def test_users_can_log_in(request: pytest.FixtureRequest, authority: Authority, claim: Claim, user: User) -> None:
    """Other people's clients log in to every server, with any domain in the user name, and can do their work."""
    log_in(claim.offer(request), f"{user.name}@lab.example", user.password, authority=authority.file)


@pytest.mark.parametrize("claim", [claim for claim in MAIL_CLAIMS if claim.security is TLS], ids=str)
def test_a_wrong_password_is_refused_at_once(
    request: pytest.FixtureRequest, authority: Authority, claim: Claim
) -> None:
    """No server lets a wrong password in, and none makes a test wait for the refusal."""
    offer = claim.offer(request)
    started = time.monotonic()
    with pytest.raises(REFUSED):
        log_in(offer, "anna@lab.example", "wrong", authority=authority.file)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("url", "status", "body"),
    [
        ("https://autoconfig.autoconf.example/mail/config-v1.1.xml", 200, b"<clientConfig"),
        ("https://wellknown.example/.well-known/autoconfig/mail/config-v1.1.xml", 200, b"<clientConfig"),
        ("https://ua-auto-config.pacc.example/.well-known/user-agent-configuration.json", 200, b'"protocols"'),
        ("https://ispdb.lab.example/v1.1/ispdb-only.example", 200, b"<clientConfig"),
        ("https://ispdb.lab.example/v1.1/autoconf.example", 404, b""),
        ("https://autoconfig.redirect.example/mail/config-v1.1.xml", 302, b""),
        ("https://whatever.parked.example/anything", 200, b"for sale"),
        ("https://autoconfig.automx.example/mail/config-v1.1.xml?emailaddress=a@automx.example", 200, b"automx2"),
        ("https://autoconfig.automx.example/mobileconfig/?emailaddress=a@automx.example", 200, b"EmailTypeIMAP"),
        ("https://autoconfig.automx.example/mail/config-v1.1.xml?emailaddress=a@other.example", 204, b""),
    ],
)
def test_the_web_serves_what_was_published(
    automx2: Automx2, nginx: Nginx, authority: Authority, world: World, url: str, status: int, body: bytes
) -> None:
    """Each host of the lab's web answers over https with a certificate of the lab's authority."""
    where, path = urlsplit(url).hostname or "", url.partition(".example")[2]
    address = AUTOMX2 if "automx" in where else WEB
    context = ssl.create_default_context(cafile=authority.file)
    nginx.asked()
    with (
        socket.create_connection((address, world.port(address, 443)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=where) as connection,
    ):
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {where}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, body in answer.read()) == (status, True)
    assert nginx.asked() == [url]
