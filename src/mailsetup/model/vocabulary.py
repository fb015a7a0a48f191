"""The closed vocabularies of the result: each word is what appears in JSON, in the CLI and in the documentation.

Every member is a ``str`` equal to its value (``Security.TLS == "tls"``), so callers may compare with plain strings.
``Trust`` alone is an integer, because trust is ordered and the weakest hop decides.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Word(str, Enum):
    """A lower-case word with a fixed meaning; prints as itself on every Python version."""

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]  # Enum declares it otherwise; a word formats as text


class Protocol(Word):
    """What is spoken at a host and port, or behind a URL."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"
    JMAP = "jmap"
    CALDAV = "caldav"
    CARDDAV = "carddav"
    WEBDAV = "webdav"
    MANAGESIEVE = "managesieve"
    EWS = "ews"
    ACTIVESYNC = "activesync"
    GRAPH = "graph"
    OWA = "owa"
    XMPP = "xmpp"
    MATRIX = "matrix"


class Security(Word):
    """How a connection is protected (RFC 8314 names)."""

    TLS = "tls"
    """Implicit TLS from the first byte; "SSL/TLS" in most mail programs."""
    STARTTLS = "starttls"
    """Clear text first, then an upgrade that is *required*: without it, no login."""
    NONE = "none"
    """No encryption. Never recommended; kept so that an entry can be shown and improved."""


class Auth(Word):
    """How the user proves who they are. Order in a list is preference."""

    PASSWORD = "password"  # noqa: S105
    """The password itself, inside TLS: PLAIN, LOGIN, USER/PASS."""
    ENCRYPTED_PASSWORD = "encrypted-password"  # noqa: S105
    """A challenge-response mechanism: SCRAM, CRAM-MD5, DIGEST-MD5, APOP."""
    OAUTH2 = "oauth2"
    NTLM = "ntlm"
    GSSAPI = "gssapi"
    CLIENT_CERTIFICATE = "client-certificate"
    CLIENT_IP = "client-ip"
    """The network the client is in is the proof (an access provider's own SMTP server)."""
    NONE = "none"


class SourceName(Word):
    """The mechanisms, in the default order of preference."""

    USER_FILE = "user-file"
    BUNDLED = "bundled"
    PACC = "pacc"
    AUTOCONFIG = "autoconfig"
    ISPDB = "ispdb"
    MX = "mx"
    SRV = "srv"
    AUTODISCOVER = "autodiscover"
    MAILCONF = "mailconf"
    """The historic TXT record ``mailconf=URL``; off unless it is named in ``Options.sources``."""
    GUESS = "guess"


class Trust(IntEnum):
    """How far a claim can be trusted; carried along every hop, and the smallest value wins."""

    CLEARTEXT = 0
    """It crossed http somewhere: anyone on the way could have written it."""
    UNAUTHENTICATED = 1
    """Plain DNS picked the place."""
    VOUCHED = 2
    """A third party we chose says so, or a pointer that can only lead to a vetted provider."""
    AUTHENTICATED = 3
    """The domain itself, or the user, said so over an authenticated channel."""


class Status(Word):
    """How a question to a source ended."""

    FOUND = "found"
    ABSENT = "absent"
    """A definite no: the name, the record or the document does not exist."""
    UNUSABLE = "unusable"
    """It answered, but not with anything that can be used."""
    UNREACHABLE = "unreachable"
    """No answer: the network, a time-out, a failing server."""
    REFUSED = "refused"
    """Our own policy forbids it (http, a private address, an address that must not be shared …)."""
    SKIPPED = "skipped"
    """Not asked, because the answer was known, the machine is offline, or somebody better answered."""


class Outcome(Word):
    """What a live probe of one server showed."""

    CONFIRMED = "confirmed"
    NO_SUCH_HOST = "no-such-host"
    CONNECTION_REFUSED = "connection-refused"
    TIMEOUT = "timeout"
    NETWORK_UNREACHABLE = "network-unreachable"
    POLICY = "policy"
    TLS_FAILED = "tls-failed"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NAME_MISMATCH = "certificate-name-mismatch"
    CERTIFICATE_SELF_SIGNED = "certificate-self-signed"
    CERTIFICATE_UNTRUSTED = "certificate-untrusted"
    STARTTLS_MISSING = "starttls-missing"
    STARTTLS_REFUSED = "starttls-refused"
    STARTTLS_INJECTION = "starttls-injection"
    WRONG_PROTOCOL = "wrong-protocol"
    SERVER_REFUSED = "server-refused"
    PROTOCOL_ERROR = "protocol-error"


class Severity(Word):
    """How much a problem matters to the person who wants to read mail."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Learned(Word):
    """What somebody on the network learned about the user by being asked."""

    NOTHING = "nothing"
    DOMAIN = "domain"
    ADDRESS = "address"


class ProviderStatus(Word):
    """Whether a provider's mailboxes can be used from an ordinary mail program."""

    OK = "ok"
    PREPARATION = "preparation"
    """Works after something has been done first; ``requirements`` says what."""
    NO_STANDARD_ACCESS = "no-standard-access"
    """No public IMAP, POP3 or SMTP: own programs, or a bridge on the user's machine."""
    SHUTTING_DOWN = "shutting-down"
    DEAD = "dead"


class RequirementKind(Word):
    """What has to be true or done before the settings work."""

    APP_PASSWORD = "app-password"  # noqa: S105
    MAIL_PASSWORD = "mail-password"  # noqa: S105
    """A password for mail that is separate from the account's own."""
    OAUTH_ONLY = "oauth-only"
    ENABLE_IMAP = "enable-imap"
    ENABLE_POP3 = "enable-pop3"
    ENABLE_SMTP = "enable-smtp"
    PAID_PLAN = "paid-plan"
    BRIDGE = "bridge"
    ACCOUNT_HOST = "account-host"
    """Host or user name differ from account to account; the provider's panel shows them."""
    PRIMARY_ADDRESS = "primary-address"
    """Log in with the account's main address, whatever alias is used."""
    HOME_NETWORK = "home-network"
    """Sending works only from the provider's own network."""
    SPECIAL_NETWORK = "special-network"
    """Reachable only inside Tor, Yggdrasil or the like."""
    SENDING_LIMIT = "sending-limit"
    OTHER = "other"


class When(Word):
    """In which cases a requirement applies."""

    ALWAYS = "always"
    WITH_2FA = "with-2fa"
    MAYBE = "maybe"
    """Depends on the account's settings or age."""
