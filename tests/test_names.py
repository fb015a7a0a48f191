"""Domain names: A-labels, U-labels, registrable domains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.names import (
    ascii_name,
    is_below,
    mixes_scripts,
    registrable_domain,
    same_registrable_domain,
    unicode_name,
)

LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAME = st.lists(LABEL, min_size=1, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("name", "registrable"),
    [
        ("example.com", "example.com"),
        ("mx.a.example.co.uk", "example.co.uk"),
        ("co.uk", None),
        ("com", None),
        ("a.b.github.io", "b.github.io"),
        ("github.io", None),
        ("x.example.test", "example.test"),
        ("mx.xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_registrable_domains(name: str, registrable: str | None) -> None:
    """One label below a public suffix, private suffixes included; a suffix itself belongs to nobody (SEC-03)."""
    assert registrable_domain(name) == registrable


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("imap.example.com", "example.com", True),
        ("a.co.uk", "b.co.uk", False),
        ("co.uk", "co.uk", False),
        ("notexample.com", "example.com", False),
        ("a.github.io", "b.github.io", False),
    ],
)
def test_belonging_together(one: str, other: str, same: bool) -> None:
    """Two customers of one suffix are strangers."""
    assert same_registrable_domain(one, other) is same


@pytest.mark.parametrize(
    ("name", "parent", "below"),
    [
        ("google.com", "google.com", True),
        ("mx.google.com", "google.com", True),
        ("notgoogle.com", "google.com", False),
        ("google.com.evil.example", "google.com", False),
        ("com", "google.com", False),
    ],
)
def test_below_means_at_a_label_boundary(name: str, parent: str, below: bool) -> None:
    """Look-alikes are not below."""
    assert is_below(name, parent) is below


@given(NAME)
def test_plain_names_come_back_unchanged(name: str) -> None:
    """An ASCII name in lower case is already in the form that goes on the wire."""
    assert ascii_name(name) == name
    assert ascii_name(name.upper() + ".") == name


@given(st.text(max_size=30))
def test_any_text_is_a_name_or_a_value_error(text: str) -> None:
    """What comes out goes in again, and survives the way to U-labels and back (EAI-02)."""
    try:
        name = ascii_name(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017  (whether it raises is not known beforehand)
        return
    assert name.isascii()
    assert ascii_name(name) == name
    assert ascii_name(unicode_name(name)) == name


@pytest.mark.parametrize("name", ["example.com", "xn--bcher-kva.example"])
def test_the_list_is_read_from_the_package_and_not_from_the_network(name: str) -> None:
    """Registrable domains are known offline (the connection guard of the test-suite would object)."""
    registrable_domain.cache_clear()
    assert registrable_domain(f"mx.{name}") == name


@pytest.mark.parametrize(
    "name", ["gmail.com", "faß.de", "例え.テスト", "ドメインname.jp", "пример.рф", "한국어漢字.kr"]
)
def test_what_people_write_together_is_no_mixture(name: str) -> None:
    """Japanese mixes three scripts and Latin, and is no look-alike (EAI-10)."""
    assert not mixes_scripts(name)


@pytest.mark.parametrize("name", ["раypal.example", "gооgle.com", "αpple.example"])
def test_a_look_alike_of_two_scripts_is_recognised(name: str) -> None:
    """Cyrillic а in a Latin word is what a look-alike is made of (EAI-10)."""
    assert mixes_scripts(name)
