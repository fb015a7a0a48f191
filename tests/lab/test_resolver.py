"""What our resolver makes of real name servers: NSD with signed zones, behind a validating unbound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Options
from mailsetup.net import open_network
from mailsetup.net.dns import DnsResolver, nameservers
from mailsetup.net.dns.dnssec import ValidatingResolver
from mailsetup.net.interface import Answer, Answered, MxRecord, SrvRecord
from tests.lab import world as places
from tests.lab import zones

if TYPE_CHECKING:
    from mailsetup.net.interface import RecordType
    from tests.lab.nsd import Nsd
    from tests.lab.unbound import Unbound
    from tests.lab.world import World

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

FOUND, NODATA, NXDOMAIN = Answered.FOUND, Answered.NODATA, Answered.NXDOMAIN


async def ask(where: World, name: str, record_type: RecordType, *, nameserver: str | None = None) -> Answer:
    """Ask the lab's resolver through our own."""
    options = Options(nameservers=(nameserver or where.nameserver,))
    async with open_network(options) as network:
        return await network.resolver.resolve(name, record_type)


@pytest.mark.parametrize(
    ("name", "record_type", "status", "secure"),
    [
        (f"mail.{zones.SIGNED}", "A", FOUND, True),
        (f"mail.{zones.SIGNED}", "AAAA", NODATA, True),
        (f"nobody.{zones.SIGNED}", "A", NXDOMAIN, True),
        (f"anything.wild.{zones.SIGNED}", "A", FOUND, True),
        (f"mail.{zones.UNSIGNED}", "A", FOUND, False),
        (f"nobody.{zones.UNSIGNED}", "A", NXDOMAIN, False),
        ("autoconfig.autoconf.example", "A", FOUND, False),
        ("autoconfig.autoconf.example", "AAAA", NODATA, False),
        ("anything.parked.example", "A", FOUND, False),
        (f"mail.{zones.BOGUS}", "A", Answered.BOGUS, False),
        (f"mail.{zones.EXPIRED}", "A", Answered.BOGUS, False),
        (f"mail.{zones.BROKEN}", "A", Answered.SERVFAIL, False),
        ("example.org", "A", Answered.REFUSED, False),
    ],
)
async def test_each_way_a_question_can_end_is_told_apart(
    unbound: Unbound, world: World, name: str, record_type: RecordType, status: Answered, secure: bool
) -> None:
    """Found, no data, no name, failure, refusal and forgery are six different answers (SRV-19, SEC-07)."""
    answer = await ask(world, name, record_type)
    assert (answer.status, answer.secure) == (status, secure)
    assert bool(answer.records) is (status is FOUND)


async def test_a_silent_server_is_a_time_out(world: World) -> None:
    """Where nobody answers, the resolver says so, in time (SRV-19)."""
    answer = await ask(world, "mail.example", "A", nameserver=f"{places.NOBODY}:{world.port(places.NOBODY, 53)}")
    assert answer.status in (Answered.TIMED_OUT, Answered.SERVFAIL)
    assert not answer.is_no


async def test_records_of_a_signed_zone_arrive_as_written(unbound: Unbound, world: World) -> None:
    """MX, SRV and TXT records are read from a real server as the zone has them (SRV-18, PACC-06)."""
    port = world.port(places.DOVECOT, 993)
    mx = await ask(world, zones.SIGNED, "MX")
    srv = await ask(world, f"_imaps._tcp.{zones.SIGNED}", "SRV")
    txt = await ask(world, zones.SIGNED, "TXT")
    assert (mx.records, mx.secure) == ((MxRecord(10, f"mail.{zones.SIGNED}"),), True)
    assert (srv.records, srv.secure) == ((SrvRecord(0, 1, port, "dovecot.lab.example"),), True)
    assert (txt.records, txt.secure) == ((b"two strings",), True)


async def test_an_alias_is_followed_and_named(unbound: Unbound, world: World) -> None:
    """A CNAME chain is followed to its end, and each of its names is kept."""
    answer = await ask(world, "chain1.example", "A")
    assert answer.records == (places.WEB,)
    assert answer.aliases == ("chain2.example", "autoconfig.autoconf.example")


async def test_aliases_in_a_circle_say_nothing_about_the_name(unbound: Unbound, world: World) -> None:
    """A CNAME loop is a failure, not a "no"."""
    answer = await ask(world, "loop1.example", "A")
    assert answer.status is Answered.SERVFAIL
    assert not answer.is_no


async def test_an_authoritative_server_vouches_for_nothing(nsd: Nsd, world: World) -> None:
    """NSD answers for a signed zone but validates nothing: the answer is not secure (SEC-07)."""
    answer = await ask(world, f"mail.{zones.SIGNED}", "A", nameserver=f"{places.NAME_SERVER}:{nsd.port}")
    assert (answer.status, answer.secure) == (FOUND, False)


@pytest.mark.parametrize(
    ("zone", "status", "secure"),
    [
        (zones.SIGNED, FOUND, True),
        (zones.UNSIGNED, FOUND, False),
        (zones.BOGUS, Answered.BOGUS, False),
        (zones.EXPIRED, Answered.BOGUS, False),
    ],
)
async def test_we_validate_ourselves_where_nobody_else_does(
    nsd: Nsd, zone: str, status: Answered, secure: bool
) -> None:
    """Asked without any validator, the chain is followed from the root's key down, over a real server's signatures.

    What ``ldns-signzone`` has signed is secure, what was changed or has run out since is bogus, and an unsigned zone is
    neither (SEC-07).
    """
    inner = DnsResolver(nameservers((f"{places.NAME_SERVER}:{nsd.port}",)))
    answer = await ValidatingResolver(inner, anchors=[nsd.root_anchor]).resolve(f"_imaps._tcp.{zone}", "SRV")
    assert (answer.status, answer.secure) == (status, secure)
    assert bool(answer.records) is (status is FOUND)


async def test_the_machine_s_own_resolver_is_asked_without_its_search_list(
    sealed: None, unbound: Unbound, world: World
) -> None:
    """Names are absolute: the search list of resolv.conf, under which every name exists here, is not used (HE-06)."""
    async with open_network(Options()) as network:
        found = await network.resolver.resolve("autoconfig.autoconf.example", "A")
        missing = await network.resolver.resolve("autoconfig.nobody.example", "A")
    assert found.records == (places.WEB,)
    assert missing.status is NXDOMAIN
