"""The vocabulary of Autodiscover responses, and what its elements about TLS amount to."""

from __future__ import annotations

from mailsetup.model import Auth, Protocol, Security

_TLS, _STARTTLS = Security.TLS, Security.STARTTLS

MAIL_TYPES = {"imap": Protocol.IMAP, "pop3": Protocol.POP3, "smtp": Protocol.SMTP}
"""``Type`` of sections that name a mail server."""
EXCHANGE_TYPES = ("exhttp", "expr", "exch")
"""``Type`` of sections that name Exchange, those for use from outside first."""

IMPLICIT_PORTS = frozenset({993, 995, 465})
UPGRADE_PORTS = frozenset({143, 110, 587, 25})

# Candidates in the order in which they are worth a probe, by (what the section says, class of port).
# ``SSL=off`` is never read as plain text: servers write it for their STARTTLS ports.
SECURITIES: dict[tuple[str, str], tuple[Security, ...]] = {
    ("ssl", "implicit"): (_TLS,),
    ("ssl", "upgrade"): (_STARTTLS, _TLS),
    ("ssl", "other"): (_TLS,),
    ("ssl", "missing"): (_TLS,),
    ("tls", "implicit"): (_TLS,),
    ("tls", "upgrade"): (_STARTTLS,),
    ("tls", "other"): (_TLS, _STARTTLS),
    ("tls", "missing"): (_TLS, _STARTTLS),
    ("auto", "implicit"): (_TLS,),
    ("auto", "upgrade"): (_STARTTLS,),
    ("auto", "other"): (_TLS, _STARTTLS),
    ("auto", "missing"): (_TLS, _STARTTLS),
    ("on", "implicit"): (_TLS,),
    ("on", "upgrade"): (_STARTTLS,),
    ("on", "other"): (_TLS, _STARTTLS),
    ("on", "missing"): (_TLS,),
    ("off", "implicit"): (_TLS,),
    ("off", "upgrade"): (_STARTTLS,),
    ("off", "other"): (_STARTTLS, _TLS),
    ("off", "missing"): (_STARTTLS,),
}

ENCRYPTIONS = {"ssl": "ssl", "tls": "tls", "auto": "auto", "none": "off"}
"""Values of ``Encryption``, which counts before ``SSL``."""

PORTS: dict[tuple[Protocol, Security], int] = {
    (Protocol.IMAP, _TLS): 993,
    (Protocol.IMAP, _STARTTLS): 143,
    (Protocol.POP3, _TLS): 995,
    (Protocol.POP3, _STARTTLS): 110,
    (Protocol.SMTP, _TLS): 465,
    (Protocol.SMTP, _STARTTLS): 587,
}
"""Where the port is missing."""

AUTH_PACKAGES: dict[str, tuple[Auth, ...]] = {
    "basic": (Auth.PASSWORD,),
    "kerb": (Auth.GSSAPI,),
    "kerbntlm": (Auth.GSSAPI, Auth.NTLM),
    "ntlm": (Auth.NTLM,),
    "certificate": (Auth.CLIENT_CERTIFICATE,),
    "negotiate": (Auth.GSSAPI, Auth.NTLM),
    "anonymous": (Auth.NONE,),
}

VERSION_2_PROTOCOLS = {
    "ews": Protocol.EWS,
    "activesync": Protocol.ACTIVESYNC,
    "rest": Protocol.GRAPH,
    "graph": Protocol.GRAPH,
}
"""``Protocol`` of version 2 (JSON) answers."""


def port_class(port: int | None, /) -> str:
    """Class of a port in the table above."""
    if port is None:
        return "missing"
    if port in IMPLICIT_PORTS:
        return "implicit"
    return "upgrade" if port in UPGRADE_PORTS else "other"
