"""SASL mechanism names, what they mean in our vocabulary, and which we can do ourselves."""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  (read at run time by documentation tools)

from mailsetup.model import Auth

_AUTH_BY_NAME: dict[str, Auth] = {
    "PLAIN": Auth.PASSWORD,
    "LOGIN": Auth.PASSWORD,
    "CRAM-MD5": Auth.ENCRYPTED_PASSWORD,
    "DIGEST-MD5": Auth.ENCRYPTED_PASSWORD,
    "XOAUTH2": Auth.OAUTH2,
    "OAUTHBEARER": Auth.OAUTH2,
    "NTLM": Auth.NTLM,
    "MSN": Auth.NTLM,
    "GSSAPI": Auth.GSSAPI,
    "GSS-SPNEGO": Auth.GSSAPI,
    "EXTERNAL": Auth.CLIENT_CERTIFICATE,
}

_AUTH_BY_PREFIX: tuple[tuple[str, Auth], ...] = (
    ("SCRAM-", Auth.ENCRYPTED_PASSWORD),
    ("GS2-", Auth.GSSAPI),
)

_SHOWING = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})
"""Mechanisms that show the password, or the token, to whoever can read along."""

MAX_NAME = 40
"""RFC 4422 allows 20 characters; XOAUTH2-like inventions get some slack, hostile lists do not."""


def auth_of(name: str, /) -> Auth | None:
    """Say what kind of proof the mechanism ``name`` asks for; ``None`` for those of no use to a person."""
    known = _AUTH_BY_NAME.get(name)
    return known or next((auth for prefix, auth in _AUTH_BY_PREFIX if name.startswith(prefix)), None)


def clean(names: Iterable[str], /) -> tuple[str, ...]:
    """Upper-case, without repetitions and without what cannot be a mechanism name (RFC 4422 section 3.1)."""
    upper = (name.upper() for name in names)
    return tuple(
        dict.fromkeys(
            name for name in upper if 0 < len(name) <= MAX_NAME and name.replace("-", "").replace("_", "").isalnum()
        )
    )


def auths_of(names: Iterable[str], /, *, own_login: bool) -> tuple[Auth, ...]:
    """Translate mechanisms into ways to log in, in the order of their first appearance."""
    found = [auth for auth in map(auth_of, names) if auth is not None]
    if own_login:
        found.append(Auth.PASSWORD)
    return tuple(dict.fromkeys(found))


def showing(names: Iterable[str], /, *, own_login: bool) -> tuple[str, ...]:
    """Pick the ways to log in that would show the credential on an open line."""
    own = ("own command",) if own_login else ()
    return (*(name for name in clean(names) if name in _SHOWING), *own)
