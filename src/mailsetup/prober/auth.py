"""What a source claims about logging in, against what the server advertises inside TLS.

Rules: the claimed order wins, because servers advertise mechanisms that do not work (PROBE-04); what the server does
not offer is dropped (OA-16: no browser is opened for an OAuth that is not there); where nothing of the claim is left,
the server's own offer stands, so an OAuth-only server is shown as one.
"""

from __future__ import annotations

from mailsetup.model import Auth

_NEVER_ADVERTISED = frozenset({Auth.CLIENT_IP, Auth.CLIENT_CERTIFICATE, Auth.NONE})
"""Proofs that need no SASL mechanism: the server's list says nothing about them."""

_OFFER_ORDER = (
    Auth.PASSWORD,
    Auth.ENCRYPTED_PASSWORD,
    Auth.OAUTH2,
    Auth.CLIENT_CERTIFICATE,
    Auth.GSSAPI,
    Auth.NTLM,
    Auth.CLIENT_IP,
    Auth.NONE,
)
"""Of a mere offer, what most people can use comes first."""


def reconcile_auth(claimed: tuple[Auth, ...], advertised: tuple[Auth, ...], /) -> tuple[Auth, ...]:
    """Give the ways to log in, best first. ``advertised`` is empty where the server was not seen inside TLS."""
    if not advertised:
        return claimed
    left = tuple(auth for auth in claimed if auth in advertised or auth in _NEVER_ADVERTISED)
    return left or tuple(sorted(advertised, key=_OFFER_ORDER.index))
