"""TLS as a client: who is trusted, the handshake, and what went wrong with it, by class.

Rules: TLS 1.2 or newer (TLS-01); OpenSSL verifies the chain, ``certificate.py`` the name, both before a single octet of
data; one context for all connections, built when first needed; no ALPN, no client certificate (TLS-10).

``ssl`` keeps a refused certificate to itself. Its facts are wanted all the same (TLS-13), so they are taken from the
handshake message as it passes by, in the very handshake that fails: no second connection, no unverified one. The
hook for that is CPython's own debugging aid; where a Python lacks it, or the context is the caller's, a refusal carries
no facts.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import anyio

from mailsetup.errors import InvalidOptions, NetworkError
from mailsetup.net.certificate import Facts, read_certificate
from mailsetup.net.failures import failure
from mailsetup.net.interface import Tls
from mailsetup.net.tls_stream import TlsStream

if TYPE_CHECKING:
    from pathlib import Path

    from mailsetup.model import Certificate
    from mailsetup.net.stream import SocketStream

HANDSHAKE_TIMEOUT: Final = 6.0
"""Seconds; two round trips and a slow machine are far below it."""

_ACCEPTED: Final = frozenset({"TLSv1.2", "TLSv1.3"})

# X509_V_ERR_… of OpenSSL's x509_vfy.h; whatever is not here means that the chain leads to nobody we trust.
_REASONS: Final[dict[int, str]] = {
    9: "certificate-not-yet-valid",
    10: "certificate-expired",
    18: "certificate-self-signed",
    62: "certificate-name-mismatch",
    64: "certificate-name-mismatch",
}

_SENTENCES: Final[dict[str, str]] = {
    "TLSV1_ALERT_PROTOCOL_VERSION": "The server speaks only TLS older than 1.2.",
    "UNSUPPORTED_PROTOCOL": "The server speaks only TLS older than 1.2.",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "The server found no cipher in common, or wants a client certificate.",
    "NO_SHARED_CIPHER": "There is no cipher in common.",
    "DH_KEY_TOO_SMALL": "The server's key exchange is too weak.",
    "TLSV1_UNRECOGNIZED_NAME": "The server does not know the name it was asked for.",
    "UNEXPECTED_EOF_WHILE_READING": "The server closed the connection during the TLS handshake.",
}

_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""What OpenSSL says when the first octets are no TLS record."""

_HANDSHAKE, _CERTIFICATE_MESSAGE = 22, 11
"""Content type and message type (RFC 8446 sections 4 and 5.1)."""

_seen: ContextVar[list[bytes] | None] = ContextVar("_seen", default=None)
"""Where the handshake of the current task leaves the certificate that it was shown."""


class TlsClient:
    """Whom to trust, for one call.

    Args:
        ca_file: PEM file of authorities beside the system's.
        context: the caller's own context, used as it is.

    Raises:
        InvalidOptions: if the file cannot be read, or the context does not verify.
    """

    def __init__(self, *, ca_file: Path | None = None, context: ssl.SSLContext | None = None) -> None:
        if context is not None and context.verify_mode is not ssl.CERT_REQUIRED:
            raise InvalidOptions("ssl_context must verify certificates (verify_mode is not CERT_REQUIRED)")
        self._context = context
        self._authorities = "" if ca_file is None or context is not None else _read_authorities(ca_file)

    def context(self) -> ssl.SSLContext:
        """Give the one context, built at the first call: all calls of a process share it that trust the same."""
        if self._context is None:
            self._context = _context(self._authorities)
        return self._context

    async def shake_hands(
        self, stream: SocketStream, /, *, hostname: str, srv_ids: tuple[str, ...] = ()
    ) -> tuple[TlsStream, Tls]:
        """Put TLS on ``stream`` and verify who is there. The caller closes the stream when it fails.

        Raises:
            NetworkError: ``tls-failed``, ``not-tls``, ``timed-out`` or ``certificate-…``; the latter with its facts.
        """
        secure = TlsStream(stream, context=self.context(), hostname=hostname)
        shown: list[bytes] = []
        token = _seen.set(shown)
        try:
            with anyio.move_on_after(HANDSHAKE_TIMEOUT) as scope:
                await secure.shake_hands()
        except ssl.SSLError as error:
            raise _translated(error, shown, hostname=hostname, address=stream.address) from error
        finally:
            _seen.reset(token)
        if scope.cancelled_caught:
            raise failure("timed-out", "The TLS handshake did not end in time.", address=stream.address)
        return secure, _verified(secure, hostname=hostname, srv_ids=srv_ids, address=stream.address)


def _read_authorities(ca_file: Path) -> str:
    """Give the PEM text of a file, tried out now: the context is built later, where nobody can mend the file."""
    try:
        authorities = ca_file.read_text(encoding="ascii", errors="ignore")  # only comments hold anything else
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=authorities)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "strerror", None) or error
        raise InvalidOptions(f"cannot read authorities from {ca_file}: {reason}") from error
    return authorities


@lru_cache(maxsize=4)
def _context(authorities: str) -> ssl.SSLContext:
    """Build a context that trusts the system's authorities, and those in a PEM text.

    Reading the system's takes 20 ms and more, so what is built is kept.

    Names are not its business, because OpenSSL knows nothing of SRV names: ``_verified`` compares them.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.hostname_checks_common_name = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    places = ssl.get_default_verify_paths()
    if not (places.cafile or places.capath or context.cert_store_stats()["x509_ca"]):
        import certifi  # a Python without a system store, as on macOS

        context.load_verify_locations(certifi.where())
    if authorities:
        context.load_verify_locations(cadata=authorities)
    with suppress(AttributeError, TypeError):
        # See the module's docstring. Set at the class below ``ssl``'s own, which would put names to all numbers first:
        # twenty messages a handshake, a quarter of its time.
        ssl.SSLContext.__mro__[1]._msg_callback.__set__(context, _keep_certificate)  # type: ignore[attr-defined]
    return context


def _keep_certificate(*message: Any) -> None:
    """Note the leaf certificate when it passes by; connection, direction, version, content type, message type, data."""
    _connection, direction, version, content_type, message_type, data = message
    if (message_type, content_type, direction) != (_CERTIFICATE_MESSAGE, _HANDSHAKE, "read"):
        return
    shown = _seen.get()
    if shown is None:
        return
    # Handshake header (4); in TLS 1.3 a context with its length (1 and that); length of the list (3); of the leaf (3).
    # Slices only: what is not there must not be an exception inside OpenSSL.
    position = 7 + (1 + int.from_bytes(data[4:5], "big") if version == ssl.TLSVersion.TLSv1_3 else 0)
    length = int.from_bytes(data[position : position + 3], "big")
    shown.append(bytes(data[position + 3 : position + 3 + length]))


def _verified(secure: TlsStream, *, hostname: str, srv_ids: tuple[str, ...], address: str) -> Tls:
    """Hold what the handshake gave against the rules that OpenSSL was not asked to keep."""
    version, cipher, der = secure.facts()
    if version not in _ACCEPTED:
        raise failure("tls-failed", _SENTENCES["UNSUPPORTED_PROTOCOL"], address=address)
    try:
        facts = read_certificate(der)
    except ValueError as error:
        raise failure("tls-failed", "The server's certificate cannot be read.", address=address) from error
    if not facts.is_for(hostname, srv_ids=srv_ids):
        raise _mismatch(facts, hostname=hostname, address=address)
    return Tls(version, cipher, facts.to_model(), der)


def _mismatch(facts: Facts, *, hostname: str, address: str) -> NetworkError:
    names = facts.dns_names + facts.addresses
    shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "") if names else "no name"
    detail = f"The certificate is for {shown}, not for {hostname}."
    return failure("certificate-name-mismatch", detail, certificate=facts.to_model(), address=address)


def _translated(error: ssl.SSLError, shown: list[bytes], *, hostname: str, address: str) -> NetworkError:
    """Turn OpenSSL's word into our own error."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = _REASONS.get(error.verify_code, "certificate-untrusted")
        facts = _facts(shown)
        if reason == "certificate-name-mismatch" and facts is not None:
            return _mismatch(facts, hostname=hostname, address=address)
        certificate = facts.to_model() if facts else None
        return failure(reason, _why(reason, certificate, error), certificate=certificate, address=address)
    word = error.reason or ""
    if word in _NOT_TLS:
        return failure("not-tls", address=address)
    if isinstance(error, ssl.SSLEOFError):
        word = "UNEXPECTED_EOF_WHILE_READING"
    return failure(
        "tls-failed", _SENTENCES.get(word, f"The TLS handshake failed ({word or 'no reason'})."), address=address
    )


def _why(reason: str, certificate: Certificate | None, error: ssl.SSLCertVerificationError) -> str:
    """Say what is wrong with the certificate, with its date where that is the matter."""
    if certificate is not None and reason == "certificate-expired":
        return f"The certificate expired on {certificate.not_after:%Y-%m-%d}."
    if certificate is not None and reason == "certificate-not-yet-valid":
        return f"The certificate is not valid before {certificate.not_before:%Y-%m-%d}."
    if reason == "certificate-untrusted":
        return f"No authority that this machine trusts has signed the certificate ({error.verify_message})."
    return ""


def _facts(shown: list[bytes]) -> Facts | None:
    with suppress(ValueError):
        return read_certificate(shown[-1]) if shown else None
    return None
