"""Every reason for which the network door raises ``NetworkError``, and what each one means to a source and to a probe.

One table, so that the real door and the fake one cannot differ. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Status
from mailsetup.net.interface import Answered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import Certificate
    from mailsetup.net.interface import Answer


class Meaning(NamedTuple):
    """What a reason amounts to."""

    status: Status
    """How the finding of a source ends that ran into it."""
    outcome: Outcome
    """How a probe ends that ran into it."""
    sentence: str
    """For people, where nothing more exact is known."""


_ABSENT, _UNUSABLE, _UNREACHABLE, _REFUSED = Status.ABSENT, Status.UNUSABLE, Status.UNREACHABLE, Status.REFUSED

MEANINGS: dict[str, Meaning] = {
    # Names. Only the first two say something about the domain (SRV-19).
    "nxdomain": Meaning(_ABSENT, Outcome.NO_SUCH_HOST, "The name does not exist."),
    "no-address": Meaning(_ABSENT, Outcome.NO_SUCH_HOST, "The name has no IP address."),
    "dns-servfail": Meaning(
        _UNREACHABLE, Outcome.NETWORK_UNREACHABLE, "The name server could not find out the address."
    ),
    "dns-timed-out": Meaning(_UNREACHABLE, Outcome.TIMEOUT, "The name server did not answer in time."),
    "dns-refused": Meaning(_UNREACHABLE, Outcome.NETWORK_UNREACHABLE, "The name server refused to answer."),
    "dns-bogus": Meaning(_REFUSED, Outcome.POLICY, "The address is not authentic: its DNSSEC signature is wrong."),
    # Ways.
    "timed-out": Meaning(_UNREACHABLE, Outcome.TIMEOUT, "There was no answer in time."),
    "connection-refused": Meaning(_UNREACHABLE, Outcome.CONNECTION_REFUSED, "The machine refused the connection."),
    "connection-reset": Meaning(_UNREACHABLE, Outcome.SERVER_REFUSED, "The server closed the connection."),
    "network-unreachable": Meaning(_UNREACHABLE, Outcome.NETWORK_UNREACHABLE, "There is no way to that machine."),
    "no-network": Meaning(_UNREACHABLE, Outcome.NETWORK_UNREACHABLE, "This machine has no network."),
    "proxy-failed": Meaning(_UNREACHABLE, Outcome.NETWORK_UNREACHABLE, "The proxy did not connect."),
    "private-address": Meaning(_REFUSED, Outcome.POLICY, "The name leads into a private network."),
    # TLS, by class (TLS-13).
    "tls-failed": Meaning(
        _UNUSABLE, Outcome.TLS_FAILED, "The server and this machine could not agree on TLS 1.2 or newer."
    ),
    "not-tls": Meaning(_UNUSABLE, Outcome.WRONG_PROTOCOL, "The server does not speak TLS on this port."),
    "certificate-expired": Meaning(_UNUSABLE, Outcome.CERTIFICATE_EXPIRED, "The certificate has expired."),
    "certificate-not-yet-valid": Meaning(_UNUSABLE, Outcome.CERTIFICATE_UNTRUSTED, "The certificate is not valid yet."),
    "certificate-name-mismatch": Meaning(
        _UNUSABLE, Outcome.CERTIFICATE_NAME_MISMATCH, "The certificate is for another name."
    ),
    "certificate-self-signed": Meaning(
        _UNUSABLE, Outcome.CERTIFICATE_SELF_SIGNED, "The server signed its certificate itself."
    ),
    "certificate-untrusted": Meaning(
        _UNUSABLE, Outcome.CERTIFICATE_UNTRUSTED, "No authority that this machine trusts has signed the certificate."
    ),
    # HTTP.
    "too-large": Meaning(_UNUSABLE, Outcome.PROTOCOL_ERROR, "The answer is larger than any real one."),
    "bad-response": Meaning(_UNUSABLE, Outcome.PROTOCOL_ERROR, "The answer is not HTTP, or it broke off."),
    "bad-encoding": Meaning(_UNUSABLE, Outcome.PROTOCOL_ERROR, "The answer is packed in a way that cannot be undone."),
    "bad-redirect": Meaning(_UNUSABLE, Outcome.PROTOCOL_ERROR, "The redirect leads nowhere."),
    "redirect-loop": Meaning(_UNUSABLE, Outcome.PROTOCOL_ERROR, "There are more redirects than any real answer has."),
    "redirect-to-http": Meaning(_REFUSED, Outcome.POLICY, "The redirect leads away from https."),
    "bad-url": Meaning(_UNUSABLE, Outcome.POLICY, "The URL is not an http or https URL of a host."),
}

_DNS_REASONS: dict[Answered, str] = {
    Answered.BOGUS: "dns-bogus",
    Answered.TIMED_OUT: "dns-timed-out",
    Answered.SERVFAIL: "dns-servfail",
    Answered.REFUSED: "dns-refused",
    Answered.NODATA: "no-address",
    Answered.NXDOMAIN: "nxdomain",
}
"""The one that says the least about the domain comes first: it decides when answers differ."""


def failure(
    reason: str, detail: str = "", *, certificate: Certificate | None = None, address: str | None = None
) -> NetworkError:
    """Build the error for one of ``MEANINGS``."""
    meaning = MEANINGS[reason]
    return NetworkError(
        reason,
        detail or meaning.sentence,
        status=meaning.status,
        outcome=meaning.outcome,
        certificate=certificate,
        address=address,
    )


def no_address(hostname: str, answers: Iterable[Answer], /) -> NetworkError:
    """Say why ``hostname`` cannot be connected to, from what DNS said to the A and the AAAA question."""
    said = {answer.status for answer in answers}
    reason = next((reason for status, reason in _DNS_REASONS.items() if status in said), "no-address")
    return failure(reason, f"{hostname}: {MEANINGS[reason].sentence}")
