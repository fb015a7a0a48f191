"""What to tell the user, and what was tried: the parts of a result that explain it."""

from __future__ import annotations

from mailsetup.model.base import Model
from mailsetup.model.vocabulary import Learned, Severity, SourceName, Status


class Problem(Model):
    """One thing the user, or the domain's owner, should know."""

    code: str
    """Stable, kebab-case; all of them are listed in ``mailsetup.problems`` and docs/reference."""
    severity: Severity
    """info, warning or error."""
    message: str
    """One sentence in English. The command line translates it by ``code`` and ``arguments``."""
    next_step: str = ""
    """What to do about it, one sentence in English."""
    subject: str = ""
    """The server, source, file or name it is about."""
    arguments: dict[str, str] = {}
    """What was filled into the sentences."""


class Attempt(Model):
    """One question that was asked, of whom, and how it ended."""

    source: SourceName | str
    """The mechanism that asked."""
    asked: str
    """What was asked: a URL, a DNS name and type, ``host:port``, or a file."""
    outcome: Status
    """How it ended."""
    reason: str = ""
    """Stable, kebab-case: ``nxdomain``, ``http-404``, ``not-config``, ``timed-out`` …"""
    detail: str = ""
    """One sentence, where the reason needs one."""
    started: float = 0.0
    """Seconds after the call began."""
    elapsed: float = 0.0
    """Seconds it took."""
    learned: Learned = Learned.NOTHING
    """What the one who was asked learned about the user."""
    told: str = ""
    """Who that was: a host name, or ``resolver``."""
