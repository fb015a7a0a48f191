"""SCRAM-SHA-1 and SCRAM-SHA-256, with channel binding (-PLUS) where TLS gives it (RFC 5802, 7677, 9266).

The password does not cross the wire, and the server has to prove that it knows it too: an "OK" without that proof is
not believed. What the server may demand is bounded, so that no hostile iteration count burns the machine.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from mailsetup.dialogue.sasl import Exchange, SaslFailure
from mailsetup.dialogue.saslprep import saslprep

if TYPE_CHECKING:
    from mailsetup.dialogue.login import Login

MAX_ITERATIONS = 1_000_000
"""About a second of work; OWASP recommends 600,000 for stored passwords, servers use 4,096 to 100,000."""

MAX_MESSAGE = 4096
"""Octets of a server message: a nonce, a salt, a number."""

HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}


class Scram(Exchange):
    """One SCRAM exchange."""

    def __init__(self, login: Login, /, *, nonce: str | None = None) -> None:
        super().__init__(login)
        self._hash = HASHES[login.mechanism.removesuffix("-PLUS")]
        self._nonce = nonce or secrets.token_urlsafe(24)
        self._header = _gs2_header(login)
        self._first_bare = ""
        self._server_signature: bytes | None = None
        self._proven = False

    def start(self) -> bytes:  # noqa: D102
        # RFC 5802 section 5.1: "=" and "," are written =3D and =2C.
        user = _prepared(self.login.username).replace("=", "=3D").replace(",", "=2C")
        self._first_bare = f"n={user},r={self._nonce}"
        return (self._header + self._first_bare).encode()

    def answer(self, challenge: bytes, /) -> bytes:  # noqa: D102
        if len(challenge) > MAX_MESSAGE:
            raise SaslFailure("The server's SCRAM message is too long.")
        if not self._first_bare or (not challenge and self._server_signature is None):
            return self.start()
        if self._server_signature is None:
            return self._prove(challenge)
        self._check_server(challenge)
        return b""

    def finish(self) -> None:  # noqa: D102
        if not self._proven:
            raise SaslFailure("The server accepts the password without proving that it knows it.")

    def _prove(self, server_first: bytes) -> bytes:
        nonce, salt, iterations = _parse_first(server_first, self._nonce)
        password = _prepared(self.login.secret.reveal()).encode()
        salted = hashlib.pbkdf2_hmac(self._hash, password, salt, iterations)
        binding = base64.b64encode(self._header.encode() + _binding_data(self.login)).decode()
        without_proof = f"c={binding},r={nonce}"
        message = ",".join((self._first_bare, server_first.decode(), without_proof)).encode()
        client_key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self._hash, client_key).digest(), message)
        self._server_signature = self._hmac(self._hmac(salted, b"Server Key"), message)
        proof = bytes(key ^ mask for key, mask in zip(client_key, signature, strict=True))
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _check_server(self, server_final: bytes) -> None:
        fields = _fields(server_final)
        if "e" in fields:
            self.hint = fields["e"]
            raise SaslFailure("The server refuses the proof of the password.")
        signature = _base64(fields.get("v", ""))
        if not hmac.compare_digest(signature, self._server_signature or b""):
            self.distrusted = True
            raise SaslFailure("The server could not prove that it knows the password.")
        self._proven = True

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self._hash).digest()


def _gs2_header(login: Login) -> str:
    """RFC 5802 section 6: ``p=`` binds the channel; ``y``: we could, but it is not offered; ``n``: we cannot."""
    if login.mechanism.endswith("-PLUS") and login.binding is not None:
        return f"p={login.binding.kind},,"
    return "y,," if login.binding is not None else "n,,"


def _binding_data(login: Login) -> bytes:
    if login.mechanism.endswith("-PLUS") and login.binding is not None:
        return login.binding.data
    return b""


def _prepared(text: str) -> str:
    try:
        return saslprep(text)
    except ValueError as error:
        raise SaslFailure(f"SCRAM cannot be used: {error}.") from None


def _fields(message: bytes) -> dict[str, str]:
    try:
        return dict(part.split("=", 1) for part in message.decode().split(",") if "=" in part)
    except UnicodeDecodeError:
        raise SaslFailure("The server's SCRAM message is not text.") from None


def _parse_first(message: bytes, own_nonce: str) -> tuple[str, bytes, int]:
    fields = _fields(message)
    if "m" in fields:
        raise SaslFailure("The server wants a SCRAM extension that we do not know.")  # RFC 5802 section 5.1
    nonce, count = fields.get("r", ""), fields.get("i", "")
    if not nonce.startswith(own_nonce) or nonce == own_nonce:
        raise SaslFailure("The server's SCRAM answer belongs to another conversation.")
    if not (count.isascii() and count.isdigit() and len(count) <= len(str(MAX_ITERATIONS))):
        raise SaslFailure("The server's SCRAM message makes no sense.")
    if not 0 < int(count) <= MAX_ITERATIONS:
        raise SaslFailure("The server asks for an unreasonable number of iterations.")
    salt = _base64(fields.get("s", ""))
    if not salt:
        raise SaslFailure("The server's SCRAM message makes no sense.")
    return nonce, salt, int(count)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SaslFailure("The server's SCRAM message is not valid base64.") from None
