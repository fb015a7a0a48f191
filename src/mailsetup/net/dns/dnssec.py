"""DNSSEC validated here, from the root's key down (RFC 4035), for when nobody on a safe path vouches.

dnspython checks single signatures; the chain is followed here: the records' signer, its keys, the digest of those at
the parent, and so on up to the trust anchors. All of it is asked of the same servers as everything else.

What it can say is limited on purpose. A positive answer whose whole chain is signed is *secure*; one that a secure zone
has signed wrongly is *bogus*; everything else, and every "no", is what it was before. Proofs that something does not
exist (NSEC, NSEC3), and with them wildcards and zones stripped of their signatures, are for a real validator: an
unsigned answer is never called bogus, and never secure.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import dns.dnssec
import dns.dnssecalgs
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mailsetup.errors import InvalidOptions, NetworkError
from mailsetup.net.dns.reply import MAX_ALIASES, read_reply
from mailsetup.net.dns.wire import PAYLOAD, Question, write_question
from mailsetup.net.interface import Answer, Answered, RecordType
from mailsetup.net.once import Once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from dns.name import Name
    from dns.rdatatype import RdataType
    from dns.rrset import RRset

    from mailsetup.net.dns.resolver import DnsResolver

ROOT_ANCHORS: Final = (
    "20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d",
    "38696 8 2 683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16",
)
"""Digests of the root's keys of 2017 and 2024, as IANA publishes them."""

_DIGESTS: Final = frozenset({2, 4})
"""SHA-256 and SHA-384; SHA-1 counts for nothing (RFC 8624)."""

MAX_ZONES: Final = 12
"""Zone cuts between a name and the root; more are an attack on our time."""


class Verdict(Enum):
    """What the signatures say."""

    SECURE = "secure"
    BOGUS = "bogus"
    UNKNOWN = "unknown"


def signed_question(name: str, record_type: str, /, *, anonymous: bool) -> Question:
    """Write a question for records with their signatures, validated by nobody on the way."""
    owner = dns.name.from_text(name).canonicalize()
    query: dns.message.Message = dns.message.make_query(owner, record_type, want_dnssec=True, payload=PAYLOAD)
    query.flags |= dns.flags.CD
    query.id = 0 if anonymous else query.id
    body = bytes(owner.to_wire() or b"") + dns.rdatatype.from_text(record_type).to_bytes(2, "big") + b"\0\1"
    return Question(name, "TXT", query.to_wire(), body)


class ValidatingResolver:
    """A ``Resolver`` whose records are proven here where nobody else vouches for them.

    Addresses are left alone: whoever is at the other end of a connection proves it by TLS.
    """

    def __init__(self, inner: DnsResolver, /, *, anchors: Sequence[str] = ROOT_ANCHORS) -> None:
        self._inner = inner
        self._validator = Validator(partial(inner.fetch, write=signed_question), anchors=anchors)

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        """Ask, and prove what was found. The records are then those of the message that was proven."""
        answer = await self._inner.resolve(name, type, fresh=fresh)
        if answer.secure or answer.status is not Answered.FOUND or type in ("A", "AAAA"):
            return answer
        verdict, wire = await self._validator.judge(answer.name, type)
        if verdict is Verdict.BOGUS:
            return replace(answer, status=Answered.BOGUS, records=())
        if verdict is Verdict.UNKNOWN:
            return answer
        proven = read_reply(write_question(answer.name, type), wire)
        return replace(answer, records=proven.records, aliases=proven.aliases, ttl=proven.ttl, secure=True)


class _Unproven(Exception):  # noqa: N818  (the way from a chain that ends to "unknown")
    """The chain ends before the root."""


class _Forged(Exception):  # noqa: N818
    """A secure zone's signature is wrong."""


class Validator:
    """Follows chains of signatures, for one call.

    Args:
        fetch: asks one question with signatures and without anybody's validation: name and type, to a message.
        anchors: digests of the root's keys, as in a DS record.

    Raises:
        InvalidOptions: if ``cryptography``, which checks signatures, is not installed.
    """

    def __init__(
        self, fetch: Callable[[str, str], Awaitable[bytes]], /, *, anchors: Sequence[str] = ROOT_ANCHORS
    ) -> None:
        try:
            import cryptography  # noqa: F401  (dnspython would notice only at the first signature)
        except ImportError:
            raise InvalidOptions(
                "validating DNSSEC needs the package cryptography: install mailsetup[dnssec]"
            ) from None
        self._fetch = fetch
        self._anchors = dns.rrset.from_text_list(".", 0, "IN", "DS", list(anchors))
        self._keys: Once[RRset | Exception] = Once()

    async def judge(self, name: str, record_type: str, /) -> tuple[Verdict, bytes]:
        """Ask one question, and judge the answer with all its aliases; give the very message that was judged."""
        wire = b""
        try:
            wire = await self._fetch(name, record_type)
            message = dns.message.from_wire(wire, ignore_trailing=True)
            return await self._judge(message, dns.name.from_text(name), dns.rdatatype.from_text(record_type)), wire
        except _Forged:
            return Verdict.BOGUS, wire
        except (_Unproven, NetworkError, dns.exception.DNSException, ValueError):
            return Verdict.UNKNOWN, wire

    async def _judge(self, message: dns.message.Message, owner: Name, wanted: RdataType) -> Verdict:
        for _ in range(MAX_ALIASES + 1):
            found = _rrset(message, owner, wanted)
            alias = _rrset(message, owner, dns.rdatatype.CNAME)
            if found is not None:
                await self._prove(message, found)
                return Verdict.SECURE
            if alias is None:
                return Verdict.UNKNOWN
            await self._prove(message, alias)
            owner = alias[0].target
        return Verdict.UNKNOWN

    async def _prove(self, message: dns.message.Message, rrset: RRset, *, above: bool = False, depth: int = 0) -> None:
        """Prove one set of records by the keys of the zone that has signed it; ``above``: a parent of its owner."""
        signatures = _rrset(message, rrset.name, dns.rdatatype.RRSIG, covers=rrset.rdtype)
        if signatures is None:
            raise _Unproven
        signer: Name = signatures[0].signer
        is_own = rrset.name.is_subdomain(signer) and not (above and signer == rrset.name)
        # An answer made from a wildcard needs a proof that nothing else was there.
        if not is_own or any(each.labels < len(rrset.name.labels) - 1 for each in signatures):
            raise _Unproven
        _validate(rrset, signatures, signer, await self._zone_keys(signer, depth + 1))

    async def _zone_keys(self, zone: Name, depth: int) -> RRset:
        """Give the proven keys of a zone; each zone is asked about once."""
        if depth > MAX_ZONES:
            raise _Unproven
        keys = await self._keys.get(zone, partial(self._kept_outcome, zone, depth))
        if isinstance(keys, Exception):
            raise keys
        return keys

    async def _kept_outcome(self, zone: Name, depth: int) -> RRset | Exception:
        try:
            return await self._find_keys(zone, depth)
        except (_Unproven, _Forged, NetworkError, dns.exception.DNSException) as error:
            return error

    async def _find_keys(self, zone: Name, depth: int) -> RRset:
        message = await self._message(zone, dns.rdatatype.DNSKEY)
        keys = _rrset(message, zone, dns.rdatatype.DNSKEY)
        signatures = _rrset(message, zone, dns.rdatatype.RRSIG, covers=dns.rdatatype.DNSKEY)
        digests = self._anchors if zone == dns.name.root else await self._find_digests(zone, depth)
        usable = [digest for digest in digests if _is_usable(digest)]
        if keys is None or signatures is None or not usable:
            raise _Unproven
        trusted = [key for key in keys if any(_is_digest_of(digest, zone, key) for digest in usable)]
        if not trusted:
            raise _Forged
        _validate(keys, signatures, zone, dns.rrset.from_rdata_list(zone, 0, trusted))
        return keys

    async def _find_digests(self, zone: Name, depth: int) -> RRset:
        message = await self._message(zone, dns.rdatatype.DS)
        digests = _rrset(message, zone, dns.rdatatype.DS)
        if digests is None:
            raise _Unproven  # an island, or somebody hides the way to it
        await self._prove(message, digests, above=True, depth=depth)
        return digests

    async def _message(self, name: Name, record_type: RdataType) -> dns.message.Message:
        wire = await self._fetch(name.to_text(omit_final_dot=True), dns.rdatatype.to_text(record_type))
        return dns.message.from_wire(wire, ignore_trailing=True)


def _rrset(
    message: dns.message.Message, owner: Name, record_type: RdataType, covers: RdataType = dns.rdatatype.NONE
) -> RRset | None:
    return message.get_rrset(message.answer, owner, dns.rdataclass.IN, record_type, covers)


def _validate(rrset: RRset, signatures: RRset, signer: Name, keys: RRset) -> None:
    try:
        dns.dnssec.validate(rrset, signatures, {signer: keys})
    except dns.exception.ValidationFailure as error:
        raise _Forged from error


def _is_usable(digest: Any) -> bool:
    """Whether we can check what a DS record is about; if not, the zone counts as unsigned (RFC 4035 section 5.2)."""
    try:
        dns.dnssecalgs.get_algorithm_cls(digest.algorithm)
    except dns.exception.UnsupportedAlgorithm:
        return False
    return digest.digest_type in _DIGESTS


def _is_digest_of(digest: Any, zone: Name, key: Any) -> bool:
    return bool(dns.dnssec.make_ds(zone, key, digest.digest_type, validating=True) == digest)
