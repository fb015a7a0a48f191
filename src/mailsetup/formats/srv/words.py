"""Owner labels of SRV records and what each stands for (RFC 6186, 8314, 5804, 8620, 6764)."""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Protocol, Security


class Label(NamedTuple):
    """What is behind an owner label."""

    protocol: Protocol
    security: Security
    port: int
    """Usual port; a record's own port always counts (SRV-04)."""
    well_known: str = ""
    """Where an HTTP service starts if nothing else says so."""


LABELS: dict[str, Label] = {
    "_imaps._tcp": Label(Protocol.IMAP, Security.TLS, 993),
    "_imap._tcp": Label(Protocol.IMAP, Security.STARTTLS, 143),
    "_pop3s._tcp": Label(Protocol.POP3, Security.TLS, 995),
    "_pop3._tcp": Label(Protocol.POP3, Security.STARTTLS, 110),
    "_submissions._tcp": Label(Protocol.SMTP, Security.TLS, 465),
    "_submission._tcp": Label(Protocol.SMTP, Security.STARTTLS, 587),
    "_sieve._tcp": Label(Protocol.MANAGESIEVE, Security.STARTTLS, 4190),
    "_jmap._tcp": Label(Protocol.JMAP, Security.TLS, 443, "/.well-known/jmap"),
    "_caldavs._tcp": Label(Protocol.CALDAV, Security.TLS, 443, "/.well-known/caldav"),
    "_carddavs._tcp": Label(Protocol.CARDDAV, Security.TLS, 443, "/.well-known/carddav"),
    "_caldav._tcp": Label(Protocol.CALDAV, Security.NONE, 80, "/.well-known/caldav"),
    "_carddav._tcp": Label(Protocol.CARDDAV, Security.NONE, 80, "/.well-known/carddav"),
}
"""Implicit TLS before STARTTLS within each protocol (SRV-07, SRV-09). Labels without TLS are never used (DAV-01)."""

DAV_LABELS = ("_caldavs._tcp", "_carddavs._tcp")
"""For these a TXT record of the same name may tell the path (DAV-02)."""

INCOMING = (Protocol.IMAP, Protocol.POP3)
SERVERS = (*INCOMING, Protocol.SMTP)
