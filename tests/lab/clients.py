"""Python's own mail clients, as the second opinion: what they can log in to, works.

Their host name check is off, since they are handed an address; the chain is checked. ManageSieve they do not know.
"""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import ssl
from typing import TYPE_CHECKING

from tests.lab.offers import IMAP, POP3, SMTP, TLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailsetup.model import Protocol
    from tests.lab.offers import Offer

REFUSED = (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPAuthenticationError)
"""What a client raises whose password is wrong."""


def log_in(offer: Offer, username: str, password: str, /, *, authority: Path) -> None:
    """Log in and out again, or raise one of ``REFUSED``."""
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    _CLIENTS[offer.protocol](offer, username, password, context)


def _imap(offer: Offer, username: str, password: str, context: ssl.SSLContext) -> None:
    client: imaplib.IMAP4
    if offer.security is TLS:
        client = imaplib.IMAP4_SSL(offer.address, offer.port, ssl_context=context, timeout=10)
    else:
        client = imaplib.IMAP4(offer.address, offer.port, timeout=10)
    with client:
        if offer.security is not TLS:
            client.starttls(context)
        # imaplib's LOGIN does not escape what it quotes.
        client.authenticate("PLAIN", lambda _: f"\0{username}\0{password}".encode())
        client.select()


def _pop3(offer: Offer, username: str, password: str, context: ssl.SSLContext) -> None:
    client: poplib.POP3
    if offer.security is TLS:
        client = poplib.POP3_SSL(offer.address, offer.port, context=context, timeout=10)
    else:
        client = poplib.POP3(offer.address, offer.port, timeout=10)
    try:
        if offer.security is not TLS:
            client.stls(context)
        client.user(username)
        client.pass_(password)
        client.stat()
    finally:
        client.close()


def _smtp(offer: Offer, username: str, password: str, context: ssl.SSLContext) -> None:
    client: smtplib.SMTP
    if offer.security is TLS:
        client = smtplib.SMTP_SSL(offer.address, offer.port, context=context, timeout=10, local_hostname="lab")
    else:
        client = smtplib.SMTP(offer.address, offer.port, timeout=10, local_hostname="lab")
    with client:
        if offer.security is not TLS:
            client.starttls(context=context)
        client.login(username, password)
        client.sendmail("anna@lab.example", ["boris@lab.example"], "Subject: hello\r\n\r\nHello.\r\n")


_CLIENTS: dict[Protocol, Callable[[Offer, str, str, ssl.SSLContext], None]] = {IMAP: _imap, POP3: _pop3, SMTP: _smtp}
