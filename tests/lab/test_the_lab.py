"""The lab is what it says it is: without this, the other tests could pass for the wrong reason."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.lab import namespace, zones
from tests.lab.brands import MAIL_CLAIMS, Claim
from tests.lab.clients import REFUSED, log_in
from tests.lab.world import RESOLVER, USERS, User, World

if TYPE_CHECKING:
    from tests.lab.authority import Authority
    from tests.lab.postfix import Postfix
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
def test_users_can_log_in(
    request: pytest.FixtureRequest, postfix: Postfix, authority: Authority, claim: Claim, user: User
) -> None:
    """Other people's clients log in to every server, with any domain in the user name, and can do their work."""
    log_in(claim.offer(request), f"{user.name}@lab.example", user.password, authority=authority.file)


@pytest.mark.parametrize("claim", MAIL_CLAIMS, ids=str)
def test_a_wrong_password_is_refused_at_once(
    request: pytest.FixtureRequest, postfix: Postfix, authority: Authority, claim: Claim
) -> None:
    """No server lets a wrong password in, and none makes a test wait for the refusal."""
    offer = claim.offer(request)
    started = time.monotonic()
    with pytest.raises(REFUSED):
        log_in(offer, "anna@lab.example", "wrong", authority=authority.file)
    assert time.monotonic() - started < 2
