"""What logging in showed: one verdict a server."""

from __future__ import annotations

from pydantic import ConfigDict, Field, computed_field

from mailsetup.model.base import Model
from mailsetup.model.server import Probe
from mailsetup.model.vocabulary import Protocol, Security, Word


class Verdict(Word):
    """How a log-in ended."""

    OK = "ok"
    """The server let the user in."""
    BAD_CREDENTIALS = "bad-credentials"
    """User name or password are wrong. Nothing further was tried with them, anywhere."""
    APP_PASSWORD_NEEDED = "app-password-needed"  # noqa: S105
    """The account's own password is not accepted here; the provider issues another one for mail programs."""
    PROTOCOL_DISABLED = "protocol-disabled"
    """The password may be right, but IMAP, POP3 or SMTP is switched off for the account."""
    OAUTH_REQUIRED = "oauth-required"
    """No password is accepted, only an OAuth token."""
    TOKEN_REJECTED = "token-rejected"  # noqa: S105
    """The OAuth token is expired, revoked, or for something else."""
    BLOCKED = "blocked"
    """The provider has locked the account or this network, for now or until the user acts."""
    TEMPORARY = "temporary"
    """The server cannot check passwords at the moment. The password may well be right."""
    MECHANISM_BROKEN = "mechanism-broken"
    """The ways to log in that the server advertises do not work."""
    PRIVACY_REQUIRED = "privacy-required"
    """No password may be sent: the connection is not protected by verified TLS."""
    NO_MECHANISM = "no-mechanism"
    """The server offers no way to log in that suits what was given."""
    UNREACHABLE = "unreachable"
    """No session came about; ``probe`` says why."""
    NOT_TRIED = "not-tried"
    """Nothing was sent, for the reason in ``detail``."""


class LoginResult(Model):
    """What logging in to one server showed. Never holds the password."""

    protocol: Protocol
    """imap, pop3, smtp or managesieve."""
    hostname: str
    """As in the server's settings."""
    port: int = Field(ge=1, le=65535)
    """As in the server's settings."""
    security: Security
    """As in the server's settings."""
    verdict: Verdict
    """How it ended."""
    username: str | None = None
    """The user name that worked; ``None`` where none did."""
    mechanism: str | None = None
    """The mechanism that worked, or the last one tried: ``PLAIN``, ``SCRAM-SHA-256``, ``own command`` …"""
    logins: int = Field(default=0, ge=0)
    """How often a credential was sent."""
    detail: str = ""
    """One sentence for people."""
    next_step: str = ""
    """What to do about it, one sentence; empty where there is nothing to do."""
    server_text: str = ""
    """The server's own last words, made harmless, with the password blotted out. Untrusted."""
    probe: Probe | None = None
    """What the conversation showed before the log-in."""

    @property
    def ok(self) -> bool:
        """The server let the user in."""
        return self.verdict is Verdict.OK


class Verification(Model):
    """Proof by logging in. ``Verification.model_validate_json(v.model_dump_json()) == v`` holds."""

    # The derived entry of our own JSON comes back in and is derived anew.
    model_config = ConfigDict(frozen=True, extra="ignore")

    logins: tuple[LoginResult, ...] = ()
    """One entry a server, in the order they were tried: incoming, then outgoing."""

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorated properties
    @property
    def ok(self) -> bool:
        """Every server let the user in, and there was one."""
        return bool(self.logins) and all(login.ok for login in self.logins)

    @property
    def headline(self) -> LoginResult | None:
        """The result to show first: the failure that got furthest, so that a dead host hides no failed log-in."""
        return max(self.logins, key=lambda login: _PROGRESS.get(login.verdict, 2), default=None)


# The rest is 2: a server that answered a log-in.
_PROGRESS = {Verdict.OK: 0, Verdict.NOT_TRIED: 0, Verdict.UNREACHABLE: 1}
