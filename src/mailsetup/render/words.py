"""What people read in place of the vocabulary's words. English; translated by whoever prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Auth, Outcome, Protocol, Security, SourceName, Trust, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTOCOLS: Mapping[Protocol, str] = {
    Protocol.IMAP: "IMAP",
    Protocol.POP3: "POP3",
    Protocol.SMTP: "SMTP",
    Protocol.JMAP: "JMAP",
    Protocol.CALDAV: "CalDAV",
    Protocol.CARDDAV: "CardDAV",
    Protocol.WEBDAV: "WebDAV",
    Protocol.MANAGESIEVE: "ManageSieve",
    Protocol.EWS: "Exchange Web Services",
    Protocol.ACTIVESYNC: "ActiveSync",
    Protocol.GRAPH: "Microsoft Graph",
    Protocol.OWA: "Outlook Web App",
    Protocol.XMPP: "XMPP",
    Protocol.MATRIX: "Matrix",
}
"""Names of protocols are the same in every language."""

SECURITY: Mapping[Security, str] = {
    Security.TLS: "SSL/TLS",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: "none",
}

AUTH: Mapping[Auth, str] = {
    Auth.PASSWORD: "password",
    Auth.ENCRYPTED_PASSWORD: "encrypted password",
    Auth.OAUTH2: "OAuth2 (browser)",
    Auth.NTLM: "NTLM",
    Auth.GSSAPI: "Kerberos",
    Auth.CLIENT_CERTIFICATE: "client certificate",
    Auth.CLIENT_IP: "no login, from the provider's network",
    Auth.NONE: "no login",
}

SOURCES: Mapping[SourceName, str] = {
    SourceName.USER_FILE: "your own file",
    SourceName.BUNDLED: "bundled provider database",
    SourceName.PACC: "the domain's PACC document",
    SourceName.AUTOCONFIG: "the domain's autoconfig document",
    SourceName.ISPDB: "Thunderbird's provider database (ISPDB)",
    SourceName.MX: "the domain's mail exchanger (MX)",
    SourceName.SRV: "the domain's DNS service records",
    SourceName.AUTODISCOVER: "Exchange Autodiscover",
    SourceName.MAILCONF: "the domain's DNS text record",
    SourceName.GUESS: "usual names, tried out",
}

TRUST: Mapping[Trust, str] = {
    Trust.AUTHENTICATED: "certain: the bundled data, the domain itself or you say so",
    Trust.VOUCHED: "good: a known third party says so",
    Trust.UNAUTHENTICATED: "weak: only plain DNS says so",
    Trust.CLEARTEXT: "none: it came over an open line",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.CONFIRMED: "works",
    Outcome.NO_SUCH_HOST: "no such host",
    Outcome.CONNECTION_REFUSED: "connection refused",
    Outcome.TIMEOUT: "no answer",
    Outcome.NETWORK_UNREACHABLE: "network unreachable",
    Outcome.POLICY: "not asked, by policy",
    Outcome.TLS_FAILED: "TLS failed",
    Outcome.CERTIFICATE_EXPIRED: "certificate expired",
    Outcome.CERTIFICATE_NAME_MISMATCH: "certificate is for another name",
    Outcome.CERTIFICATE_SELF_SIGNED: "certificate is self-signed",
    Outcome.CERTIFICATE_UNTRUSTED: "certificate is not trusted",
    Outcome.STARTTLS_MISSING: "offers no STARTTLS",
    Outcome.STARTTLS_REFUSED: "refused STARTTLS",
    Outcome.STARTTLS_INJECTION: "somebody tampered with STARTTLS",
    Outcome.WRONG_PROTOCOL: "speaks another protocol",
    Outcome.SERVER_REFUSED: "server turned us away",
    Outcome.PROTOCOL_ERROR: "server broke the protocol",
}

VERDICTS: Mapping[Verdict, str] = {
    Verdict.OK: "logged in",
    Verdict.BAD_CREDENTIALS: "wrong user name or password",
    Verdict.APP_PASSWORD_NEEDED: "wants an app password",
    Verdict.PROTOCOL_DISABLED: "switched off for this account",
    Verdict.OAUTH_REQUIRED: "wants a sign-in through the browser",
    Verdict.TOKEN_REJECTED: "token not accepted",
    Verdict.BLOCKED: "account or network locked",
    Verdict.TEMPORARY: "cannot check passwords at the moment",
    Verdict.MECHANISM_BROKEN: "its ways to log in do not work",
    Verdict.PRIVACY_REQUIRED: "no encryption, so no password was sent",
    Verdict.NO_MECHANISM: "no suitable way to log in",
    Verdict.UNREACHABLE: "not reached",
    Verdict.NOT_TRIED: "not tried",
}

TERMS: tuple[tuple[str, str], ...] = (
    (
        "IMAP",
        "Your mail stays on the server, and every device shows the same. Take it when you read on several devices.",
    ),
    (
        "POP3",
        "Your mail is fetched to one device and can be read there without a network. Take it for one device only.",
    ),
    ("SMTP", "The way your mail program hands over what you send; it is used beside IMAP or POP3."),
    ("SSL/TLS", "The connection is encrypted from the first byte. Best where offered."),
    ("STARTTLS", "The connection starts open and is then encrypted, before your password is sent."),
    (
        "Port 465, 587",
        "Both are for sending: 465 with SSL/TLS, 587 with STARTTLS. Take 465, or 587 where 465 is blocked.",
    ),
    ("User name", "What you type as user name: often the whole address, sometimes only the part before the @."),
    ("App password", "A password made by the provider for one program, used instead of your normal one."),
)
"""One line a term, for ``--explain``."""
