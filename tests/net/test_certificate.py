"""Reading certificates, and whose they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.net.certificate import read_certificate
from tests.support.pki import LAST_MONTH, NEXT_MONTH, Authority, self_signed

AUTHORITY = Authority()
LEAF = AUTHORITY.issue(
    "mail.example",
    "*.example.net",
    "192.0.2.7",
    "2001:db8::7",
    srv_names=["_imaps.example.com"],
    uris=["imap:x.example"],
)


def test_the_facts_are_those_that_were_written() -> None:
    """Names, issuer, validity and fingerprint are read as another library wrote them (TLS-13)."""
    facts = read_certificate(LEAF.der)
    assert facts.dns_names == ("mail.example", "*.example.net")
    assert facts.srv_names == ("_imaps.example.com",)
    assert facts.addresses == ("192.0.2.7", "2001:db8::7")
    assert (facts.issuer, facts.is_self_issued) == ("Test CA", False)
    assert (facts.not_before, facts.not_after) == (LAST_MONTH, NEXT_MONTH)
    assert facts.fingerprint == hashlib.sha256(LEAF.der).hexdigest()
    assert facts.to_model().names == ("mail.example", "*.example.net")


def test_a_self_signed_certificate_is_its_own_issuer() -> None:
    """Subject and issuer are compared."""
    assert read_certificate(self_signed("mail.example").der).is_self_issued


def test_years_beyond_2049_are_read() -> None:
    """Late dates come as GeneralizedTime (RFC 5280 section 4.1.2.5)."""
    late = NEXT_MONTH.replace(year=2061, day=1)
    assert read_certificate(AUTHORITY.issue("a.example", not_after=late).der).not_after == late


@pytest.mark.parametrize(
    ("names", "hostname", "expected"),
    [
        (["mail.example.com"], "mail.example.com", True),
        (["MAIL.example.com"], "mail.Example.com.", True),
        (["mail.example.com"], "example.com", False),
        (["example.com"], "mail.example.com", False),
        (["*.example.com"], "mail.example.com", True),
        (["*.example.com"], "a.mail.example.com", False),
        (["*.example.com"], "example.com", False),
        (["*.example.com"], ".example.com", False),
        (["m*.example.com"], "mail.example.com", False),
        (["*ail.example.com"], "mail.example.com", False),
        (["mail.*.com"], "mail.example.com", False),
        (["*.*.com"], "mail.example.com", False),
        (["*.com"], "example.com", False),
        (["*"], "example", False),
        (["xn--fa-hia.example.com"], "xn--fa-hia.example.com", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.8", False),
        (["2001:db8::7"], "2001:db8:0::7", True),
        (["mail.example.com"], "192.0.2.7", False),
    ],
)
def test_names_match_by_the_book(names: list[str], hostname: str, expected: bool) -> None:
    """Whole names, or a wildcard as the complete left-most label; addresses only as addresses (TLS-02, TLS-06)."""
    assert read_certificate(AUTHORITY.issue(*names).der).is_for(hostname) is expected


def test_common_name_and_uri_are_never_names() -> None:
    """A certificate with CN or URI alone is for nobody (TLS-04, TLS-05)."""
    assert not read_certificate(AUTHORITY.issue(common_name="mail.example.com").der).is_for("mail.example.com")
    uri = AUTHORITY.issue(uris=["imap:mail.example.com", "https://mail.example.com"])
    assert not read_certificate(uri.der).is_for("mail.example.com")


def test_srv_names_match_exactly() -> None:
    """An SRV-ID counts where the caller names it, whole, without wildcards (TLS-03, DAV-09)."""
    facts = read_certificate(AUTHORITY.issue(srv_names=["_imaps.example.com", "_pop3s.*.com"]).der)
    assert facts.is_for("host.example.net", srv_ids=("_imaps.Example.com",))
    assert not facts.is_for("host.example.net", srv_ids=("_imap.example.com", "_pop3s.example.com"))
    assert not facts.is_for("_imaps.example.com")
    assert not facts.is_for("example.com")


@given(st.binary(max_size=400))
def test_any_octets_are_a_certificate_or_an_error(data: bytes) -> None:
    """Hostile octets give ``ValueError`` and nothing else."""
    with pytest.raises(ValueError, match="certificate"):
        read_certificate(data)


@given(st.integers(0, len(LEAF.der) - 1), st.integers(0, 255))
def test_any_damaged_certificate_is_read_or_refused(position: int, octet: int) -> None:
    """One wrong octet anywhere is read as something, or is a ``ValueError``."""
    damaged = LEAF.der[:position] + bytes((octet,)) + LEAF.der[position + 1 :]
    try:
        facts = read_certificate(damaged)
    except ValueError:
        return
    assert len(facts.fingerprint) == 64


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # an old authority's serial
def test_real_authorities_are_read_as_cryptography_reads_them() -> None:
    """For every authority of a real bundle both readers agree on dates and issuer."""
    bundle = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    assert len(bundle) > 50
    for certificate in bundle:
        facts = read_certificate(certificate.public_bytes(Encoding.DER))
        assert facts.not_after == certificate.not_valid_after_utc
        assert facts.not_before == certificate.not_valid_before_utc
        assert facts.issuer in ("", *(str(attribute.value) for attribute in certificate.issuer))
