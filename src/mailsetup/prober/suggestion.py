"""A certificate for another name is a lead: names in it that resolve to the same machine are the likely right ones.

A suggestion is never followed in silence. :func:`follow_suggestion` probes the name as a server of its own, which
nobody vouches for: the certificate only proves the name that it suggests itself (TLS-07).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Outcome, Trust
from mailsetup.names import ascii_name
from mailsetup.net.burst import resolve_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.model import Certificate, Server
    from mailsetup.net.interface import Answer, Network, RecordType

MAX_NAMES = 8
"""Names that are resolved: a certificate of a content network holds hundreds, none of which is meant for us."""

_FAMILIES: tuple[RecordType, ...] = ("A", "AAAA")


async def suggest(
    hostname: str, certificate: Certificate | None, address: str | None, /, *, network: Network
) -> str | None:
    """Find the likeliest name in ``certificate`` that leads to ``address`` too; ``None`` if there is none."""
    if certificate is None or address is None:
        return None
    names = sorted(_candidates(hostname, certificate), key=lambda name: _unlikeness(hostname, name))[:MAX_NAMES]
    leading: set[str] = set()

    questions = [(name, family) for name in names for family in _FAMILIES]

    def told(place: int, answer: Answer) -> None:
        if address in answer.records:
            leading.add(questions[place][0])

    await resolve_all(network.resolver, questions, told=told)
    return next((name for name in names if name in leading), None)


def _candidates(hostname: str, certificate: Certificate) -> Iterator[str]:
    """Names to try: those of the certificate; for a wildcard, our own first label in its place."""
    seen = {hostname}
    first = hostname.partition(".")[0]
    for presented in certificate.names:
        try:
            name = ascii_name(presented.replace("*", first, 1) if presented.startswith("*.") else presented)
        except ValueError:
            continue
        if name not in seen and "." in name:
            seen.add(name)
            yield name


def _unlikeness(hostname: str, name: str) -> tuple[bool, int]:
    """Order: the same first label (imap.…, smtp.…), then a mail-like label, then the certificate's own order."""
    first, own = name.partition(".")[0], hostname.partition(".")[0]
    return (first != own, _MAIL_LABELS.index(first) if first in _MAIL_LABELS else len(_MAIL_LABELS))


_MAIL_LABELS = ("mail", "imap", "smtp", "pop", "pop3", "mx", "secure", "ssl")


async def follow_suggestion(server: Server, /, *, network: Network, deadline: float | None = None) -> Server | None:
    """Probe the host name that ``server.probe`` suggests; give it as a server of its own if it is confirmed."""
    from mailsetup.prober.server import DEADLINE, probe_server

    if server.probe is None or server.probe.suggestion is None:
        return None
    renamed = server.model_copy(
        update={
            "hostname": server.probe.suggestion,
            "trust": min(server.trust, Trust.UNAUTHENTICATED),
            "provenance": (*server.provenance, f"certificate of {server.hostname}"),
            "probe": None,
        }
    )
    probe = await probe_server(renamed, network=network, deadline=deadline or DEADLINE)
    return renamed.model_copy(update={"probe": probe}) if probe.outcome is Outcome.CONFIRMED else None
