"""Every brand of mail server in the lab, with the protocols it speaks: what the tests are multiplied by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.lab.offers import IMAP, POP3, SIEVE, SMTP, STARTTLS, TLS

if TYPE_CHECKING:
    import pytest

    from mailsetup.model import Protocol, Security
    from tests.lab.cyrus import Cyrus
    from tests.lab.dovecot import Dovecot
    from tests.lab.exim import Exim
    from tests.lab.offers import Offer
    from tests.lab.postfix import Postfix

    MailServer = Cyrus | Dovecot | Exim | Postfix


class Claim(NamedTuple):
    """One protocol of one brand."""

    brand: str
    """Also the name of its fixture."""
    protocol: Protocol
    security: Security

    def offer(self, request: pytest.FixtureRequest) -> Offer:
        """Start the server, if it does not run yet, and give its offer."""
        if (self.brand, self.protocol) == ("dovecot", SMTP):
            request.getfixturevalue("postfix")  # to which Dovecot's submission passes everything on
        server: MailServer = request.getfixturevalue(self.brand)
        return next(offer for offer in server.offers if offer[:2] == self[1:])

    def __str__(self) -> str:
        return f"{self.brand}-{self.protocol}-{self.security}"


CLAIMS = (
    Claim("dovecot", IMAP, TLS),
    Claim("dovecot", IMAP, STARTTLS),
    Claim("dovecot", POP3, TLS),
    Claim("dovecot", POP3, STARTTLS),
    Claim("dovecot", SMTP, TLS),
    Claim("dovecot", SMTP, STARTTLS),
    Claim("dovecot", SIEVE, STARTTLS),
    Claim("postfix", SMTP, TLS),
    Claim("postfix", SMTP, STARTTLS),
    Claim("cyrus", IMAP, TLS),
    Claim("cyrus", IMAP, STARTTLS),
    Claim("cyrus", POP3, TLS),
    Claim("cyrus", POP3, STARTTLS),
    Claim("cyrus", SIEVE, STARTTLS),
    Claim("exim", SMTP, TLS),
    Claim("exim", SMTP, STARTTLS),
)
MAIL_CLAIMS = tuple(claim for claim in CLAIMS if claim.protocol is not SIEVE)
