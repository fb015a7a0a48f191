"""A private certificate authority, and certificates with any fault that one can have.

::

    authority = Authority()
    context = authority.server_context("mail.example", not_after=YESTERDAY)
    client = TlsClient(ca_file=authority.write(tmp_path / "ca.pem"))
"""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOW = datetime.now(timezone.utc).replace(microsecond=0)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
LAST_MONTH, NEXT_MONTH = NOW - timedelta(days=30), NOW + timedelta(days=30)

_SRV_NAME = ObjectIdentifier("1.3.6.1.5.5.7.8.7")  # RFC 4985
_IA5_STRING = 0x16

_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Leaf:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as it goes over the wire."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Certificate and key."""
        return self.certificate.public_bytes(serialization.Encoding.PEM) + self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def server_context(self) -> ssl.SSLContext:
        """Give a server's context that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(self.pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


def _name(common_name: str, organisation: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    if organisation:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def alternative_names(
    names: Iterable[str] = (),
    *,
    srv_names: Iterable[str] = (),
    uris: Iterable[str] = (),
) -> list[x509.GeneralName]:
    """Write subject alternative names; an IP address among ``names`` becomes one."""
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    for name in srv_names:
        encoded = name.encode()
        found.append(x509.OtherName(_SRV_NAME, bytes((_IA5_STRING, len(encoded))) + encoded))
    return [*found, *map(x509.UniformResourceIdentifier, uris)]


class Authority:
    """An authority of our own, that signs what it is told to."""

    def __init__(self, name: str = "Test CA") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name, "Test Organisation")
        builder = _builder(self._name, self._name, self._key, LAST_MONTH, NEXT_MONTH)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
        )
        builder = builder.add_extension(_SIGNS_CERTIFICATES, critical=True)
        self.certificate = builder.sign(self._key, hashes.SHA256())

    def write(self, path: Path, /) -> Path:
        """Write the authority's own certificate, as ``Options.ca_file`` wants it."""
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(
        self,
        *names: str,
        common_name: str = "",
        srv_names: Iterable[str] = (),
        uris: Iterable[str] = (),
        not_before: datetime = LAST_MONTH,
        not_after: datetime = NEXT_MONTH,
    ) -> Leaf:
        """Sign a certificate for ``names``."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(common_name), self._name, key, not_before, not_after)
        own_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(own_key, critical=False)
        if found := alternative_names(names, srv_names=srv_names, uris=uris):
            builder = builder.add_extension(x509.SubjectAlternativeName(found), critical=not common_name)
        return Leaf(builder.sign(self._key, hashes.SHA256()), key)


def self_signed(*names: str) -> Leaf:
    """Make a certificate that nobody but itself has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(names[0])
    builder = _builder(subject, subject, key, LAST_MONTH, NEXT_MONTH)
    builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names(names)), critical=False)
    return Leaf(builder.sign(key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=not_before,
        not_valid_after=not_after,
    )
