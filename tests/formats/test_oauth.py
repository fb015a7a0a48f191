"""OAuth metadata: where it is, whether it may be believed, what is taken from it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.formats import oauth

ISSUER = "https://login.corp.example/t1"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://login.corp.example/t1/authorize",
    "token_endpoint": "https://login.corp.example/t1/token",
    "registration_endpoint": "https://login.corp.example/t1/register",
    "scopes_supported": ["openid", "offline_access", "urn:ietf:params:oauth:scope:mail"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "service_documentation": "https://login.corp.example/docs",
}


def metadata(**changes: object) -> bytes:
    """Write the metadata with changes; ``None`` leaves a member out."""
    return json.dumps({name: value for name, value in (METADATA | changes).items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("issuer", "rfc8414", "oidc"),
    [
        ("https://h.example", "https://h.example/.well-known/oauth-authorization-server", "https://h.example/.well-known/openid-configuration"),
        ("https://h.example/", "https://h.example/.well-known/oauth-authorization-server", "https://h.example/.well-known/openid-configuration"),
        ("https://h.example/t1", "https://h.example/.well-known/oauth-authorization-server/t1", "https://h.example/t1/.well-known/openid-configuration"),
        ("https://h.example:8443/a/b/", "https://h.example:8443/.well-known/oauth-authorization-server/a/b", "https://h.example:8443/a/b/.well-known/openid-configuration"),
    ],
)  # fmt: skip
def test_metadata_urls(issuer: str, rfc8414: str, oidc: str) -> None:
    """RFC 8414 inserts behind the host, OpenID Connect appends; a final slash is dropped first (OA-01, OA-03)."""
    assert oauth.metadata_urls(issuer) == (rfc8414, oidc)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://h.example",
        "h.example",
        "https://u@h.example",
        "https://h.example/?a",
        "https://h.example/#a",
        "https://h.example/a/../b",
        "https://h.example/./b",
        "https://h.example/%41",
        "https://h.example/%7e",
        "https://h.example/ü",
        " https://h.example",
        "https://192.0.2.1/",
        "",
    ],
)
def test_invalid_issuers(issuer: str) -> None:
    """An issuer is https, without user, query, fragment, dot segments or needless encoding (OA-04)."""
    with pytest.raises(InvalidDocument):
        oauth.check_issuer(issuer)


@pytest.mark.parametrize("issuer", ["https://H.example/", "https://h.example/%2F", "https://h.example:443"])
def test_an_issuer_is_never_rewritten(issuer: str) -> None:
    """The spelling of an issuer is kept, code point by code point (OA-02)."""
    assert oauth.check_issuer(issuer) == issuer


def test_metadata() -> None:
    """Endpoints, PKCE and those scopes that mail needs are taken (OA-05, OA-17)."""
    found = oauth.parse_metadata(metadata(), issuer=ISSUER)
    assert found.authorization_url == METADATA["authorization_endpoint"]
    assert found.token_url == METADATA["token_endpoint"]
    assert found.registration_url == METADATA["registration_endpoint"]
    assert found.scopes == ("urn:ietf:params:oauth:scope:mail", "offline_access")
    assert found.pkce is True


def test_unknown_stays_unknown() -> None:
    """What the metadata does not say is not made up (OA-05)."""
    bare = metadata(code_challenge_methods_supported=None, registration_endpoint=None, scopes_supported="mail")
    found = oauth.parse_metadata(bare, issuer=ISSUER)
    assert (found.pkce, found.registration_url, found.scopes) == (None, None, ())
    assert oauth.parse_metadata(metadata(code_challenge_methods_supported=["plain"]), issuer=ISSUER).pkce is False


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": ISSUER + "/"}, "issuer-mismatch"),
        ({"issuer": "https://LOGIN.corp.example/t1"}, "issuer-mismatch"),
        ({"issuer": None}, "issuer-mismatch"),
        ({"token_endpoint": "http://login.corp.example/token"}, "no-endpoints"),
        ({"authorization_endpoint": None}, "no-endpoints"),
        ({"authorization_endpoint": ["https://login.corp.example/"]}, "no-endpoints"),
    ],
)
def test_refused_metadata(changes: dict[str, object], code: str) -> None:
    """Metadata of another issuer, or without https endpoints, is discarded (OA-02, OA-05)."""
    with pytest.raises(InvalidDocument) as caught:
        oauth.parse_metadata(metadata(**changes), issuer=ISSUER)
    assert caught.value.code == code


def test_an_http_registration_endpoint_is_left_out() -> None:
    """An endpoint that is not https is not taken (OA-05)."""
    found = oauth.parse_metadata(metadata(registration_endpoint="http://login.corp.example/r"), issuer=ISSUER)
    assert found.registration_url is None


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        (['Bearer resource_metadata="https://j.example/m"'], "https://j.example/m"),
        (['Basic realm="a, b"', 'bearer scope="x", resource_metadata="https://j.example/m"'], "https://j.example/m"),
        (['Basic realm="x", Bearer realm="y", resource_metadata=https://j.example/m'], "https://j.example/m"),
        (['Bearer realm="x", Other resource_metadata="https://evil.example/"'], None),
        (['DPoP resource_metadata="https://j.example/m"'], None),
        (['Bearer resource_metadata="http://j.example/m"'], None),
        (["Bearer"], None),
        (['Bearer resource_metadata="https://j.example/' + "m" * 9000 + '"'], None),
        ([], None),
    ],
)
def test_resource_metadata_in_challenges(headers: list[str], url: str | None) -> None:
    """Only a Bearer challenge's own ``resource_metadata`` counts, and only if it is https (OA-08)."""
    assert oauth.resource_metadata_from(headers) == url


def test_protected_resource() -> None:
    """The document must be for the resource that was asked for, and bad issuers are left out (OA-08)."""
    resource = "https://jmap.corp.example/api"
    document = {
        "resource": resource,
        "authorization_servers": ["http://bad.example", ISSUER],
        "scopes_supported": ["a\u202eb"],
    }
    found = oauth.parse_resource(json.dumps(document).encode(), resource=resource)
    assert (found.authorization_servers, found.scopes) == ((ISSUER,), ("ab",))
    with pytest.raises(InvalidDocument) as caught:
        oauth.parse_resource(json.dumps(document).encode(), resource=resource + "/")
    assert caught.value.code == "resource-mismatch"
    with pytest.raises(InvalidDocument) as caught:
        oauth.parse_resource(json.dumps(document | {"authorization_servers": []}).encode(), resource=resource)
    assert caught.value.code == "no-issuer"
    expected = "https://jmap.corp.example/.well-known/oauth-protected-resource/api"
    assert oauth.resource_metadata_url(resource) == expected


@given(st.text(max_size=80))
def test_any_header_is_survived(header: str) -> None:
    """A header of any shape gives a URL or nothing (SEC-06)."""
    found = oauth.resource_metadata_from([f"Bearer {header}"])
    assert found is None or found.startswith("https://")


@given(st.binary(max_size=100))
def test_any_bytes_give_a_value_or_the_one_error(document: bytes) -> None:
    """Nothing but ``InvalidDocument`` ever leaves the parsers (SEC-01)."""
    for parse in (
        lambda: oauth.parse_metadata(document, issuer=ISSUER),
        lambda: oauth.parse_resource(document, resource=ISSUER),
    ):
        with pytest.raises(InvalidDocument):
            parse()
