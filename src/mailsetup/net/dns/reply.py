"""What one server's reply says to one question: found, no, or neither (SRV-19). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mailsetup.net.dns.wire import AD, NS, NUMBERS, SOA, Message, Question, minimum_ttl, read_message, read_record
from mailsetup.net.interface import Answer, Answered, Record

MAX_ALIASES: Final = 8
"""More CNAMEs in a row than anybody has on purpose."""

_NOERROR, _FORMERR, _NXDOMAIN, _NOTIMP, _REFUSED, _BADVERS = 0, 1, 3, 4, 5, 16

_STATUS: Final = {_NOERROR: Answered.NODATA, _NXDOMAIN: Answered.NXDOMAIN, _REFUSED: Answered.REFUSED}

_UNREADABLE: Final = frozenset({_FORMERR, _NOTIMP, _BADVERS})
"""What a server says that does not know EDNS."""

_BOGUS: Final = frozenset(range(6, 13))
"""Extended errors (RFC 8914) that mean a failed validation: from "DNSSEC Bogus" to "NSEC Missing"."""


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

    def answer(self, question: Question, /) -> Answer:
        """Give the answer that it is, where it is all of it."""
        return Answer(
            question.name, question.type, self.status, self.records, self.aliases, secure=self.authentic, ttl=self.ttl
        )


def read_reply(question: Question, data: bytes, /) -> Reply:
    """Read a reply that ``answers`` the question.

    Raises:
        ValueError: if it is not a DNS message.
    """
    message = read_message(data, asked=question.body)
    if message.rcode in _UNREADABLE:
        return Reply(Answered.SERVFAIL, unsupported=True)
    status = _STATUS.get(message.rcode, Answered.SERVFAIL)
    if status in (Answered.SERVFAIL, Answered.REFUSED):
        return Reply(Answered.BOGUS if _BOGUS.intersection(message.extended_errors) else status)
    return _follow(question, message, status)


def _follow(question: Question, message: Message, status: Answered) -> Reply:
    """Follow the aliases inside the message to the records, or to the "no"."""
    aliases: tuple[str, ...] = ()
    owner, ttl = question.name.lower().removesuffix("."), 2**31 - 1
    wanted, alias = NUMBERS[question.type], NUMBERS["CNAME"]
    while not (found := [each for each in message.answer if (each.owner, each.type) == (owner, wanted)]):
        step = next((each for each in message.answer if (each.owner, each.type) == (owner, alias)), None)
        if step is None:
            break
        owner, ttl = str(read_record(message, step, "CNAME")), min(ttl, step.ttl)
        if owner in aliases or len(aliases) == MAX_ALIASES:
            return Reply(Answered.SERVFAIL)
        aliases = (*aliases, owner)
    authentic = bool(message.flags & AD)
    if found:
        records = tuple(read_record(message, each, question.type) for each in found)
        return Reply(Answered.FOUND, records, aliases, min(ttl, *(each.ttl for each in found)), authentic)
    return _no(message, status, aliases, ttl, authentic=authentic)


def _no(message: Message, status: Answered, aliases: tuple[str, ...], ttl: int, *, authentic: bool) -> Reply:
    """Tell a "no" from a reply that says nothing: an alias not followed, or a pointer to other servers."""
    negative = next((minimum_ttl(message, each) for each in message.authority if each.type == SOA), None)
    if negative is None and status is Answered.NODATA:
        if aliases:
            return Reply(status, (), aliases, ttl, authentic, dangling=True)
        if any(each.type == NS for each in message.authority):
            return Reply(Answered.REFUSED)  # it does not recurse
    return Reply(status, (), aliases, min(ttl, negative or 0), authentic)
