"""X.509 certificates: the facts in one (DER), and whether it is for the host that was meant. Pure.

Python's ``ssl`` tells nothing about a certificate that it refuses, and nothing about SRV names in one that it takes, so
the few fields that matter are read here. Chains and signatures are OpenSSL's business.

Names match by RFC 9525 and RFC 7817: DNS names and SRV names from the subject alternative names; a wildcard only as the
whole left-most label, for one level (TLS-06); the common name and URIs never (TLS-04, TLS-05).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

from mailsetup.model import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

# Object identifiers, in their encoded form.
_COMMON_NAME: Final = b"\x55\x04\x03"
_ORGANISATION: Final = b"\x55\x04\x0a"
_ALTERNATIVE_NAMES: Final = b"\x55\x1d\x11"
_SRV_NAME: Final = b"\x2b\x06\x01\x05\x05\x07\x08\x07"  # RFC 4985

_INTEGER, _OCTETS, _OID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_UTC_TIME = 0x17
_VERSION, _EXTENSIONS = 0xA0, 0xA3  # of TBSCertificate
_OTHER_NAME, _DNS_NAME, _IP_ADDRESS = 0xA0, 0x82, 0x87  # of GeneralName
_ENCODINGS: Final = {
    0x1E: "utf-16-be",
    0x1C: "utf-32-be",
}  # BMPString, UniversalString; anything else is a UTF-8 subset


class Element(NamedTuple):
    """One element of DER."""

    tag: int
    content: bytes
    encoded: bytes
    """With tag and length."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says."""

    dns_names: tuple[str, ...]
    """As presented."""
    srv_names: tuple[str, ...]
    """SRV-IDs: ``_imaps.example.com``."""
    addresses: tuple[str, ...]
    """IP addresses."""
    issuer: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    key_fingerprint: str
    is_self_issued: bool
    """Subject and issuer are the same name."""

    def to_model(self) -> Certificate:
        """Give what a result shows of it."""
        return Certificate(
            names=self.dns_names,
            issuer=self.issuer,
            not_before=self.not_before,
            not_after=self.not_after,
            fingerprint=self.fingerprint,
            key_fingerprint=self.key_fingerprint,
        )

    def is_for(self, hostname: str, /, *, srv_ids: tuple[str, ...] = ()) -> bool:
        """Whether it is for ``hostname`` (A-labels, or an IP address), or for one of the SRV-IDs (TLS-02, TLS-03)."""
        hostname = hostname.lower().removesuffix(".")
        with suppress(ValueError):
            return str(ip_address(hostname)) in self.addresses
        if any(_covers(name.lower(), hostname) for name in self.dns_names):
            return True
        presented = {name.lower() for name in self.srv_names}
        return any(wanted.lower() in presented for wanted in srv_ids)


def _covers(presented: str, hostname: str) -> bool:
    """Whether a presented DNS name is the host's; ``*.com`` is nobody's."""
    if not presented.startswith("*."):
        return presented == hostname
    rest = presented[2:]
    first, _, parent = hostname.partition(".")
    return bool(first) and parent == rest and "." in rest and "*" not in rest


@lru_cache(maxsize=32)
def read_certificate(der: bytes, /) -> Facts:
    """Read a certificate. A host is connected to more than once, so the last ones are kept.

    Raises:
        ValueError: if it is not one.
    """
    try:
        return _read(der)
    except (IndexError, StopIteration, OverflowError) as error:
        raise ValueError("the certificate is malformed") from error


def _read(der: bytes) -> Facts:
    certificate = _first(der, _SEQUENCE)
    fields = list(_elements(_first(certificate.content, _SEQUENCE).content))
    if fields[0].tag == _VERSION:
        fields = fields[1:]
    _serial, _algorithm, issuer, validity, subject, key = fields[:6]
    start, end = _elements(validity.content)
    extensions = next((field.content for field in fields[6:] if field.tag == _EXTENSIONS), b"")
    names = list(_alternative_names(extensions))
    return Facts(
        dns_names=tuple(name.content.decode("ascii", "replace") for name in names if name.tag == _DNS_NAME),
        srv_names=tuple(_srv_names(names)),
        addresses=tuple(str(ip_address(name.content)) for name in names if name.tag == _IP_ADDRESS),
        issuer=_name_for_people(issuer.content),
        not_before=_time(start),
        not_after=_time(end),
        fingerprint=sha256(certificate.encoded).hexdigest(),
        key_fingerprint=sha256(key.encoded).hexdigest(),
        is_self_issued=issuer.encoded == subject.encoded,
    )


def _elements(data: bytes) -> Iterator[Element]:
    """Take the elements that stand one after another in ``data``. Definite lengths only: DER knows no others."""
    position = 0
    while position < len(data):
        start = position
        tag, length = data[position], data[position + 1]
        position += 2
        if length >= 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 4:
                raise ValueError("the certificate is malformed")
            length = int.from_bytes(data[position : position + octets], "big")
            position += octets
        if position + length > len(data):
            raise ValueError("the certificate breaks off")
        yield Element(tag, data[position : position + length], data[start : position + length])
        position += length


def _first(data: bytes, tag: int) -> Element:
    element = next(_elements(data))
    if element.tag != tag:
        raise ValueError("the certificate is malformed")
    return element


def _alternative_names(extensions: bytes) -> Iterator[Element]:
    """Take the general names of the subjectAltName extension (RFC 5280 section 4.2.1.6)."""
    if not extensions:
        return
    for extension in _elements(_first(extensions, _SEQUENCE).content):
        identifier, *_critical, value = _elements(extension.content)
        if identifier.content == _ALTERNATIVE_NAMES and value.tag == _OCTETS:
            yield from _elements(_first(value.content, _SEQUENCE).content)


def _srv_names(names: list[Element]) -> Iterator[str]:
    """Take the SRV names, which hide in otherName, each inside an explicit tag (RFC 4985 section 2)."""
    for name in names:
        if name.tag == _OTHER_NAME:
            identifier, wrapped = _elements(name.content)
            if (identifier.tag, identifier.content) == (_OID, _SRV_NAME):
                yield next(_elements(wrapped.content)).content.decode("ascii", "replace")


def _name_for_people(name: bytes) -> str:
    """Give a distinguished name's common name, or else its organisation."""
    found: dict[bytes, str] = {}
    for relative in _elements(name):
        for attribute in _elements(relative.content):
            identifier, value = _elements(attribute.content)
            text = value.content.decode(_ENCODINGS.get(value.tag, "utf-8"), "replace")
            found.setdefault(identifier.content, text)
    return found.get(_COMMON_NAME) or found.get(_ORGANISATION, "")


def _time(element: Element) -> datetime:
    """Read UTCTime, whose years are 1950 to 2049, or GeneralizedTime (RFC 5280 section 4.1.2.5)."""
    text = element.content.decode("ascii", "replace")
    if element.tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
