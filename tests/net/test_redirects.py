"""The redirect policy, pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import NetworkError
from mailsetup.net.interface import Request, Response
from mailsetup.net.redirects import REDIRECTS, follow, next_hop, redirect_target

BASE = "https://a.example/one/two?x=y"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://b.example/", "https://b.example/"),
        ("https://B.example", "https://b.example/"),
        ("https://b.example:443/x", "https://b.example/x"),
        ("https://b.example:8443/x", "https://b.example:8443/x"),
        ("/x?q=1#part", "https://a.example/x?q=1"),
        ("three", "https://a.example/one/three"),
        ("//b.example/x", "https://b.example/x"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("  https://b.example/  ", "https://b.example/"),
    ],
)
def test_a_location_is_resolved_to_an_https_url(location: str, expected: str) -> None:
    """Relative and absolute forms come out as the URL that is asked for, host in A-labels (SEC-05, TLS-12)."""
    assert redirect_target(BASE, location) == expected


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://a.example/", "redirect-to-http"),
        ("ftp://a.example/", "redirect-to-http"),
        ("javascript:alert(1)", "bad-redirect"),
        ("https://user:secret@b.example/", "bad-redirect"),
        ("https://b.example:99999/", "bad-redirect"),
        ("https://b..example/", "bad-redirect"),
        ("https://b_ad example/", "bad-redirect"),
        ("https://[::1/", "bad-redirect"),
        ("https://b.example/\r\nSet-Cookie: x", "bad-redirect"),
    ],
)
def test_a_location_that_leads_nowhere_good_is_refused(location: str, reason: str) -> None:
    """Clear text, other schemes, credentials and rubbish end the request with a reason (SEC-05, AC-22)."""
    with pytest.raises(NetworkError) as caught:
        redirect_target(BASE, location)
    assert caught.value.reason == reason


@given(st.text())
def test_any_location_is_a_url_or_a_reason(location: str) -> None:
    """Whatever a server writes there, the outcome is an https URL or ``NetworkError`` (SEC-05)."""
    try:
        outcome = redirect_target(BASE, location)
    except NetworkError as error:
        outcome = error.reason
    assert outcome in ("bad-redirect", "redirect-to-http") or outcome.startswith("https://")


@pytest.mark.parametrize("status", sorted(REDIRECTS))
@pytest.mark.parametrize("method", ["GET", "POST", "PROPFIND", "OPTIONS", "HEAD"])
def test_method_and_body_are_kept(status: int, method: str) -> None:
    """Only 303 after POST changes the method; PROPFIND stays PROPFIND (SEC-05, DAV-05)."""
    request = Request(BASE, method, body=b"x")  # type: ignore[arg-type]
    hop = next_hop(request, Response(status, BASE, {"location": "/x"}, b""))
    changed = status == 303 and method == "POST"
    assert (hop.method, hop.body) == (("GET", b"") if changed else (method, b"x"))


@pytest.mark.anyio
async def test_hops_are_recorded_and_limited() -> None:
    """Every URL on the way is kept, and more hops than allowed are a loop (SEC-05, AC-22)."""

    async def fetch_one(request: Request) -> Response:
        number = int(request.url.rpartition("/")[2])
        return (
            Response(302, request.url, {"location": f"/{number - 1}"}, b"")
            if number
            else Response(200, request.url, {}, b"")
        )

    response = await follow(Request("https://a.example/3"), fetch_one=fetch_one)
    assert response.hops == tuple(f"https://a.example/{number}" for number in (3, 2, 1, 0))
    assert response.url == "https://a.example/0"
    with pytest.raises(NetworkError, match="redirect-loop"):
        await follow(Request("https://a.example/4"), fetch_one=fetch_one)
    assert (await follow(Request("https://a.example/4", max_redirects=10), fetch_one=fetch_one)).status == 200
    assert (await follow(Request("https://a.example/4", follow="none"), fetch_one=fetch_one)).location == "/3"
