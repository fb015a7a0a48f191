"""The lab's private certificate authority, with its certificates as the files that servers want."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives import serialization

from tests.support import pki

if TYPE_CHECKING:
    from pathlib import Path


class Identity(NamedTuple):
    """A server's certificate and key, as files."""

    certificate: Path
    """PEM: the certificate; these servers need no chain, the root signs them itself."""
    key: Path
    """PEM, unencrypted. Readable by all: some servers read it after they have changed user."""


class Authority:
    """A root that signs server certificates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = pki.Authority("Mail lab root")
        self.file = self._authority.write(folder / "root.pem")
        """What clients have to trust."""

    def issue(self, name: str, /, *names: str) -> Identity:
        """Sign a certificate for DNS names, good until tomorrow; the files are called after the first."""
        leaf = self._authority.issue(name, *names, common_name=name, not_after=pki.TOMORROW)
        identity = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        identity.certificate.write_bytes(leaf.certificate.public_bytes(serialization.Encoding.PEM))
        identity.key.write_bytes(
            leaf.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return identity
