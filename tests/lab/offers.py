"""What a mail server of the lab offers, in the library's own terms: so that every brand can be tested alike."""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Protocol, Security, Server

IMAP, POP3, SMTP, SIEVE = Protocol.IMAP, Protocol.POP3, Protocol.SMTP, Protocol.MANAGESIEVE
TLS, STARTTLS = Security.TLS, Security.STARTTLS

STANDARD_PORTS: dict[tuple[Protocol, Security], int] = {
    (IMAP, TLS): 993,
    (IMAP, STARTTLS): 143,
    (POP3, TLS): 995,
    (POP3, STARTTLS): 110,
    (SMTP, TLS): 465,
    (SMTP, STARTTLS): 587,
    (SIEVE, STARTTLS): 4190,
}


class Offer(NamedTuple):
    """One protocol at one port."""

    protocol: Protocol
    security: Security
    hostname: str
    address: str
    port: int

    def server(self, username: str | None = None) -> Server:
        """Give it as a source would claim it."""
        return Server(
            protocol=self.protocol,
            hostname=self.hostname,
            port=self.port,
            security=self.security,
            username=username,
        )

    def __str__(self) -> str:
        return f"{self.protocol} {self.security}"
