"""The address guard on real sockets: names that lead inside are refused, and nobody inside hears of it (SEC-02).

Only in the namespace: public addresses are the lab's there, and a trip wire waits where clouds keep their credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mailsetup
from mailsetup.model import Options, Outcome, SourceName, Status
from tests.lab.namespace import METADATA_ADDRESS, here
from tests.lab.tripwire import TripWire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.conftest import MailWorld

pytestmark = [pytest.mark.lab, pytest.mark.anyio]

PORTS = (80, 443, 110, 143, 465, 587, 993, 995)


@pytest.fixture
def wire(sealed: None) -> Iterator[TripWire]:
    """Trip wires on the metadata address and in a private network."""
    with TripWire(here((METADATA_ADDRESS, "10.53.0.1", "fd00:53::1")), PORTS) as wire:
        yield wire
        assert not wire.tripped


def guarded(mail_world: MailWorld, **changes: object) -> Options:
    """Give the options of a service that looks up addresses which strangers type."""
    return Options.for_server_side(**({"ca_file": mail_world.ca_file, "ispdb_url": None} | changes))


@pytest.mark.parametrize("domain", ["metadata", "private", "mapped", "srv-lure", "mx-lure", "lure"])
@pytest.mark.parametrize("allow_http", [False, True])
async def test_a_name_that_leads_inside_is_refused(
    mail_world: MailWorld, wire: TripWire, domain: str, allow_http: bool
) -> None:
    """By address, by SRV, by MX, wrapped in IPv6, or after a redirect: no connection, and the reason is on record."""
    found = await mailsetup.aio.discover(f"anna@{domain}.example", options=guarded(mail_world, allow_http=allow_http))
    assert not found.confirmed
    assert (Status.REFUSED, "private-address") in {(attempt.outcome, attempt.reason) for attempt in found.attempts}
    assert wire.tripped == set()


async def test_the_trip_wire_works(mail_world: MailWorld, wire: TripWire) -> None:
    """The same look-up with the guard off runs into it: the silence of the other tests means something."""
    options = guarded(mail_world, allow_private_addresses=True, timeout=2, probe=False)
    await mailsetup.aio.discover("anna@metadata.example", options=options)
    assert (METADATA_ADDRESS, 443) in wire.tripped


@pytest.mark.parametrize("domain", ["public", "mixed"])
async def test_public_addresses_are_reached(mail_world: MailWorld, wire: TripWire, domain: str) -> None:
    """The guard lets public addresses through, and of a mixed answer only those are used."""
    options = guarded(mail_world, sources=[SourceName.AUTOCONFIG], probe=False)
    found = await mailsetup.aio.discover(f"anna@{domain}.example", options=options)
    assert found.imap is not None
    assert found.imap.hostname == "dovecot.lab.example"
    assert wire.tripped == set()


async def test_a_probe_obeys_the_guard(mail_world: MailWorld, wire: TripWire) -> None:
    """Servers named by a document are held to the same rule: what is found is shown, but not connected to."""
    found = await mailsetup.aio.discover("anna@public.example", options=guarded(mail_world))
    assert found.found
    assert {server.probe.outcome for server in found.servers if server.probe} == {Outcome.POLICY}


async def test_the_caller_s_own_server_is_held_to_it_too(mail_world: MailWorld, wire: TripWire) -> None:
    """A server that somebody typed is judged by the address its name leads to."""
    server = mailsetup.Server(protocol="imap", hostname="metadata.example", port=993, security="tls")
    probe = await mailsetup.aio.probe(server, options=guarded(mail_world))
    assert probe.outcome is Outcome.POLICY
