"""Answers on disk: written and read back the same, and nothing else is read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.net.cache.encoding import decode, encode
from mailsetup.net.interface import Answer, Answered, MxRecord, RecordType, Response, SrvRecord, TlsaRecord

names, numbers = st.text(max_size=20), st.integers(0, 65535)
RECORDS: dict[RecordType, st.SearchStrategy[str | bytes | MxRecord | SrvRecord | TlsaRecord]] = {
    "A": st.ip_addresses(v=4).map(str),
    "AAAA": st.ip_addresses(v=6).map(str),
    "CNAME": names,
    "TXT": st.binary(max_size=40),
    "MX": st.builds(MxRecord, numbers, names),
    "SRV": st.builds(SrvRecord, numbers, numbers, numbers, names),
    "TLSA": st.builds(TlsaRecord, numbers, numbers, numbers, st.binary(max_size=40)),
}


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any answer that the resolver could give."""
    kind = draw(st.sampled_from(sorted(RECORDS)))
    records = tuple(draw(st.lists(RECORDS[kind], max_size=3)))
    status, aliases = draw(st.sampled_from(Answered)), tuple(draw(st.lists(names, max_size=2)))
    return Answer(draw(names), kind, status, records, aliases, draw(st.booleans()), draw(st.integers(0, 2**31)))


responses = st.builds(
    Response,
    status=st.integers(100, 599),
    url=names,
    headers=st.dictionaries(names, names, max_size=3),
    body=st.binary(max_size=100),
    hops=st.lists(names, max_size=3).map(tuple),
    address=st.none() | names,
)


@given(answers() | responses)
def test_what_is_written_is_read_back(value: Answer | Response) -> None:
    """Records of every type, every status, and documents octet by octet."""
    assert decode(encode(value)) == value


@given(st.binary() | st.text().map(str.encode))
def test_any_octets_are_an_answer_or_invalid(data: bytes) -> None:
    """A file that somebody has written into raises one error and no other."""
    with suppress(InvalidDocument):
        decode(data)


@given(answers() | responses, st.data())
def test_a_changed_answer_is_an_answer_or_invalid(value: Answer | Response, data: st.DataObject) -> None:
    """Wherever an octet is changed or lost, nothing but the one error comes of it."""
    written = encode(value)
    at = data.draw(st.integers(0, len(written) - 1))
    with suppress(InvalidDocument):
        decode(written[:at] + data.draw(st.binary(max_size=2)) + written[at + 1 :])


@pytest.mark.parametrize(
    "written",
    [
        b"null",
        b"[]",
        b"{}",
        b'{"type":"MX"}',
        b'{"name":"a","type":"MX","status":"found","records":[[10]],"aliases":[],"secure":false,"ttl":1}',
        b'{"name":"a","type":"A","status":"found","records":[7],"aliases":[],"secure":false,"ttl":1}',
        b'{"name":"a","type":"A","status":"found","records":[],"aliases":[],"secure":1,"ttl":1}',
        b'{"name":"a","type":"A","status":"found","records":[],"aliases":[],"secure":false,"ttl":true}',
        b'{"name":"a","type":"NS","status":"found","records":[],"aliases":[],"secure":false,"ttl":1}',
        b'{"name":"a","type":[],"status":"found","records":[],"aliases":[],"secure":false,"ttl":1}',
        b'{"status":200,"url":"u","headers":{"a":1},"body":"","hops":[],"address":null}',
        b'{"status":200,"url":"u","headers":{},"body":"!","hops":[],"address":null}',
        b"[" * 100_000,
    ],
)
def test_what_is_nearly_an_answer_is_invalid(written: bytes) -> None:
    """Types are checked one by one: a wrong one would break far from here."""
    with pytest.raises(InvalidDocument):
        decode(written)
