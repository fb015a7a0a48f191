"""Chains of signatures, made and broken with dnspython, and what our validator says to each."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mailsetup.errors import InvalidOptions
from mailsetup.net.dns import DnsResolver, Nameserver
from mailsetup.net.dns.dnssec import ValidatingResolver
from mailsetup.net.interface import Answered, SrvRecord
from tests.support.dns_server import DnsServer, dns_server
from tests.support.tcp_server import nothing_left_open

anyio_test = pytest.mark.anyio

ALGORITHM = 13  # ECDSAP256SHA256
NOW = datetime.now(timezone.utc)
SRV = "_imaps._tcp.corp.example"


@dataclass
class Zone:
    """A signed zone with one key."""

    name: str
    parent: Zone | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def origin(self) -> dns.name.Name:
        """Where it begins."""
        return dns.name.from_text(self.name)

    @property
    def dnskey(self) -> Any:
        """Its key, as a record."""
        return dns.dnssec.make_dnskey(self.key.public_key(), ALGORITHM, flags=257)

    @property
    def digest(self) -> str:
        """Its key's digest, for the parent."""
        return str(dns.dnssec.make_ds(self.origin, self.dnskey, "SHA256").to_text())

    def sign(self, rrset: dns.rrset.RRset, *, expires: timedelta = timedelta(days=1)) -> list[dns.rrset.RRset]:
        """Sign a set of records."""
        start = NOW - timedelta(days=30)
        signature = dns.dnssec.sign(
            rrset, self.key, self.origin, self.dnskey, inception=start, expiration=NOW + expires
        )
        return [rrset, dns.rrset.from_rdata(rrset.name, rrset.ttl, signature)]


class World:
    """A root, a top-level domain and ``corp.example``, all signed, and whatever a test breaks."""

    def __init__(self) -> None:
        self.root = Zone(".")
        self.example = Zone("example.", self.root)
        self.corp = Zone("corp.example.", self.example)
        self.said: dict[tuple[str, str], list[dns.rrset.RRset]] = {}
        for zone in (self.root, self.example, self.corp):
            self.put(zone, zone.name, "DNSKEY", zone.dnskey.to_text())
            if zone.parent:
                self.put(zone.parent, zone.name, "DS", zone.digest)
        self.put(self.corp, f"{SRV}.", "SRV", "0 1 993 imap.corp.example.")

    def put(self, zone: Zone, name: str, record_type: str, *texts: str, **how: Any) -> None:
        """Publish records, signed by ``zone``."""
        rrset = dns.rrset.from_text_list(name, 300, "IN", record_type, list(texts))
        self.said[name, record_type] = zone.sign(rrset, **how)

    def answer(self, query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        """Answer as a server that knows signatures and validates nothing."""
        question = query.question[0]
        name, record_type = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(query, recursion_available=True)
        found = self.said.get((name, record_type), [])
        while not found and (alias := self.said.get((name, "CNAME"))):
            reply.answer.extend(alias)
            name = alias[0][0].target.to_text()
            found = self.said.get((name, record_type), [])
        reply.answer.extend(found)
        if not query.ednsflags & dns.flags.DO:
            reply.answer = [each for each in reply.answer if each.rdtype != dns.rdatatype.RRSIG]
        if not reply.answer:
            reply.authority.append(dns.rrset.from_text(".", 60, "IN", "SOA", "a. b. 1 2 3 4 5"))
        return reply


def resolver(world: World, server: DnsServer) -> ValidatingResolver:
    """Make a resolver that trusts the world's root."""
    return ValidatingResolver(DnsResolver([Nameserver(server.address, server.port)]), anchors=[world.root.digest])


async def outcome(world: World, name: str = SRV, record_type: Any = "SRV") -> tuple[Answered, bool]:
    """Ask, and give status and security."""
    async with nothing_left_open(), dns_server(world.answer) as server:
        answer = await resolver(world, server).resolve(name, record_type)
    return answer.status, answer.secure


@anyio_test
async def test_a_whole_chain_is_secure() -> None:
    """Records signed from the root down are secure without anybody's word; each zone is asked once (SEC-07)."""
    world = World()
    world.put(world.corp, "corp.example.", "MX", "10 mx.corp.example.")
    async with dns_server(world.answer) as server:
        ask = resolver(world, server).resolve
        answer = await ask(SRV, "SRV")
        assert (answer.secure, answer.records) == (True, (SrvRecord(0, 1, 993, "imap.corp.example"),))
        assert (await ask("corp.example", "MX")).secure
        keys = sorted(asked for asked in server.asked if "DNSKEY" in asked)
        assert keys == [". DNSKEY", "corp.example DNSKEY", "example DNSKEY"]


@anyio_test
async def test_the_records_are_those_that_were_proven() -> None:
    """A forged answer to the first question does not ride on the proof of the second."""
    world = World()

    def forged_once(query: dns.message.Message, over_tcp: bool) -> dns.message.Message:
        reply = world.answer(query, over_tcp)
        if query.question[0].rdtype == dns.rdatatype.SRV and not query.ednsflags & dns.flags.DO:
            reply.answer = [dns.rrset.from_text(f"{SRV}.", 300, "IN", "SRV", "0 1 993 evil.example.")]
        return reply

    async with dns_server(forged_once) as server:
        answer = await resolver(world, server).resolve(SRV, "SRV")
    assert (answer.secure, answer.records) == (True, (SrvRecord(0, 1, 993, "imap.corp.example"),))


@anyio_test
async def test_aliases_are_proven_too() -> None:
    """An alias from a signed zone to a signed zone is secure; to an unsigned one it is not."""
    world = World()
    world.put(world.corp, "a.corp.example.", "CNAME", "b.corp.example.")
    world.put(world.corp, "b.corp.example.", "TXT", "hello")
    assert await outcome(world, "a.corp.example", "TXT") == (Answered.FOUND, True)
    world.said["b.corp.example.", "TXT"] = [dns.rrset.from_text("b.corp.example.", 300, "IN", "TXT", "hello")]
    assert await outcome(world, "a.corp.example", "TXT") == (Answered.FOUND, False)


def wrong_record(world: World) -> None:
    """Change the record and leave its signature."""
    world.said[f"{SRV}.", "SRV"][0] = dns.rrset.from_text(f"{SRV}.", 300, "IN", "SRV", "0 1 993 evil.example.")


def expired(world: World) -> None:
    """Let the signature run out."""
    world.put(world.corp, f"{SRV}.", "SRV", "0 1 993 imap.corp.example.", expires=timedelta(days=-1))


def other_key(world: World) -> None:
    """Sign by a key that the zone does not have."""
    world.put(Zone("corp.example."), f"{SRV}.", "SRV", "0 1 993 evil.example.")


def other_zone_key(world: World) -> None:
    """Replace the zone with one that its parent does not know."""
    false = Zone("corp.example.")
    world.put(false, "corp.example.", "DNSKEY", false.dnskey.to_text())
    world.put(false, f"{SRV}.", "SRV", "0 1 993 evil.example.")


def other_digest(world: World) -> None:
    """Have the parent's word signed by somebody else."""
    false = Zone("corp.example.")
    other_zone_key(world)
    world.put(Zone("example."), "corp.example.", "DS", false.digest)


@anyio_test
@pytest.mark.parametrize("break_it", [wrong_record, expired, other_key, other_zone_key, other_digest])
async def test_a_wrong_signature_is_bogus(break_it: Any) -> None:
    """Whatever link of a secure chain is wrong, the records are not given out (SRV-19)."""
    world = World()
    break_it(world)
    assert await outcome(world) == (Answered.BOGUS, False)


def unsigned(world: World) -> None:
    """Leave the records without a signature."""
    del world.said[f"{SRV}.", "SRV"][1]


def island(world: World) -> None:
    """Sign the zone, and let the parent not know."""
    del world.said["corp.example.", "DS"]


def wildcard(world: World) -> None:
    """Sign for ``*.corp.example`` and answer with it."""
    rrset = dns.rrset.from_text("*.corp.example.", 300, "IN", "SRV", "0 1 993 imap.corp.example.")
    signature = world.corp.sign(rrset)[1]
    found = dns.rrset.from_text(f"{SRV}.", 300, "IN", "SRV", "0 1 993 imap.corp.example.")
    world.said[f"{SRV}.", "SRV"] = [found, dns.rrset.from_rdata(found.name, 300, signature[0])]


def foreign_signer(world: World) -> None:
    """Sign by another zone's good key."""
    other = Zone("other.example.", world.example)
    world.put(other, "other.example.", "DNSKEY", other.dnskey.to_text())
    world.put(world.example, "other.example.", "DS", other.digest)
    world.put(other, f"{SRV}.", "SRV", "0 1 993 evil.example.")


def own_parent(world: World) -> None:
    """Have the zone vouch for itself."""
    false = Zone("corp.example.")
    for record_type, text in (("DNSKEY", false.dnskey.to_text()), ("DS", false.digest)):
        world.put(false, "corp.example.", record_type, text)
    world.put(false, f"{SRV}.", "SRV", "0 1 993 evil.example.")


def weak_digest(world: World) -> None:
    """Publish a digest of a kind that counts for nothing."""
    sha1 = dns.dnssec.make_ds("corp.example.", world.corp.dnskey, "SHA1", validating=True).to_text()
    world.put(world.example, "corp.example.", "DS", sha1)


@anyio_test
@pytest.mark.parametrize("break_it", [unsigned, island, wildcard, foreign_signer, own_parent, weak_digest])
async def test_what_is_not_proven_is_not_secure(break_it: Any) -> None:
    """A chain that ends somewhere proves nothing; the answer is what it was without DNSSEC (SEC-07)."""
    world = World()
    break_it(world)
    assert await outcome(world) == (Answered.FOUND, False)


@anyio_test
async def test_the_real_root_does_not_vouch_for_a_false_one() -> None:
    """Under the real anchors a made-up root proves nothing, and its records are not given out."""
    world = World()
    async with dns_server(world.answer) as server:
        real = ValidatingResolver(DnsResolver([Nameserver(server.address, server.port)]))
        answer = await real.resolve(SRV, "SRV")
    assert (answer.status, answer.records, answer.secure) == (Answered.BOGUS, (), False)


@anyio_test
async def test_a_no_and_an_address_are_left_alone() -> None:
    """Neither costs a question more than without validation."""
    world = World()
    world.put(world.corp, "corp.example.", "A", "192.0.2.1")
    async with dns_server(world.answer) as server:
        ask = resolver(world, server).resolve
        assert (await ask("corp.example", "A")).status is Answered.FOUND
        assert (await ask("corp.example", "MX")).status is Answered.NODATA
        assert server.asked == ["corp.example A", "corp.example MX"]


def test_without_cryptography_it_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for validation without the package that does it learns so before anything is asked."""
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name == "cryptography":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(InvalidOptions, match="cryptography"):
        ValidatingResolver(DnsResolver([Nameserver("127.0.0.1")]))
