"""Databases as a release manager would publish them, and keys to sign them with."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailsetup.providers.compile import compile_database
from mailsetup.providers.schema import ProviderFile
from mailsetup.providers.signature import public_key_of, sign

FAR = date(2090, 1, 1)
"""Newer than whatever is bundled."""


class Key(NamedTuple):
    """A pair of keys."""

    private: bytes
    """PEM."""
    public: str
    """As ``pinned_key.py`` lists it."""


def new_key(password: bytes | None = None) -> Key:
    """Make a pair; the private half is protected if there is a password."""
    key = Ed25519PrivateKey.generate()
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    return Key(private, public_key_of(private, password=password))


def database(*, checked: date = FAR, made: str = "2090-01-02T00:00:00Z", name: str = "Far", **values: Any) -> bytes:
    """Compile a database of one provider, for far.example."""
    defaults: dict[str, Any] = {
        "id": "far",
        "name": name,
        "kind": "mailbox",
        "domains": ["far.example"],
        "servers": [{"protocol": "imap", "hostname": "imap.far.example", "port": 993, "security": "tls"}],
        "sources": ["own-knowledge"],
        "checked": checked,
    }
    return compile_database([ProviderFile.model_validate(defaults | values)], made=made)


def signed(document: bytes, key: Key, /) -> bytes:
    """Sign it."""
    return sign(document, private_key=key.private)
