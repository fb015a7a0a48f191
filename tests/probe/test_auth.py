"""What a source claims about logging in, against what the server says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.model import Auth
from mailsetup.prober import reconcile_auth

PASSWORD, ENCRYPTED, OAUTH2, NTLM = Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD, Auth.OAUTH2, Auth.NTLM
_AUTHS = st.lists(st.sampled_from(Auth), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("claimed", "advertised", "expected"),
    [
        # Not seen: the claim stands.
        ((OAUTH2, PASSWORD), (), (OAUTH2, PASSWORD)),
        # Not claimed: the offer stands, what most people can use first.
        ((), (NTLM, OAUTH2, PASSWORD), (PASSWORD, OAUTH2, NTLM)),
        # The claimed order wins over the server's.
        ((OAUTH2, PASSWORD), (PASSWORD, OAUTH2, NTLM), (OAUTH2, PASSWORD)),
        # Advertised, but not claimed: servers advertise what does not work.
        ((PASSWORD,), (ENCRYPTED, NTLM, PASSWORD), (PASSWORD,)),
        # Claimed, but not offered: dropped (OA-16).
        ((OAUTH2, PASSWORD), (PASSWORD,), (PASSWORD,)),
        # Nothing of the claim is left: OAuth only is shown as OAuth only.
        ((PASSWORD,), (OAUTH2,), (OAUTH2,)),
        # Proofs that no list of mechanisms can show stay.
        ((Auth.CLIENT_IP,), (PASSWORD,), (Auth.CLIENT_IP,)),
    ],
)
def test_reconciliation(claimed: tuple[Auth, ...], advertised: tuple[Auth, ...], expected: tuple[Auth, ...]) -> None:
    """The claim's order, refined by the server's offer (PROBE-04, OA-16)."""
    assert reconcile_auth(claimed, advertised) == expected


@given(_AUTHS, _AUTHS)
def test_nothing_is_invented(claimed: tuple[Auth, ...], advertised: tuple[Auth, ...]) -> None:
    """The result is made of the two lists, without repetitions, and is empty only if both are."""
    result = reconcile_auth(claimed, advertised)
    assert set(result) <= {*claimed, *advertised}
    assert len(set(result)) == len(result)
    assert bool(result) is bool(claimed or advertised)
