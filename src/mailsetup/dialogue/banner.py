"""Whose greeting is this? Recognises the protocols that turn up on the wrong port (PROBE-09).

It looks at the first octets only, and says a name or nothing. It never decides that a port is *right*: that is the
dialogue's business.
"""

from __future__ import annotations

import re

from mailsetup.model import Protocol

TLS = "TLS"

# The first pattern that matches wins: the specific stand before the general.
_PATTERNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (TLS, re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")),
    ("SSH", re.compile(rb"SSH-\d")),
    ("HTTP", re.compile(rb"HTTP/\d|\s*<(?:!doctype|html)", re.IGNORECASE)),
    ("VNC", re.compile(rb"RFB \d")),
    ("FTP", re.compile(rb"2[23]0[ -](?![^\r\n]*SMTP)[^\r\n]*FTP", re.IGNORECASE)),
    ("NNTP", re.compile(rb"20[01][ -]")),
    ("IMAP", re.compile(rb"\* (?:OK|PREAUTH|BYE)\b", re.IGNORECASE)),
    ("POP3", re.compile(rb"\+OK\b|-ERR\b", re.IGNORECASE)),
    ("ManageSieve", re.compile(rb'"(?:IMPLEMENTATION|SIEVE|VERSION|SASL|STARTTLS)"', re.IGNORECASE)),
    ("SMTP", re.compile(rb"(?:220|421|554)(?:[ -]|\r?$)")),
    ("IRC", re.compile(rb":[^ ]+ (?:NOTICE|\d{3}) ")),
    ("MySQL", re.compile(rb".\x00\x00\x00[\x09\x0a]\d", re.DOTALL)),
)

_OWN = {
    Protocol.IMAP: "IMAP",
    Protocol.POP3: "POP3",
    Protocol.SMTP: "SMTP",
    Protocol.MANAGESIEVE: "ManageSieve",
}


def recognise(greeting: bytes, /) -> str | None:
    """Name the protocol that starts like this, or ``None``."""
    return next((name for name, pattern in _PATTERNS if pattern.match(greeting)), None)


def names(protocol: Protocol, /) -> str:
    """The name under which :func:`recognise` knows ``protocol``."""
    return _OWN[protocol]
