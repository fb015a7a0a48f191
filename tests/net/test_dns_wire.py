"""DNS messages, held against dnspython, which knows them well."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.net.dns.reply import read_reply
from mailsetup.net.dns.wire import NUMBERS, answers, read_message, read_record, write_question
from mailsetup.net.interface import Answered

LABEL = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=20)
NAME = st.lists(LABEL, min_size=1, max_size=5).map(".".join)
IPV4, IPV6 = st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str)
WORD = st.integers(0, 65535)
STRINGS = st.lists(st.text("abc ;=", max_size=60), min_size=1, max_size=4)

RDATA: dict[str, st.SearchStrategy[str]] = {
    "A": IPV4,
    "AAAA": IPV6,
    "CNAME": NAME.map(lambda name: f"{name}."),
    "MX": st.builds("{} {}.".format, WORD, NAME) | st.just("0 ."),
    "SRV": st.builds("{} {} {} {}.".format, WORD, WORD, WORD, NAME) | st.just("0 0 0 ."),
    "TXT": STRINGS.map(lambda strings: " ".join(f'"{string}"' for string in strings)),
    "TLSA": st.builds("3 1 1 {}".format, st.binary(min_size=32, max_size=32).map(bytes.hex)),
}


def spelled(record: Any) -> str:
    """Write one of our records as a zone file would."""
    match record:
        case str():
            return record
        case bytes():
            return record.decode()
        case _:
            values = [getattr(record, name) for name in record.__dataclass_fields__]
            return " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)


def expected(record_type: str, rdata: Any) -> str:
    """Write dnspython's record in the same way."""
    if record_type == "TXT":
        return str(b"".join(rdata.strings).decode())
    if record_type == "AAAA":
        return str(ip_address(rdata.address))
    return " ".join(word if word == "." else word.removesuffix(".") for word in rdata.to_text().lower().split())


def test_the_numbers_are_the_registrys() -> None:
    """Each record type has the number that dnspython gives it."""
    assert {name: int(dns.rdatatype.from_text(name)) for name in NUMBERS} == NUMBERS


SAID = st.sampled_from(sorted(RDATA)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(RDATA[kind], min_size=1, max_size=6))
)


@given(NAME, SAID)
def test_what_dnspython_writes_is_read(owner: str, said: tuple[str, list[str]]) -> None:
    """Records of every type, compressed as a server compresses them, come out as they were written (SRV-18)."""
    kind, texts = said
    written = dns.rrset.from_text_list(f"{owner}.", 300, "IN", kind, texts)
    query = dns.message.make_query(f"{owner}.", kind)
    reply = dns.message.make_response(query)
    reply.answer.append(written)
    message = read_message(reply.to_wire(max_size=65535))
    assert {record.owner for record in message.answer} == {owner.lower()}
    found = sorted(spelled(read_record(message, record, kind)) for record in message.answer)  # type: ignore[arg-type]
    assert found == sorted(expected(kind, rdata) for rdata in written)


@given(st.text())
def test_any_name_is_written_or_refused(name: str) -> None:
    """What is written is read by dnspython as the same name and type; all else is ``ValueError``."""
    try:
        question = write_question(name, "SRV")
    except ValueError:
        return
    asked = dns.message.from_wire(question.wire).question[0]
    labels = tuple(label.decode().lower() for label in asked.name.labels[:-1])
    assert (".".join(labels), asked.rdtype) == (name.lower().removesuffix("."), dns.rdatatype.SRV)


def test_the_question_asks_for_what_it_should() -> None:
    """Recursion, a validator's verdict, and a size that fits every path; on demand the data unvalidated."""
    message = dns.message.from_wire(write_question("a.example", "A").wire)
    assert message.flags == dns.flags.RD | dns.flags.AD
    assert (message.edns, message.payload) == (0, 1232)
    bare = dns.message.from_wire(write_question("a.example", "A", edns=False, unchecked=True, anonymous=True).wire)
    assert (bare.edns, bare.id, bool(bare.flags & dns.flags.CD)) == (-1, 0, True)


SAMPLE = dns.message.make_response(dns.message.make_query("a.example.", "MX", use_edns=0), recursion_available=True)
SAMPLE.answer.append(dns.rrset.from_text("a.example.", 300, "IN", "CNAME", "b.example."))
SAMPLE.answer.append(dns.rrset.from_text("b.example.", 300, "IN", "MX", "10 mx.b.example.", "20 mx.example."))
SAMPLE.authority.append(dns.rrset.from_text("example.", 300, "IN", "SOA", "ns.example. root.example. 1 2 3 4 5"))
SAMPLE.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "why")])
WIRE = SAMPLE.to_wire()


@given(st.integers(0, len(WIRE) - 1), st.binary(min_size=1, max_size=3), st.integers(0, len(WIRE)))
def test_any_damaged_message_is_read_or_refused(position: int, octets: bytes, length: int) -> None:
    """Wrong octets anywhere, or an end too early, give a reply or ``ValueError`` and nothing else."""
    question = write_question("a.example", "MX")
    damaged = (WIRE[:position] + octets + WIRE[position + len(octets) :])[: max(length, 12)]
    try:
        reply = read_reply(question, damaged)
    except ValueError:
        return
    assert reply.status in Answered


@given(st.binary(max_size=200))
def test_any_octets_are_a_message_or_an_error(data: bytes) -> None:
    """Whatever follows a matching header, reading it gives a reply or ``ValueError``, in no time."""
    question = write_question("a.example", "A")
    wire = question.wire[:2] + b"\x81\x80" + data
    if not answers(question, wire):
        return
    try:
        reply = read_reply(question, wire)
    except ValueError:
        return
    assert reply.status in Answered


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"\xc0\x0c", "a pointer to itself"),
        (b"\xc0\xff", "a pointer forward"),
        (b"\x01a\xc0\x0c", "a pointer to its own beginning"),
        (b"\x41" + b"a" * 65 + b"\0", "a label of unknown kind"),
        (b"\x3f" + b"a" * 10, "a label that breaks off"),
        ((b"\x3f" + b"a" * 63) * 4 + b"\0", "a name of more than 255 octets"),
    ],
)
def test_hostile_names_end_in_an_error(name: bytes, reason: str) -> None:
    """No name leads in circles or out of the message."""
    with pytest.raises(ValueError, match=r"name|pointer|breaks"):
        read_message(b"\0\0\x81\x80\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1")


@pytest.mark.parametrize(
    ("record_type", "data"),
    [
        ("A", b"\x7f\0\0"),
        ("AAAA", bytes(15)),
        ("MX", b"\0\x0a\1a\0\0"),
        ("MX", b"\0"),
        ("SRV", b"\0\0\0\0\0"),
        ("TXT", b"\x05abc"),
        ("TLSA", b"\3\1"),
        ("CNAME", b"\1a"),
    ],
)
def test_a_record_fills_its_length_exactly(record_type: Any, data: bytes) -> None:
    """Records that are too short or too long for their type are not guessed at."""
    record = b"\1a\0" + NUMBERS[record_type].to_bytes(2, "big") + b"\0\1\0\0\0\1" + len(data).to_bytes(2, "big") + data
    message = read_message(b"\0\0\x81\x80\0\0\0\1\0\0\0\0" + record)
    with pytest.raises(ValueError, match=r"\w"):
        read_record(message, message.answer[0], record_type)


def test_odd_octets_in_names_are_escaped() -> None:
    """A dot or a control character inside a label never passes for something else (SEC-06)."""
    record = b"\1a\0\0\5\0\1\0\0\0\1\0\x0b" + b"\x05e.v\x00l\x03COM\0"
    message = read_message(b"\0\0\x81\x80\0\0\0\1\0\0\0\0" + record)
    assert read_record(message, message.answer[0], "CNAME") == "e\\046v\\000l.com"


def test_another_class_is_not_taken() -> None:
    """A record of the CHAOS class does not answer for the Internet."""
    record = b"\1a\0\0\1\0\3\0\0\0\1\0\4\x7f\0\0\1"
    assert read_message(b"\0\0\x81\x80\0\0\0\1\0\0\0\0" + record).answer[0].type == 0
