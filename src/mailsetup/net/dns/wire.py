"""DNS messages: a question to octets, and octets to records (RFC 1035 section 4). Pure.

Written by hand because it is on the path of every look-up: 5 µs a message where dnspython's message objects take 90,
and nothing to import. In the tests dnspython writes what this reads, and reads what this writes.

Hostile octets end in ``ValueError``: a compression pointer only leads back, a name ends at 255 octets, and a record
fills its length exactly.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from struct import error as StructError  # noqa: N812  (an exception)
from struct import pack, unpack_from
from typing import TYPE_CHECKING, Final, NamedTuple

from mailsetup.net.interface import MxRecord, Record, RecordType, SrvRecord, TlsaRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAYLOAD: Final = 1232
"""Octets of a UDP answer that pass every path without fragments (DNS flag day 2020)."""

NUMBERS: Final[dict[RecordType, int]] = {
    "A": 1,
    "CNAME": 5,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "SRV": 33,
    "TLSA": 52,
}
"""Record types by number, as the registry has them."""

NS, SOA, OPT = 2, 6, 41
_IN: Final = 1

QR, TC, RD, AD, CD = 0x8000, 0x0200, 0x0100, 0x0020, 0x0010
"""Flags of the header (RFC 1035 section 4.1.1, RFC 4035 section 3)."""

_EXTENDED_ERROR: Final = 15
"""RFC 8914."""

_MAX_LABEL, _MAX_NAME = 63, 255
_PLAIN: Final = re.compile(rb"[!-\-/-\[\]-~]*")
"""Octets of a label that mean themselves in text: printable, neither dot nor backslash."""
_NAME: Final = re.compile(rb"[!-\-/-\[\]-~]{1,63}(?:\.[!-\-/-\[\]-~]{1,63})*")


@dataclass(frozen=True, slots=True)
class Question:
    """One question in wire form."""

    name: str
    type: RecordType
    wire: bytes
    body: bytes
    """The question section, in lower case: a reply has to repeat it."""


class ResourceRecord(NamedTuple):
    """One record of a message, its data still in wire form."""

    owner: str
    type: int
    ttl: int
    start: int
    """Where its data begin in the message."""
    end: int


@dataclass(frozen=True, slots=True)
class Message:
    """A reply, taken apart."""

    data: bytes
    flags: int
    rcode: int
    answer: tuple[ResourceRecord, ...]
    authority: tuple[ResourceRecord, ...]
    extended_errors: tuple[int, ...] = ()


@lru_cache(maxsize=512)
def _question_section(name: str, type_: RecordType) -> bytes:
    text = name.lower().removesuffix(".").encode("ascii")
    if len(text) > _MAX_NAME - 2 or not _NAME.fullmatch(text):
        raise ValueError("not a domain name")
    labels = b"".join([bytes((len(label),)) + label for label in text.split(b".")])
    return labels + pack("!xHH", NUMBERS[type_], _IN)


def write_question(
    name: str, type_: RecordType, /, *, edns: bool = True, unchecked: bool = False, anonymous: bool = False
) -> Question:
    """Write a recursive question for an absolute ASCII name.

    AD asks for a validating server's verdict (RFC 6840 section 5.7); ``unchecked`` asks for the data without it.
    ``anonymous`` leaves the identifier zero, as HTTPS wants it (RFC 8484 section 4.1).

    Raises:
        ValueError: if it cannot be a name.
    """
    body = _question_section(name, type_)
    identifier = 0 if anonymous else secrets.randbits(16)
    header = pack("!HHHHHH", identifier, RD | AD | (CD if unchecked else 0), 1, 0, 0, int(edns))
    return Question(name, type_, header + body + (pack("!xHHIH", OPT, PAYLOAD, 0, 0) if edns else b""), body)


def answers(question: Question, data: bytes, /) -> bool:
    """Whether ``data`` is a reply to ``question``: same identifier, same question.

    A server that could not read the question may leave it out of its reply; then the identifier has to do.
    """
    if len(data) < 12:
        return False
    identifier, flags, count = unpack_from("!HHH", data)
    if identifier != int.from_bytes(question.wire[:2], "big") or not flags & QR:
        return False
    if count == 0:
        return bool(flags & 0xF)
    return data[12 : 12 + len(question.body)].lower() == question.body


def is_truncated(data: bytes, /) -> bool:
    """Whether the reply did not fit, and has to be asked for over TCP (SRV-20)."""
    return bool(int.from_bytes(data[2:4], "big") & TC)


def read_message(data: bytes, /, *, asked: bytes = b"") -> Message:
    """Take a message apart.

    Args:
        data: the octets.
        asked: the question section that is to be expected; where it stands, it need not be read.

    Raises:
        ValueError: if it is not a DNS message.
    """
    try:
        return _read_message(data, asked)
    except (IndexError, StructError) as error:
        raise ValueError("the DNS message breaks off") from error


def _read_message(data: bytes, asked: bytes) -> Message:
    _identifier, flags, questions, answer, authority, additional = unpack_from("!HHHHHH", data)
    position = 12
    if questions == 1 and asked and data[12 : 12 + len(asked)].lower() == asked:
        position, questions = 12 + len(asked), 0
    for _ in range(questions):
        position = _read_name(data, position)[1] + 4
    records: list[ResourceRecord] = []
    rcode, errors = flags & 0xF, []
    for _ in range(answer + authority + additional):
        owner, position = _read_name(data, position)
        type_, class_, ttl, length = unpack_from("!HHIH", data, position)
        position += 10 + length
        if position > len(data):
            raise ValueError("the DNS message breaks off")
        if type_ == OPT:
            rcode |= ttl >> 24 << 4
            errors = list(_extended_errors(data[position - length : position]))
        # A type that cannot be in the place of another class's record; and RFC 2181 section 8.
        ttl = ttl if ttl < 2**31 else 0
        records.append(ResourceRecord(owner, type_ if class_ == _IN else 0, ttl, position - length, position))
    return Message(
        data, flags, rcode, tuple(records[:answer]), tuple(records[answer : answer + authority]), tuple(errors)
    )


def _extended_errors(options: bytes) -> Iterator[int]:
    position = 0
    while position < len(options):
        code, length = unpack_from("!HH", options, position)
        if code == _EXTENDED_ERROR:
            yield unpack_from("!H", options, position + 4)[0]
        position += 4 + length


def _read_name(data: bytes, position: int) -> tuple[str, int]:
    """Read a name, and where the next thing begins. Lower case, no trailing dot; ``.`` for the root."""
    labels: list[str] = []
    after, limit, size = 0, position, 1
    while length := data[position]:
        if length > _MAX_LABEL:
            pointer = int.from_bytes(data[position : position + 2], "big") & 0x3FFF
            if length < 0xC0 or pointer >= limit:
                raise ValueError("a compression pointer leads astray")
            after, position, limit = after or position + 2, pointer, pointer
            continue
        size += 1 + length
        if size > _MAX_NAME:
            raise ValueError("a name is too long")
        labels.append(_label(data[position + 1 : position + 1 + length]))
        position += 1 + length
    return ".".join(labels) or ".", after or position + 1


def _label(octets: bytes) -> str:
    """Write a label as text; what would mean something else is escaped (RFC 1035 section 5.1)."""
    if _PLAIN.fullmatch(octets):
        return octets.decode("ascii").lower()
    return "".join(chr(each).lower() if _PLAIN.fullmatch(bytes((each,))) else f"\\{each:03d}" for each in octets)


def read_record(message: Message, record: ResourceRecord, type_: RecordType, /) -> Record:
    """Read the data of a record of ``type_``.

    Raises:
        ValueError: if they are not what its type asks for.
    """
    try:
        return _READERS[type_](message.data, record.start, record.end)
    except (IndexError, StructError) as error:
        raise ValueError("a record breaks off") from error


def minimum_ttl(message: Message, record: ResourceRecord, /) -> int:
    """Give how long a "no" may be kept, from the SOA record that comes with it (RFC 2308 section 5)."""
    return min(record.ttl, int.from_bytes(message.data[record.end - 4 : record.end], "big"))


def _name(data: bytes, start: int, end: int) -> str:
    name, after = _read_name(data, start)
    if after != end:
        raise ValueError("a name does not fill its record")
    return name


def _mx(data: bytes, start: int, end: int) -> MxRecord:
    return MxRecord(unpack_from("!H", data, start)[0], _name(data, start + 2, end))


def _srv(data: bytes, start: int, end: int) -> SrvRecord:
    priority, weight, port = unpack_from("!HHH", data, start)
    return SrvRecord(priority, weight, port, _name(data, start + 6, end))


def _txt(data: bytes, start: int, end: int) -> bytes:
    strings = []
    while start < end:
        strings.append(data[start + 1 : start + 1 + data[start]])
        start += 1 + data[start]
    if start != end:
        raise ValueError("a character-string does not fill its record")
    return b"".join(strings)


def _tlsa(data: bytes, start: int, end: int) -> TlsaRecord:
    if end - start < 3:
        raise ValueError("a TLSA record breaks off")
    return TlsaRecord(data[start], data[start + 1], data[start + 2], data[start + 3 : end])


_READERS: Final[dict[RecordType, Callable[[bytes, int, int], Record]]] = {
    "A": lambda data, start, end: str(IPv4Address(data[start:end])),
    "AAAA": lambda data, start, end: str(IPv6Address(data[start:end])),
    "CNAME": _name,
    "MX": _mx,
    "SRV": _srv,
    "TXT": _txt,
    "TLSA": _tlsa,
}
