"""Other lists' regular expressions: what becomes names and suffixes, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.providers.import_pattern import MOST_NAMES, literal_suffix, names

pieces = st.sampled_from(["mx", "a", r"\.", "[0-3]", "[ab7]", "(x|yz)", "(x|)", "-", r"\d", "1?"])
expressions = st.lists(pieces, min_size=1, max_size=4).map("".join)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"^mx[01]\.123-reg\.co\.uk$", ["mx0.123-reg.co.uk", "mx1.123-reg.co.uk"]),
        (r"^(spool|fb)\.mail\.gandi\.net$", ["fb.mail.gandi.net", "spool.mail.gandi.net"]),
        (r"^a[0-9]?\.b\.c$", ["a.b.c", *(f"a{digit}.b.c" for digit in range(10))]),
        (r"^m1\.(asia\.|europe\.)?x\.net$", ["m1.asia.x.net", "m1.europe.x.net", "m1.x.net"]),
    ],
)
def test_names(expression: str, expected: list[str]) -> None:
    """A finite expression is written out."""
    assert names(expression) == expected


@given(expressions)
def test_names_are_what_the_expression_matches(expression: str) -> None:
    """Every name that is written out is one that the expression matches."""
    try:
        found = names(expression)
    except ValueError:
        return
    assert 1 <= len(found) <= MOST_NAMES
    assert all(re.fullmatch(expression, name) for name in found)


@pytest.mark.parametrize(
    ("expression", "suffix"),
    [
        (r"^.*\.hostinger\.com$", "hostinger.com"),
        (r"^.*your-server\.de$", "your-server.de"),
        (r"^.*\.aco\-connexion\.org$", "aco-connexion.org"),
        (r"^.*\.ovh$", None),
        (r"^yahoo\..*$", None),
        (r"^mx\..*\.hotmail\.com$", None),
        (r"^.*$", None),
    ],
)
def test_literal_suffix(expression: str, suffix: str | None) -> None:
    """Only a literal parent of two labels or more is a suffix: no list may claim a top-level domain."""
    assert literal_suffix(expression) == suffix


@pytest.mark.parametrize(
    "expression", [r"^yahoo\..*$", r"^mx[0-9]*\.a\.b$", r"a+", r"((a))", r"[^a]", r"(", "ä", r"\d\d\d"]
)
def test_refused(expression: str) -> None:
    """What is infinite, too large or not understood is refused and never run."""
    with pytest.raises(ValueError, match=r"neither a list|more than"):
        names(expression)


@given(st.text(max_size=60))
def test_any_text(expression: str) -> None:
    """Any text gives names, or the one error; a suffix has a dot in it."""
    suffix = literal_suffix(expression)
    assert suffix is None or "." in suffix
    try:
        found = names(expression)
    except ValueError:
        return
    assert len(found) <= MOST_NAMES
