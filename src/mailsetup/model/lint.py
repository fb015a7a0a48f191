"""What a parser took from one document, and each thing that it did not take, with the reason.

The parsers in ``formats`` return a ``Reading`` (or a class derived from it), the sources work with it, and
``mailsetup.lint`` shows it as a ``LintReport``: one code path, so the report cannot drift from what a look-up does.
"""

from __future__ import annotations

from typing import Literal

from mailsetup.model.base import Model
from mailsetup.model.provider import OAuth, Provider
from mailsetup.model.server import Server, Service
from mailsetup.model.vocabulary import Severity


class Ignored(Model):
    """One part of a document that was not taken as it stands."""

    where: str
    """The place: a path of elements or members such as ``emailProvider/incomingServer[2]/port``."""
    line: int | None = None
    """1-based line, where the format has lines."""
    code: str
    """Stable, kebab-case; the list is ``mailsetup.formats.reasons.REASONS``."""
    reason: str
    """Why, one sentence, with what came of it."""
    severity: Severity = Severity.WARNING
    """error: a server or service was left out; warning: a value was; info: taken, but not as the format wants it."""


class Fault(Model):
    """Why a whole document is unusable."""

    code: str
    """Stable, kebab-case: ``not-config``, ``malformed``, ``dtd-refused``, ``too-large`` …"""
    reason: str
    """One sentence."""
    line: int | None = None
    """1-based line of the offence, where known."""


class Reading(Model):
    """What was taken from a document. Trust and sources are set by whoever fetched it."""

    servers: tuple[Server, ...] = ()
    """Candidates in the document's order of preference."""
    services: tuple[Service, ...] = ()
    """What else it offers."""
    provider: Provider | None = None
    """Names, web site and help pages of the provider; untrusted text, cleaned."""
    oauth: OAuth | None = None
    """How to get a token, if it says."""
    domains: tuple[str, ...] = ()
    """E-mail domains it says it is for, as A-labels."""
    ignored: tuple[Ignored, ...] = ()
    """Everything that was not taken, in the document's order."""


class LintReport(Reading):
    """What a client takes from a configuration document, and what it ignores, and why."""

    format: Literal["autoconfig", "pacc", "autodiscover", "unknown"]
    """Recognised by content, never by name or media type."""
    version: str = ""
    """As the document states it (autoconfig); ``pox``, ``mobilesync`` or ``json`` for Exchange Autodiscover."""
    outcome: Literal["settings", "redirect-address", "redirect-url", "error"] = "settings"
    """What the document amounts to; only Exchange Autodiscover knows the others."""
    redirect: str | None = None
    """The address or the URL that a redirect names."""
    error: Fault | None = None
    """Set if nothing at all could be taken from the document."""
