"""DNS messages: a question to bytes, and bytes to a reply. No I/O.

A question is written by hand: it has one form here, and that is six times as fast as building a message object first.
Replies are read by dnspython. A reply counts only if it repeats our identifier and our question.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from mailsetup.net.interface import Answered, MxRecord, Record, RecordType, SrvRecord, TlsaRecord

if TYPE_CHECKING:
    from collections.abc import Callable


PAYLOAD: Final = 1232
"""Octets of a UDP answer that pass every path without fragments (DNS flag day 2020)."""

MAX_ALIASES: Final = 8
"""More CNAMEs in a row than anybody has on purpose."""

_RD, _AD, _CD, _TC, _QR = 0x0100, 0x0020, 0x0010, 0x0200, 0x8000

_BOGUS_EDE: Final = frozenset(range(6, 13))
"""Extended errors (RFC 8914) that mean a failed validation: from "DNSSEC Bogus" to "NSEC Missing"."""

_STATUS_BY_RCODE: Final = {
    dns.rcode.NOERROR: Answered.NODATA,
    dns.rcode.NXDOMAIN: Answered.NXDOMAIN,
    dns.rcode.REFUSED: Answered.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question in wire form."""

    name: str
    type: RecordType
    wire: bytes
    body: bytes
    """The question section, in lower case: a reply has to repeat it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said."""

    status: Answered
    records: tuple[Record, ...] = ()
    aliases: tuple[str, ...] = ()
    ttl: int = 0
    authentic: bool = False
    """The AD bit. Whether it can be believed is for others to say (SEC-07)."""
    dangling: bool = False
    """The last alias leads to a name that this reply says nothing about."""
    unsupported: bool = False
    """The server could not read the question: perhaps it does not know EDNS."""


def write_question(
    name: str, type_: RecordType, /, *, edns: bool = True, unchecked: bool = False, anonymous: bool = False
) -> Question:
    """Write a recursive question for an absolute ASCII name.

    AD asks for a validating server's verdict (RFC 6840 section 5.7); ``unchecked`` asks for the data without it.
    ``anonymous`` leaves the identifier zero, as HTTPS wants it (RFC 8484 section 4.1).

    Raises:
        ValueError: if it cannot be a name.
    """
    labels = name.lower().removesuffix(".").encode("ascii").split(b".")
    if not all(1 <= len(label) <= 63 for label in labels) or sum(map(len, labels)) + len(labels) > 254:
        raise ValueError("not a domain name")
    encoded = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    body = encoded + struct.pack("!HH", dns.rdatatype.from_text(type_), dns.rdataclass.IN)
    flags = _RD | _AD | (_CD if unchecked else 0)
    identifier = 0 if anonymous else secrets.randbits(16)
    header = struct.pack("!HHHHHH", identifier, flags, 1, 0, 0, int(edns))
    opt = b"\0" + struct.pack("!HHIH", dns.rdatatype.OPT, PAYLOAD, 0, 0) if edns else b""
    return Question(name, type_, header + body + opt, body)


def answers(question: Question, data: bytes, /) -> bool:
    """Whether ``data`` is a reply to ``question``: same identifier, same question.

    A server that could not read the question may leave it out of its reply; then the identifier has to do.
    """
    if len(data) < 12:
        return False
    identifier, flags, count = struct.unpack_from("!HHH", data)
    if identifier != int.from_bytes(question.wire[:2], "big") or not flags & _QR:
        return False
    if count == 0:
        return bool(flags & 0xF)
    return data[12 : 12 + len(question.body)].lower() == question.body


def is_truncated(data: bytes, /) -> bool:
    """Whether the reply did not fit, and has to be asked for over TCP (SRV-20)."""
    return bool(int.from_bytes(data[2:4], "big") & _TC)


def read_reply(question: Question, data: bytes, /) -> Reply:
    """Read a reply that ``answers`` the question.

    Raises:
        ValueError: if it is not a DNS message.
    """
    try:
        message = dns.message.from_wire(data, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise ValueError("not a DNS message") from error
    rcode = message.rcode()
    if rcode in (dns.rcode.FORMERR, dns.rcode.NOTIMP):
        return Reply(Answered.SERVFAIL, unsupported=True)
    status = _STATUS_BY_RCODE.get(rcode, Answered.SERVFAIL)
    if status in (Answered.SERVFAIL, Answered.REFUSED):
        return Reply(Answered.BOGUS if _says_bogus(message) else status)
    return _read_sections(question, message, status)


def _says_bogus(message: dns.message.Message) -> bool:
    return any(isinstance(option, dns.edns.EDEOption) and option.code in _BOGUS_EDE for option in message.options)


def _read_sections(question: Question, message: dns.message.Message, status: Answered) -> Reply:
    wanted = dns.rdatatype.from_text(question.type)
    sets = {(_text(rrset.name), rrset.rdtype): rrset for rrset in message.answer}
    authentic = bool(message.flags & dns.flags.AD)
    aliases: list[str] = []
    owner, ttl = question.name.lower().removesuffix("."), 2**31 - 1
    while (found := sets.get((owner, wanted))) is None:
        alias = sets.get((owner, dns.rdatatype.CNAME))
        if alias is None:
            break
        owner, ttl = _text(alias[0].target), min(ttl, alias.ttl)
        if owner in aliases or len(aliases) == MAX_ALIASES:
            return Reply(Answered.SERVFAIL)
        aliases.append(owner)
    if found is not None:
        records = tuple(map(_READERS[question.type], found))
        return Reply(Answered.FOUND, records, tuple(aliases), min(ttl, found.ttl), authentic)
    negative = _negative_ttl(message)
    if negative is None and status is Answered.NODATA:
        if aliases:
            return Reply(status, (), tuple(aliases), ttl, authentic, dangling=True)
        if _is_referral(message):
            return Reply(Answered.REFUSED)
    return Reply(status, (), tuple(aliases), min(ttl, negative or 0), authentic)


def _negative_ttl(message: dns.message.Message) -> int | None:
    """Give how long a "no" may be kept (RFC 2308 section 5), from the SOA record that comes with it."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return min(rrset.ttl, int(rrset[0].minimum))
    return None


def _is_referral(message: dns.message.Message) -> bool:
    """A server that does not recurse points elsewhere; that is not a "no"."""
    return any(rrset.rdtype == dns.rdatatype.NS for rrset in message.authority)


def _text(name: Any) -> str:
    text: str = name.to_text(omit_final_dot=True)
    return text.lower()


_READERS: Final[dict[RecordType, Callable[[Any], Record]]] = {
    "A": lambda rdata: str(rdata.address),
    "AAAA": lambda rdata: str(rdata.address),
    "CNAME": lambda rdata: _text(rdata.target),
    "MX": lambda rdata: MxRecord(rdata.preference, _text(rdata.exchange)),
    "SRV": lambda rdata: SrvRecord(rdata.priority, rdata.weight, rdata.port, _text(rdata.target)),
    "TXT": lambda rdata: b"".join(rdata.strings),
    "TLSA": lambda rdata: TlsaRecord(rdata.usage, rdata.selector, rdata.mtype, rdata.cert),
}
