"""OAuth metadata: where it is, whether it may be believed, what is of use in it. Reported, never acted on.

RFC 8414 (authorization servers), OpenID Connect Discovery (the fallback), RFC 9728 (protected resources), and the
stricter rules for issuers of the profile for open public clients (OA-01 to OA-05, OA-08).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mailsetup.errors import InvalidDocument
from mailsetup.formats import strict_json
from mailsetup.formats.text import clean
from mailsetup.formats.values import web_url
from mailsetup.model import Model, OAuth

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHALLENGE = 8192
"""Characters of one WWW-Authenticate header; longer ones are skipped."""
MAX_SCOPES = 100
MAX_SCOPE = 200
MAIL_SCOPES = (
    "urn:ietf:params:oauth:scope:mail",
    "urn:ietf:params:oauth:scope:contacts",
    "urn:ietf:params:oauth:scope:calendars",
    "offline_access",
)
"""Scopes of the profile; those that a server advertises are of use (OA-17)."""

_ENCODED_UNRESERVED = re.compile(r"%(?:2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
_TCHAR = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
# A parameter starts where a token starts: looked for at every place of a long token, it would take quadratic time.
_AUTH_PARAMETER = re.compile(rf'(?<!{_TCHAR})({_TCHAR}+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_BEARER = re.compile(r"(?:^|,)\s*Bearer\s+", re.IGNORECASE)
_NEXT_SCHEME = re.compile(rf",\s*{_TCHAR}+\s+[^\s=,]")

WELL_KNOWN_OAUTH = "/.well-known/oauth-authorization-server"
WELL_KNOWN_OIDC = "/.well-known/openid-configuration"
WELL_KNOWN_RESOURCE = "/.well-known/oauth-protected-resource"


class ProtectedResource(Model):
    """What a resource says about who may issue tokens for it (RFC 9728)."""

    resource: str
    """Its identifier, as asked for."""
    authorization_servers: tuple[str, ...]
    """Issuers, in its order; those that are not valid are left out."""
    scopes: tuple[str, ...] = ()
    """Scopes it knows."""


def check_issuer(issuer: str, /) -> str:
    """Check an issuer identifier and give it back unchanged: every code point counts (OA-02, OA-04).

    Raises:
        InvalidDocument: ``bad-issuer``, with a clause that says why.
    """
    try:
        normal = web_url(issuer)
    except InvalidDocument as error:
        raise InvalidDocument(error.reason, code="bad-issuer") from error
    if "?" in issuer or "#" in issuer:
        raise InvalidDocument("it has a query or a fragment", code="bad-issuer")
    if not issuer.isascii() or issuer != issuer.strip():
        raise InvalidDocument("it is not plain ASCII", code="bad-issuer")
    if {".", ".."} & set(urlsplit(normal).path.split("/")):
        raise InvalidDocument("its path has dot segments", code="bad-issuer")
    if _ENCODED_UNRESERVED.search(issuer):
        raise InvalidDocument("it encodes characters that need no encoding", code="bad-issuer")
    return issuer


def metadata_urls(issuer: str, /) -> tuple[str, str]:
    """Where the issuer's metadata is: the RFC 8414 form first (inserted), then OpenID Connect's (appended).

    Raises:
        InvalidDocument: if the issuer is not valid (OA-01, OA-03, OA-04).
    """
    origin, path = _origin_and_path(check_issuer(issuer))
    return f"{origin}{WELL_KNOWN_OAUTH}{path}", f"{origin}{path}{WELL_KNOWN_OIDC}"


def resource_metadata_url(resource: str, /) -> str:
    """Where a resource's metadata is (RFC 9728 section 3.1): inserted between host and path.

    Raises:
        InvalidDocument: if the resource is not an https URL.
    """
    origin, path = _origin_and_path(web_url(resource))
    return f"{origin}{WELL_KNOWN_RESOURCE}{path}"


def _origin_and_path(url: str) -> tuple[str, str]:
    # A terminating slash is dropped before anything is inserted or appended (RFC 8414 section 3.1).
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.path.removesuffix("/")


def parse_metadata(document: bytes, /, *, issuer: str) -> OAuth:
    """Read authorization server metadata that was fetched for ``issuer``.

    Endpoints that are not https are left out, and the whole document is refused without both of them (OA-05).

    Raises:
        InvalidDocument: for what is not strict JSON, names another issuer (OA-02), or lacks an endpoint.
    """
    members = strict_json.read_object(document)
    if members.get("issuer") != issuer:
        raise InvalidDocument("The metadata is for another issuer.", code="issuer-mismatch")
    authorization, token = _endpoint(members, "authorization_endpoint"), _endpoint(members, "token_endpoint")
    if authorization is None or token is None:
        raise InvalidDocument("The metadata names no usable authorization and token endpoints.", code="no-endpoints")
    methods = members.get("code_challenge_methods_supported")
    advertised = _strings(members.get("scopes_supported"))
    return OAuth(
        issuer=issuer,
        authorization_url=authorization,
        token_url=token,
        registration_url=_endpoint(members, "registration_endpoint"),
        scopes=tuple(scope for scope in MAIL_SCOPES if scope in advertised),
        pkce="S256" in methods if isinstance(methods, list) else None,
    )


def parse_resource(document: bytes, /, *, resource: str) -> ProtectedResource:
    """Read protected resource metadata that was fetched for ``resource`` (OA-08).

    Raises:
        InvalidDocument: for what is not strict JSON, is for another resource, or names no valid issuer.
    """
    members = strict_json.read_object(document)
    if members.get("resource") != resource:
        raise InvalidDocument("The metadata is for another resource.", code="resource-mismatch")
    issuers = []
    for issuer in _strings(members.get("authorization_servers")):
        try:
            issuers.append(check_issuer(issuer))
        except InvalidDocument:
            continue
    if not issuers:
        raise InvalidDocument("The metadata names no valid authorization server.", code="no-issuer")
    scopes = tuple(clean(scope, limit=MAX_SCOPE) for scope in _strings(members.get("scopes_supported")))
    return ProtectedResource(resource=resource, authorization_servers=tuple(issuers), scopes=scopes)


def resource_metadata_from(challenges: Iterable[str], /) -> str | None:
    """Find ``resource_metadata`` of a Bearer challenge among WWW-Authenticate headers (OA-08).

    ``None`` where there is none, or none that is an https URL.
    """
    for header in challenges:
        for challenge in _BEARER.split(header)[1:] if len(header) <= MAX_CHALLENGE else ():
            following = _NEXT_SCHEME.search(challenge)
            own = challenge[: following.start()] if following else challenge
            for name, quoted, token in _AUTH_PARAMETER.findall(own):
                if name.lower() != "resource_metadata":
                    continue
                try:
                    return web_url(re.sub(r"\\(.)", r"\1", quoted) if quoted else token)
                except InvalidDocument:
                    continue
    return None


def _endpoint(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if not isinstance(value, str):
        return None
    try:
        return web_url(value)
    except InvalidDocument:
        return None


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)][:MAX_SCOPES] if isinstance(value, list) else []
