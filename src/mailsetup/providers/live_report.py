"""What live conversations with providers' servers say about the files that name them. Pure.

``remarks_on`` holds one probe against what the file claims; ``changes`` holds two reports against each other. Nothing
here connects to anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailsetup.model import Auth, Model, Outcome, Protocol, Security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.model import Probe, Server

EXPIRES_SOON = timedelta(days=14)
"""Certificates of 90 days are renewed a month ahead; one that is not by now has been forgotten."""

UNSEEN = frozenset({Auth.CLIENT_IP, Auth.CLIENT_CERTIFICATE, Auth.NONE})
"""Proofs that no server advertises."""


class Noted(Model):
    """One difference between a file and a server."""

    code: str
    """outcome, certificate-expires, auth-missing, oauth-unlisted or tls-available."""
    message: str
    """One sentence."""


class ServerCheck(Model):
    """One server of one provider, and what was seen there."""

    provider: str
    """The file's id."""
    protocol: Protocol
    hostname: str
    port: int
    security: Security
    skipped: str = ""
    """Why nobody was asked; empty where somebody was."""
    outcome: Outcome | None = None
    detail: str = ""
    tls_version: str | None = None
    certificate_expires: datetime | None = None
    auth: tuple[Auth, ...] = ()
    """As advertised inside TLS."""
    noted: tuple[Noted, ...] = ()
    """Where the server and the file differ."""

    @property
    def name(self) -> str:
        """Give the server in one line."""
        return f"{self.protocol} {self.hostname}:{self.port} {self.security}"

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same server in two reports."""
        return (self.provider, self.name)


class Change(Model):
    """What is not as it was at the time of an older report."""

    provider: str
    server: str
    what: str
    """outcome, tls, auth, certificate, new or gone."""
    before: str
    after: str


class LiveReport(Model):
    """A whole run."""

    made: datetime
    """When it began, UTC."""
    servers: tuple[ServerCheck, ...] = ()
    since: datetime | None = None
    """When the report was made that ``changes`` looks back to."""
    changes: tuple[Change, ...] = ()

    @property
    def is_as_filed(self) -> bool:
        """Whether nothing differs from the files."""
        return not any(check.noted for check in self.servers)


def check_of(
    provider: str, server: Server, probe: Probe, /, *, upgrades: Iterable[Server], now: datetime
) -> ServerCheck:
    """Put one probe into the form of the report. ``upgrades`` are confirmed TLS variants of a plaintext server."""
    expires = probe.certificate.not_after if probe.certificate else None
    return ServerCheck(
        **_identity(provider, server),
        outcome=probe.outcome,
        detail=probe.detail,
        tls_version=probe.tls_version,
        certificate_expires=expires,
        auth=probe.auth,
        noted=tuple(_noted(server, probe, tuple(upgrades), expires, now)),
    )


def skipped(provider: str, server: Server, reason: str, /) -> ServerCheck:
    """Put a server into the report that nobody asked."""
    return ServerCheck(**_identity(provider, server), skipped=reason)


def _identity(provider: str, server: Server) -> dict[str, object]:
    return {"provider": provider, **server.model_dump(include={"protocol", "hostname", "port", "security"})}


def _noted(
    server: Server, probe: Probe, upgrades: tuple[Server, ...], expires: datetime | None, now: datetime
) -> Iterator[Noted]:
    # A server that is filed as plaintext and answers in plaintext is as filed; ``policy`` is our word on it.
    expected = Outcome.POLICY if server.security is Security.NONE else Outcome.CONFIRMED
    if probe.outcome is not expected:
        yield Noted(code="outcome", message=probe.detail or str(probe.outcome))
    elif expires is not None and expires - now < EXPIRES_SOON:
        yield Noted(code="certificate-expires", message=f"The certificate expires on {expires:%Y-%m-%d}.")
    if probe.auth:
        missing = [auth for auth in server.auth if auth not in probe.auth and auth not in UNSEEN]
        if missing:
            yield Noted(code="auth-missing", message=f"Filed but not offered: {', '.join(missing)}.")
        if Auth.OAUTH2 in probe.auth and Auth.OAUTH2 not in server.auth:
            yield Noted(code="oauth-unlisted", message="Offers OAuth2, which is not filed.")
    if upgrades:
        places = ", ".join(f"{variant.security} on port {variant.port}" for variant in upgrades)
        yield Noted(code="tls-available", message=f"Filed as plaintext, but speaks {places}.")


def compared(report: LiveReport, older: LiveReport, /) -> LiveReport:
    """Give ``report`` with its changes since ``older``. Providers that only one of them asked about are left out."""
    asked = {check.provider for check in report.servers} & {check.provider for check in older.servers}
    before = {check.key: check for check in older.servers if check.provider in asked}
    after = {check.key: check for check in report.servers if check.provider in asked}
    found: list[Change] = []
    for key in sorted({*before, *after}):
        found += _changes(before.get(key), after.get(key))
    return report.model_copy(update={"since": older.made, "changes": tuple(found)})


def _changes(before: ServerCheck | None, after: ServerCheck | None) -> Iterator[Change]:
    some = after or before
    assert some is not None  # noqa: S101  (the key is from one of the two)

    def change(what: str, was: object, now: object) -> Change:
        return Change(provider=some.provider, server=some.name, what=what, before=str(was), after=str(now))

    if before is None or after is None:
        yield change("new" if before is None else "gone", _state(before), _state(after))
        return
    if _state(before) != _state(after):
        yield change("outcome", _state(before), _state(after))
    if before.tls_version and after.tls_version and before.tls_version != after.tls_version:
        yield change("tls", before.tls_version, after.tls_version)
    if before.auth and after.auth and set(before.auth) != set(after.auth):
        yield change("auth", ", ".join(before.auth), ", ".join(after.auth))
    # Renewals are everyday; a certificate that ends earlier than its predecessor is not.
    was, now = before.certificate_expires, after.certificate_expires
    if was is not None and now is not None and now < was:
        yield change("certificate", f"{was:%Y-%m-%d}", f"{now:%Y-%m-%d}")


def _state(check: ServerCheck | None) -> str:
    if check is None:
        return "not filed"
    return str(check.outcome) if check.outcome is not None else "skipped"
