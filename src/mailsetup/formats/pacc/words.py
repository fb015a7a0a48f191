"""The members of a PACC document that are understood, and what each implies (PACC-07, PACC-08)."""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Protocol, Security


class Implied(NamedTuple):
    """What the name of a protocol says about its server."""

    protocol: Protocol
    port: int
    security: Security


SERVERS = {
    "imap": Implied(Protocol.IMAP, 993, Security.TLS),
    "pop3": Implied(Protocol.POP3, 995, Security.TLS),
    "submit": Implied(Protocol.SMTP, 465, Security.TLS),
}
SUBMIT, SUBMIT_02 = "submit", "smtp"
"""The same service in revisions -03 and -02; ``submit`` counts where both stand."""

MANAGESIEVE = Implied(Protocol.MANAGESIEVE, 4190, Security.STARTTLS)
"""The format implies implicit TLS, for which this protocol has no port: only a hint (PACC-16)."""

URLS = {
    "jmap": Protocol.JMAP,
    "caldav": Protocol.CALDAV,
    "carddav": Protocol.CARDDAV,
    "webdav": Protocol.WEBDAV,
}

MAX_NAME, MAX_SHORT_NAME = 60, 20
"""Characters of ``name`` and ``shortName``."""
