"""How long answers may be kept: by what the other side says, within our own bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.model import Learned
from mailsetup.net.cache.freshness import (
    LONGEST,
    MAX_BODY,
    NO_LONGEST,
    NO_SHORTEST,
    UNSAID,
    answer_lifetime,
    is_keepable,
    response_lifetime,
)
from mailsetup.net.interface import Answer, Answered, Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://autoconfig.corp.example/mail/config-v1.1.xml"
NOON, ONE = "Tue, 03 Mar 2026 12:00:00 GMT", "Tue, 03 Mar 2026 13:00:00 GMT"
TEN_DAYS_BEFORE = "Sat, 21 Feb 2026 12:00:00 GMT"


def answered(status: Answered, ttl: int) -> float:
    return answer_lifetime(Answer("corp.example", "MX", status, ttl=ttl))


def served(status: int, headers: Mapping[str, str], body: bytes = b"") -> float:
    return response_lifetime(Response(status, URL, headers, body))


@pytest.mark.parametrize(
    ("status", "ttl", "seconds"),
    [
        (Answered.FOUND, 300, 300),
        (Answered.FOUND, 1, 1),
        (Answered.FOUND, 0, 0),
        (Answered.FOUND, 2**31 - 1, LONGEST),
        (Answered.NXDOMAIN, 1, NO_SHORTEST),
        (Answered.NODATA, 900, 900),
        (Answered.NXDOMAIN, 86400, NO_LONGEST),
        (Answered.NODATA, 0, 0),
    ],
)
def test_dns_answers_live_by_their_ttl(status: Answered, ttl: int, seconds: float) -> None:
    """Found: the time to live, a day at most; a definite no: five minutes to an hour, if it has a time (OPS-01)."""
    assert answered(status, ttl) == seconds


@pytest.mark.parametrize("status", [Answered.SERVFAIL, Answered.TIMED_OUT, Answered.BOGUS, Answered.REFUSED])
def test_a_failure_of_dns_is_not_kept(status: Answered) -> None:
    """It says nothing about the domain, so it must not be taken for a no (SRV-19, OPS-01)."""
    assert answered(status, 300) == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": 'public, Max-Age="120"'}, 120),
        ({"cache-control": "max-age=60", "expires": ONE, "date": NOON}, 60),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=99999999999999999999999"}, LONGEST),
        ({"cache-control": "no-store, max-age=60"}, 0),
        ({"cache-control": "no-cache"}, 0),
        ({"expires": ONE, "date": NOON}, 3600),
        ({"expires": NOON, "date": ONE}, 0),
        ({"expires": "0", "date": NOON}, 0),
        ({"last-modified": TEN_DAYS_BEFORE, "date": NOON}, LONGEST),
        ({"last-modified": NOON, "date": ONE}, 360),
        ({"last-modified": NOON, "date": NOON}, UNSAID),
        ({}, UNSAID),
        ({"vary": "*", "cache-control": "max-age=60"}, 0),
        ({"vary": "Accept-Encoding", "cache-control": "max-age=60"}, 60),
    ],
)
def test_documents_live_by_what_their_server_says(headers: Mapping[str, str], seconds: float) -> None:
    """The subset of RFC 9111 that a settings document needs, a day at most (OPS-01)."""
    assert served(200, headers) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (404, {}, UNSAID),
        (410, {"cache-control": "max-age=86400"}, NO_LONGEST),
        (404, {"cache-control": "max-age=1"}, NO_SHORTEST),
        (404, {"cache-control": "no-store"}, 0),
        (301, {}, UNSAID),
        (302, {}, 0),
        (302, {"cache-control": "max-age=60"}, 60),
        (401, {"cache-control": "max-age=60"}, 0),
        (403, {"cache-control": "max-age=60"}, 0),
        (429, {"cache-control": "max-age=60"}, 0),
        (500, {"cache-control": "max-age=60"}, 0),
        (503, {}, 0),
    ],
)
def test_other_statuses(status: int, headers: Mapping[str, str], seconds: float) -> None:
    """A no is kept as one; what says "not you" or "not now" is asked again (OPS-01)."""
    assert served(status, headers) == seconds


def test_large_bodies_are_not_kept() -> None:
    """No settings document has that size."""
    assert served(200, {}, bytes(MAX_BODY)) > 0
    assert served(200, {}, bytes(MAX_BODY + 1)) == 0


@pytest.mark.parametrize(
    ("request_", "keepable"),
    [
        (Request(URL), True),
        (Request(f"{URL}?emailaddress=kim%40corp.example", learned=Learned.ADDRESS), False),
        (Request(URL, "POST", body=b"kim@corp.example"), False),
        (Request(URL.replace("https", "http")), False),
    ],
)
def test_what_can_be_kept_at_all(request_: Request, keepable: bool) -> None:
    """Nothing that carries the address, and nothing that anybody on the way could have written."""
    assert is_keepable(request_) is keepable


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "date", "age", "last-modified", "vary"]),
        st.text() | st.sampled_from([NOON, ONE, "max-age=1", "no-cache", "Tue, 99 Mar 99999 12:00:00 -0000"]),
    ),
)
def test_no_header_breaks_the_reckoning(status: int, headers: Mapping[str, str]) -> None:
    """Whatever a server writes, the answer is a time between none and a day (OPS-01)."""
    assert 0 <= served(status, headers) <= LONGEST
