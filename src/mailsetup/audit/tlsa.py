"""TLSA records against the certificate that was presented (RFC 6698, RFC 7671). Pure.

Of a chain we see the first certificate, as digests. So records about that certificate or its key are compared (usages
1 and 3, SHA-256 or the whole data); records about an authority, or with SHA-512, cannot be, and that is said.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import Certificate
    from mailsetup.net.interface import TlsaRecord

END_ENTITY = (1, 3)
"""Usages about the server's own certificate: PKIX-EE, DANE-EE."""

Comparison = Literal["matches", "mismatch", "uncompared"]


def compare(records: Iterable[TlsaRecord], certificate: Certificate | None, /) -> Comparison:
    """Say whether any of the records fits. One that fits is enough; one that cannot be compared is a doubt."""
    if certificate is None or not certificate.fingerprint:
        return "uncompared"
    verdicts = {_fits(record, certificate) for record in records}
    if True in verdicts:
        return "matches"
    return "uncompared" if None in verdicts else "mismatch"


def _fits(record: TlsaRecord, certificate: Certificate) -> bool | None:
    digests = {0: certificate.fingerprint, 1: certificate.key_fingerprint}
    presented = digests.get(record.selector)
    if record.usage not in END_ENTITY or not presented:
        return None
    if record.matching_type == 0:
        return sha256(record.data).hexdigest() == presented
    return record.data.hex() == presented if record.matching_type == 1 else None
