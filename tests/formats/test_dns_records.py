"""MX, SPF and MTA-STS: facts about who takes and sends a domain's mail."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.formats import mta_sts, mx, spf


class Mx(NamedTuple):
    """The data of one MX record."""

    preference: int
    exchange: str


def read(*records: tuple[int, str]) -> mx.MxReading:
    """Read MX records."""
    return mx.read([Mx(*record) for record in records])


def test_lower_preference_is_better_and_ties_are_stable() -> None:
    """The lowest number comes first, equal ones by name, each host once (MX-01)."""
    found = read((20, "a.mx.example"), (10, "C.MX.example."), (10, "b.mx.example"), (30, "b.mx.example"))
    assert [(one.preference, one.hostname) for one in found.exchangers] == [
        (10, "b.mx.example"),
        (10, "c.mx.example"),
        (20, "a.mx.example"),
    ]
    assert found == read((10, "b.mx.example"), (20, "a.mx.example"), (10, "c.mx.example"))


@pytest.mark.parametrize("dot", [".", ""])
def test_null_mx(dot: str) -> None:
    """One record with target ``.`` says that the domain takes no mail (MX-04)."""
    assert read((0, dot)).takes_no_mail
    assert read((0, dot)).exchangers == ()


def test_a_null_mx_beside_others_is_ignored() -> None:
    """``.`` mixed with other records is invalid, and only that record is (MX-05)."""
    found = read((0, "."), (10, "mx.corp.example"))
    assert not found.takes_no_mail
    assert [one.hostname for one in found.exchangers] == ["mx.corp.example"]
    assert [item.code for item in found.ignored] == ["bad-exchanger"]


@pytest.mark.parametrize(
    "target", ["1.2.3.4", "1.2.3.4.", "mx_1.corp.example", "mail", "localhost", "co.uk", "2001:db8::1", "a b.example"]
)
def test_rubbish_is_dropped(target: str) -> None:
    """IP literals, underscores, single labels and bare public suffixes name no hoster (MX-07, SEC-03)."""
    assert read((10, target)).exchangers == ()
    assert [item.code for item in read((10, target)).ignored] == ["bad-exchanger"]


def test_no_records() -> None:
    """No MX record is not a null MX (MX-02)."""
    assert read() == mx.MxReading()


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([b"v=spf1 include:_spf.hoster.example ~all"], ("_spf.hoster.example",)),
        ([b"V=SPF1 +INCLUDE:SPF.Hoster.Example. ?include:b.example -all"], ("spf.hoster.example", "b.example")),
        ([b"v=spf1 redirect=_spf.mail.example"], ("_spf.mail.example",)),
        ([b"google-site-verification=x", b"v=spf1 include:a.example include:a.example"], ("a.example",)),
        ([b"v=spf1 include:%{i}._spf.example include:b.example"], ("b.example",)),
        ([b"v=spf1 include:a._spf.example include:192.0.2.1 include: a mx -all"], ()),
        ([b"v=spf10 include:a.example", b"v=spf2.0/pra include:b.example"], ()),
        ([b"v=spf1"], ()),
        ([b"v=spf1 include:a.example", b"v=spf1 include:b.example"], ("a.example", "b.example")),
        ([], ()),
    ],
)
def test_spf_includes(records: list[bytes], expected: tuple[str, ...]) -> None:
    """Includes and redirects are hints at the hoster; macros and what is no name are left out (MX-07)."""
    assert spf.includes(records) == expected


POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx1.corp.example\r\nmx: *.hoster.example\r\nmax_age: 604800\r\n"


def test_policy() -> None:
    """A policy vouches for exactly the hosts it names; a star is one label (MX-08)."""
    policy = mta_sts.parse(POLICY)
    assert (policy.mode, policy.max_age, policy.mx) == ("enforce", 604800, ("mx1.corp.example", "*.hoster.example"))
    verdicts = {
        "mx1.corp.example": True,
        "a.hoster.example": True,
        "hoster.example": False,
        "a.b.hoster.example": False,
        "ahoster.example": False,
        "mx2.corp.example": False,
    }
    assert {host: policy.vouches_for(host) for host in verdicts} == verdicts


def test_mode_none_vouches_for_nobody() -> None:
    """A withdrawn policy says nothing, a policy under test does (MX-08)."""
    assert not mta_sts.parse(POLICY.replace(b"enforce", b"none")).vouches_for("mx1.corp.example")
    assert mta_sts.parse(POLICY.replace(b"enforce", b"testing")).vouches_for("mx1.corp.example")
    assert mta_sts.parse(b"version: STSv1\nmode: none\nmax_age: 86400").mx == ()


def test_unknown_and_broken_lines_cost_only_themselves() -> None:
    """Extensions are skipped, bad patterns are reported, the first of two values counts (RFC 8461 3.2)."""
    policy = mta_sts.parse(POLICY + b"future: yes\nmode: none\nmx: 192.0.2.1\nrubbish\nmx: a.*.example\n")
    assert policy.mode == "enforce"
    assert len(policy.mx) == 2
    assert [(item.line, item.code) for item in policy.ignored] == [(n, "bad-policy-line") for n in (8, 9, 10)]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "not-config"),
        (b"<html>version: STSv1</html>", "not-config"),
        (POLICY.replace(b"STSv1", b"STSv2"), "not-config"),
        (POLICY.replace(b"enforce", b"strict"), "schema"),
        (POLICY.replace(b"604800", b"-1"), "schema"),
        (POLICY.replace(b"max_age", b"maxage"), "schema"),
        (POLICY.replace(b"mx:", b"mx2:"), "schema"),
        (POLICY + b"#" * 70_000, "too-large"),
    ],
)
def test_no_policy(document: bytes, code: str) -> None:
    """What is no complete policy vouches for nothing (MX-08)."""
    with pytest.raises(InvalidDocument) as caught:
        mta_sts.parse(document)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([b"v=STSv1; id=20160831085700Z;"], "20160831085700Z"),
        ([b"v=STSv1;id=a1"], "a1"),
        ([b"v=spf1 -all", b"v=STSv1; x=y; id=1"], "1"),
        ([b"v=STSv1; id=1", b"v=STSv1; id=2"], None),
        ([b"v=STSv1; id="], None),
        ([b"v=STSv1; id=a b"], None),
        ([b"v=STSv2; id=1"], None),
        ([b"id=1; v=STSv1"], None),
        ([b"v=STSv1;" + b" " * 20_000 + b";x"], None),
        ([], None),
    ],
)
def test_policy_id(records: list[bytes], expected: str | None) -> None:
    """Exactly one record announces a policy (RFC 8461 3.1)."""
    assert mta_sts.policy_id(records) == expected


@given(st.lists(st.binary(max_size=60)), st.lists(st.tuples(st.integers(0, 65535), st.text(max_size=30))))
def test_anything_is_survived(texts: list[bytes], records: list[tuple[int, str]]) -> None:
    """Whatever DNS says, there is a value (SEC-06)."""
    spf.includes([b"v=spf1 include:" + text for text in texts])
    mta_sts.policy_id([b"v=STSv1;" + text for text in texts])
    for one in read(*records).exchangers:
        assert one.hostname == one.hostname.lower()
        assert "." in one.hostname
