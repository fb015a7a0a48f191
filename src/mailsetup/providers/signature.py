"""Detached signatures of compiled databases: Ed25519 (RFC 8032) over the file's octets, in base64, one line.

Made when a database is published, verified when one is fetched; never at look-up. The ``cryptography`` package does the
mathematics. It is the extra ``mailsetup[update]``, imported here when first needed, and where it is missing these
functions raise ``ModuleNotFoundError``.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_SIGNATURE = 256
"""Octets of a signature file: 88 of base64, and a line ending."""


def require_cryptography() -> None:
    """Raise ``ModuleNotFoundError`` where nothing could be signed or verified."""
    import cryptography  # noqa: F401  (only whether it is there)


def sign(document: bytes, /, *, private_key: bytes, password: bytes | None = None) -> bytes:
    """Sign with a private key in PEM form; give the signature file. Raises as ``read_key`` does."""
    return base64.b64encode(read_key(private_key, password=password).sign(document)) + b"\n"


def public_key_of(private_key: bytes, /, *, password: bytes | None = None) -> str:
    """Give the public half of a private key, as ``pinned_key.py`` lists it. Raises as ``read_key`` does."""
    public = read_key(private_key, password=password).public_key()
    return base64.b64encode(public.public_bytes_raw()).decode("ascii")


def read_key(private_key: bytes, /, *, password: bytes | None = None) -> Ed25519PrivateKey:
    """Read a private key in PEM form.

    Raises:
        InvalidDocument: if it is no Ed25519 private key (code ``bad-key``), or the password is missing or wrong
            (``key-password``).
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(private_key, password=password)
    except TypeError as error:
        raise InvalidDocument("The key is protected by a password.", code="key-password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if password is not None:
            raise InvalidDocument("The password is wrong, or this is no private key.", code="key-password") from error
        raise InvalidDocument("This is no private key in PEM form.", code="bad-key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidDocument("The key is not an Ed25519 key.", code="bad-key")
    return key


def verify(document: bytes, signature: bytes, /, *, keys: Iterable[str]) -> None:
    """Make sure that one of ``keys`` has signed ``document``.

    Raises:
        InvalidDocument: if not (code ``signature``).
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        octets = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidDocument("The signature is not one.", code="signature") from error
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(octets, document)
        except InvalidSignature:
            continue
        return
    raise InvalidDocument("The signature is by none of the keys that may sign.", code="signature")
