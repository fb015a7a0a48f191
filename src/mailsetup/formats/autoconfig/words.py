"""The vocabulary of autoconfig documents, both ways: what each word means here, and how each meaning is written.

All keys for reading are lower case, because the draft's own registry and examples disagree about case (AC-34).
"""

from __future__ import annotations

from typing import NamedTuple

from mailsetup.model import Auth, Protocol, Security


class Kind(NamedTuple):
    """What a section of one type is."""

    protocol: Protocol
    shape: str
    """``server`` (host and port, a mail server), ``host`` (host and port, a service), ``url``, or ``exchange``."""


_URL = "url"

SECTIONS: dict[str, dict[str, Kind]] = {
    "incomingserver": {
        "imap": Kind(Protocol.IMAP, "server"),
        "pop3": Kind(Protocol.POP3, "server"),
        "jmap": Kind(Protocol.JMAP, _URL),
        "ews": Kind(Protocol.EWS, _URL),
        "activesync": Kind(Protocol.ACTIVESYNC, _URL),
        "graph": Kind(Protocol.GRAPH, _URL),
        "owa": Kind(Protocol.OWA, _URL),
        "exchange": Kind(Protocol.EWS, "exchange"),
    },
    "outgoingserver": {"smtp": Kind(Protocol.SMTP, "server")},
    "calendar": {"caldav": Kind(Protocol.CALDAV, _URL)},
    "addressbook": {"carddav": Kind(Protocol.CARDDAV, _URL)},
    "fileshare": {"webdav": Kind(Protocol.WEBDAV, _URL)},
    "chatserver": {
        "xmpp": Kind(Protocol.XMPP, _URL),
        "xmpptcp": Kind(Protocol.XMPP, "host"),
        "matrix": Kind(Protocol.MATRIX, _URL),
    },
    "videoconference": {},
    "setupserver": {"managesieve": Kind(Protocol.MANAGESIEVE, "host")},
}
"""Element → type → what it is (AC-32, AC-33, AC-34)."""

IN_PROVIDER = ("incomingserver", "outgoingserver")
"""These stand in ``emailProvider``, all others in the root (AC-32)."""

SOCKET_TYPES: dict[str, Security] = {
    "ssl": Security.TLS,
    "tls": Security.TLS,
    "starttls": Security.STARTTLS,
    "plain": Security.NONE,
}
SOCKET_TYPE_NAMES = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.NONE: "plain"}

TCP_AUTH: dict[str, Auth] = {
    "password-cleartext": Auth.PASSWORD,
    "plain": Auth.PASSWORD,
    "password-encrypted": Auth.ENCRYPTED_PASSWORD,
    "secure": Auth.ENCRYPTED_PASSWORD,
    "ntlm": Auth.NTLM,
    "gssapi": Auth.GSSAPI,
    "tls-client-cert": Auth.CLIENT_CERTIFICATE,
    "oauth2": Auth.OAUTH2,
    "oauth": Auth.OAUTH2,
    "client-ip-address": Auth.CLIENT_IP,
    "none": Auth.NONE,
    "http-basic": Auth.PASSWORD,
    "http-digest": Auth.ENCRYPTED_PASSWORD,
}
"""``authentication`` without ``system`` (AC-37, AC-38)."""

HTTP_AUTH: dict[str, Auth] = {
    "basic": Auth.PASSWORD,
    "digest": Auth.ENCRYPTED_PASSWORD,
    "ntlm": Auth.NTLM,
    "negotiate": Auth.GSSAPI,
}
"""``system="http"``: WWW-Authenticate schemes. ``Bearer`` is not among them on purpose (AC-39)."""

SASL_AUTH: dict[str, Auth] = {
    "plain": Auth.PASSWORD,
    "login": Auth.PASSWORD,
    "cram-md5": Auth.ENCRYPTED_PASSWORD,
    "digest-md5": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-1": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-1-plus": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-256": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-256-plus": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-512": Auth.ENCRYPTED_PASSWORD,
    "scram-sha-512-plus": Auth.ENCRYPTED_PASSWORD,
    "oauthbearer": Auth.OAUTH2,
    "xoauth2": Auth.OAUTH2,
    "ntlm": Auth.NTLM,
    "gssapi": Auth.GSSAPI,
    "external": Auth.CLIENT_CERTIFICATE,
    "anonymous": Auth.NONE,
}
"""``system="sasl"``: exact mechanism names (AC-39)."""

AUTH_SYSTEMS = {"": TCP_AUTH, "http": HTTP_AUTH, "sasl": SASL_AUTH}

AUTH_NAMES: dict[Auth, str] = {
    Auth.PASSWORD: "password-cleartext",
    Auth.ENCRYPTED_PASSWORD: "password-encrypted",
    Auth.OAUTH2: "OAuth2",
    Auth.NTLM: "NTLM",
    Auth.GSSAPI: "GSSAPI",
    Auth.CLIENT_CERTIFICATE: "TLS-client-cert",
    Auth.CLIENT_IP: "client-IP-address",
    Auth.NONE: "none",
}
HTTP_AUTH_NAMES: dict[Auth, str] = {
    Auth.PASSWORD: "Basic",
    Auth.ENCRYPTED_PASSWORD: "Digest",
    Auth.NTLM: "NTLM",
    Auth.GSSAPI: "Negotiate",
}

PORTS: dict[tuple[Protocol, Security], int] = {
    (Protocol.IMAP, Security.TLS): 993,
    (Protocol.IMAP, Security.STARTTLS): 143,
    (Protocol.IMAP, Security.NONE): 143,
    (Protocol.POP3, Security.TLS): 995,
    (Protocol.POP3, Security.STARTTLS): 110,
    (Protocol.POP3, Security.NONE): 110,
    (Protocol.SMTP, Security.TLS): 465,
    (Protocol.SMTP, Security.STARTTLS): 587,
    (Protocol.MANAGESIEVE, Security.STARTTLS): 4190,
    (Protocol.XMPP, Security.TLS): 5223,
    (Protocol.XMPP, Security.STARTTLS): 5222,
}
"""What is assumed where the port is missing."""

SECURITIES: dict[tuple[Protocol, int], Security] = {
    **{(protocol, port): security for (protocol, security), port in PORTS.items() if security is not Security.NONE},
    (Protocol.SMTP, 25): Security.STARTTLS,
}
"""What is assumed where the connection security is missing; never plain text."""

QUIET = frozenset(
    {
        "addthisserver", "checkinterval", "daystoleavemessagesonserver", "descr", "downloadonbiff", "enable",
        "identity", "instruction", "leavemessagesonserver", "pop3", "restriction", "useglobalpreferredserver",
    }
)  # fmt: skip
"""Leftovers of 1.1 that say nothing about a server; accepted without a remark (AC-51)."""
