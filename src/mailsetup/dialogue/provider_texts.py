"""What known providers say when they turn a user away, and what it means.

Response codes tell classes apart only roughly; the texts do it better, and are stable over years. Each row has an
example, written by us in the provider's manner, that a test holds against its pattern. The first row that matches wins:
what names a cure (an app password, a switch) stands before what only says no.

The texts come from the server inside verified TLS. They choose a verdict from a closed list, never a link to show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailsetup.model.verification import Verdict


@dataclass(frozen=True, slots=True)
class KnownText:
    """One row."""

    who: str
    """Where it is seen."""
    pattern: re.Pattern[str]
    verdict: Verdict
    example: str
    definite: bool = True
    """Whether another form of the user name could not change the answer."""


def _row(who: str, pattern: str, verdict: Verdict, example: str, *, definite: bool = True) -> KnownText:
    return KnownText(who, re.compile(pattern, re.IGNORECASE), verdict, example, definite)


V = Verdict

KNOWN_TEXTS: tuple[KnownText, ...] = (
    # An app password, or a code that stands for one
    _row(
        "Google",
        r"application-specific password",
        V.APP_PASSWORD_NEEDED,
        "5.7.9 Application-specific password required. Learn more",
    ),
    _row(
        "Mail.ru, Yandex",
        r"application password|parol prilozheniya",
        V.APP_PASSWORD_NEEDED,
        "NEOBHODIM parol prilozheniya, Application password is REQUIRED",
    ),
    _row(
        "iCloud, Fastmail, Zoho",
        r"app(?:lication)?[- ]?(?:specific )?password",
        V.APP_PASSWORD_NEEDED,
        "Sorry, you need to create an app password to use this service",
    ),
    _row(
        "Tencent QQ, NetEase",
        r"authori[sz]ation code|auth(?:entication)? code|weixin token|授权码",
        V.APP_PASSWORD_NEEDED,
        "Login fail. Please enter your authorization code to login",
    ),
    # OAuth only
    _row(
        "Microsoft 365",
        r"basic authentication is (?:disabled|blocked)|basicauthblocked",
        V.OAUTH_REQUIRED,
        "5.7.139 Authentication unsuccessful, basic authentication is disabled. [BASICAUTHBLOCKED]",
    ),
    _row(
        "several",
        r"(?:oauth2?|modern authentication) (?:is )?required|use oauth|only oauth",
        V.OAUTH_REQUIRED,
        "OAuth2 is required to access this mailbox",
    ),
    _row(
        "Google Workspace",
        r"less secure app",
        V.OAUTH_REQUIRED,
        "Access from less secure apps has been turned off by the administrator",
    ),
    # The protocol is switched off
    _row(
        "Microsoft 365",
        r"smtpclientauthentication is disabled",
        V.PROTOCOL_DISABLED,
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant",
    ),
    _row(
        "Microsoft 365",
        r"user is authenticated but not connected",
        V.PROTOCOL_DISABLED,
        "BAD User is authenticated but not connected.",
    ),
    _row(
        "Google",
        r"not enabled for (?:imap|pop|smtp)",
        V.PROTOCOL_DISABLED,
        "[ALERT] Your account is not enabled for IMAP use. Please visit your settings",
    ),
    _row(
        "Zoho",
        r"yet to enable (?:imap|pop|smtp)",
        V.PROTOCOL_DISABLED,
        "You are yet to enable IMAP for your account. Please contact your administrator",
    ),
    _row(
        "Yandex",
        r"does not have access rights to this service",
        V.PROTOCOL_DISABLED,
        "5.7.8 Error: authentication failed: This user does not have access rights to this service",
    ),
    _row(
        "Yandex",
        r"invalid credentials or (?:imap|pop3?) is disabled",
        V.PROTOCOL_DISABLED,
        "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled",
    ),
    _row(
        "several",
        r"\b(?:imap|pop3?|smtp)4?(?: access| service| login)? (?:is |"
        r"has been )?(?:disabled|not (?:enabled|allowed|activated)|"
        r"turned off|deactivated)",
        V.PROTOCOL_DISABLED,
        "IMAP access is disabled for this mailbox",
    ),
    _row(
        "United Internet, German",
        r"(?:imap|pop3?).{0,30}(?:nicht (?:freigeschaltet|aktiviert)|deaktiviert)",
        V.PROTOCOL_DISABLED,
        "POP3/IMAP ist nicht freigeschaltet",
    ),
    _row("NetEase", r"user has no permission|service is not open", V.PROTOCOL_DISABLED, "User has no permission"),
    # Locked out, for now or until somebody acts
    _row(
        "Google",
        r"web ?login required|log ?in via your (?:web )?browser|verify (?:your account|it'?s you)",
        V.BLOCKED,
        "5.7.14 Please log in via your web browser and then try again.",
    ),
    _row("NetEase", r"unsafe login", V.BLOCKED, "SELECT Unsafe Login. Please contact the support desk"),
    _row(
        "several",
        r"too many (?:bad |failed |invalid |incorrect )?(?:auth\w*|"
        r"login|log-in|sign[- ]?in|password|attempt|failure)",
        V.BLOCKED,
        "5.7.0 Too many bad auth attempts, try again in an hour",
    ),
    _row(
        "several",
        r"(?:account|user|mailbox|access|ip(?: address)?)(?: \S+)? (?:is |"
        r"has been |was |temporarily )*(?:locked|blocked|suspended|"
        r"banned|deactivated|disabled|frozen)",
        V.BLOCKED,
        "Your account has been temporarily locked",
    ),
    _row(
        "several", r"(?:konto|postfach|zugang).{0,30}gesperrt", V.BLOCKED, "Das Postfach wurde vorübergehend gesperrt"
    ),
    _row(
        "several",
        r"(?:unusual|suspicious) (?:activity|sign[- ]?in|login)|account is abnormal",
        V.BLOCKED,
        "Suspicious login prevented; confirm it in the web interface",
    ),
    _row("several", r"login frequency limited|rate limit", V.BLOCKED, "Login frequency limited, rate limit exceeded"),
    # Not now
    _row(
        "several",
        r"temporar(?:y|ily) (?:authentication|internal|system|"
        r"server|lookup|unavailable|failure|error)|try again later|"
        r"server busy|system is busy|internal error occurred",
        V.TEMPORARY,
        "Temporary authentication failure. [mail1:2026-01-02 03:04:05]",
    ),
    _row(
        "several",
        r"maximum number of (?:\w+ )*connections|too many (?:simultaneous |"
        r"concurrent |open )?(?:connections|sessions)",
        V.TEMPORARY,
        "Maximum number of connections from user+IP exceeded",
    ),
    # TLS wanted
    _row(
        "Dovecot and others",
        r"plaintext authentication (?:is )?(?:disallowed|not allowed|"
        r"disabled)|must issue a starttls|encryption (?:is )?required",
        V.PRIVACY_REQUIRED,
        "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    ),
    # The mechanism itself
    _row(
        "several",
        r"(?:unsupported|unknown|unrecognized|unrecognised|invalid) (?:authentication "
        r"|auth |sasl )?(?:mechanism|type|method)|mechanism (?:is )?not (?:supported|"
        r"available)|no worthy mechs",
        V.MECHANISM_BROKEN,
        "5.5.4 Unrecognized authentication type",
    ),
    # The password is wrong, in so many words
    _row(
        "several",
        r"(?:invalid|wrong|incorrect|bad|falsches) (?:e-?mail )?(?:password|"
        r"passwort|kennwort)|password (?:is |was )?(?:incorrect|"
        r"wrong|invalid|expired)|err\.login\.passerr",
        V.BAD_CREDENTIALS,
        "Login failed: wrong password",
    ),
    _row(
        "several",
        r"(?:unknown|no such|invalid) (?:user(?! ?name (?:or|and) ?pass)|"
        r"account|mailbox)\b|user (?:unknown|not found|doesn'?t exist)",
        V.BAD_CREDENTIALS,
        "Login failed: no such user",
        definite=False,
    ),
)


def recognise(text: str, /) -> KnownText | None:
    """Find the row for a server's text."""
    return next((row for row in KNOWN_TEXTS if row.pattern.search(text)), None)
