"""The mechanisms, one file each. None imports another; the tables here are where they meet.

A new mechanism is one file here, one line in a table below, and its place in ``SourceName``.

A source that asks the network is imported when its first step is taken: a look-up that stays on this machine pays for
none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from mailsetup.model import SourceName
from mailsetup.sources import bundled, user_file
from mailsetup.sources.interface import LocalSource, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.model import Options
    from mailsetup.plan import Step


class Place(NamedTuple):
    """Where a network source is: a class that is built from a step and the options."""

    module: str
    name: str


LOCAL_SOURCES: Mapping[SourceName, LocalSource] = {
    SourceName.USER_FILE: user_file.look_up,
    SourceName.BUNDLED: bundled.look_up,
}

NETWORK_SOURCES: Mapping[SourceName, Place] = {
    SourceName.PACC: Place("pacc", "Pacc"),
    SourceName.AUTOCONFIG: Place("autoconfig", "Autoconfig"),
    SourceName.ISPDB: Place("ispdb", "Ispdb"),
    SourceName.MX: Place("mx", "Mx"),
    SourceName.SRV: Place("srv", "Srv"),
    SourceName.AUTODISCOVER: Place("autodiscover", "Autodiscover"),
    SourceName.MAILCONF: Place("mailconf", "Mailconf"),
    SourceName.GUESS: Place("guess", "Guess"),
}

__all__ = ["LOCAL_SOURCES", "NETWORK_SOURCES", "LocalSource", "Source", "network_source"]


def network_source(step: Step, options: Options, /) -> Source:
    """Build the source for a step; the caller's own sources are what they are."""
    if not isinstance(step.source, SourceName):
        return cast("Source", step.source)
    module, name = NETWORK_SOURCES[step.source]
    return cast("Source", getattr(import_module(f"mailsetup.sources.{module}"), name)(step, options))
