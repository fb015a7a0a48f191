"""What one source found: a closed outcome, never an exception."""

from __future__ import annotations

from mailsetup.model.base import Model
from mailsetup.model.problem import Attempt, Problem
from mailsetup.model.provider import OAuth, Provider
from mailsetup.model.server import Server, Service
from mailsetup.model.vocabulary import Status


class MailExchanger(Model):
    """One MX record."""

    preference: int
    """Lower is better (RFC 5321 section 5.1)."""
    hostname: str
    """A-label form, no trailing dot."""


class Hosting(Model):
    """DNS facts about who hosts the domain's mail: what the second wave is written from."""

    exchangers: tuple[MailExchanger, ...] = ()
    """MX records, best first, rubbish dropped (MX-07)."""
    takes_no_mail: bool = False
    """A null MX (RFC 7505)."""
    secure: bool = False
    """DNSSEC, or an MTA-STS policy of the domain, vouches for the exchangers."""
    hints: tuple[str, ...] = ()
    """Targets of ``autoconfig``/``autodiscover`` CNAMEs and SPF includes, for when the MX says nothing."""


class Finding(Model):
    """The answer of one source to one question."""

    status: Status
    """found, absent, unusable, unreachable, refused or skipped."""
    reason: str = ""
    """Stable, kebab-case; empty when found."""
    detail: str = ""
    """One sentence for people."""
    servers: tuple[Server, ...] = ()
    """Candidates, in the source's own order of preference."""
    services: tuple[Service, ...] = ()
    """Other services it names."""
    provider: Provider | None = None
    """Who runs the mailbox, if it says."""
    oauth: OAuth | None = None
    """How to get a token, if it says."""
    problems: tuple[Problem, ...] = ()
    """What it noticed."""
    attempts: tuple[Attempt, ...] = ()
    """The single questions behind this finding, if it asked the network."""
    hosting: Hosting | None = None
    """Set by the ``mx`` source only."""
    final: bool = False
    """Settles the matter: nothing else need be asked (exact domain in bundled data, the user's own file)."""
