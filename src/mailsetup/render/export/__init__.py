"""Discovery → configuration for other programs, one file a format, all of them in one table.

``export`` is the door. Formats are chosen from one ``Discovery`` and never compute settings of their own. What a format
cannot say is refused (``CannotExpress``); a password is never written.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidOptions
from mailsetup.render.export.aerc import AERC
from mailsetup.render.export.alpine import ALPINE
from mailsetup.render.export.autoconfig import AUTOCONFIG, THUNDERBIRD
from mailsetup.render.export.autodiscover import AUTODISCOVER
from mailsetup.render.export.contract import Export, ExportedFile, Exporter, Note, Wishes
from mailsetup.render.export.emacs import GNUS, MU4E
from mailsetup.render.export.environment import ENVIRONMENT
from mailsetup.render.export.evolution import EVOLUTION
from mailsetup.render.export.fetchmail import FETCHMAIL
from mailsetup.render.export.getmail import GETMAIL
from mailsetup.render.export.himalaya import HIMALAYA
from mailsetup.render.export.mbsync import MBSYNC
from mailsetup.render.export.mobileconfig import MOBILECONFIG
from mailsetup.render.export.msmtp import MSMTP
from mailsetup.render.export.neomutt import NEOMUTT
from mailsetup.render.export.offlineimap import OFFLINEIMAP
from mailsetup.render.export.pacc import PACC
from mailsetup.render.export.python_code import AIOSMTPLIB, IMAPCLIENT, PYTHON
from mailsetup.render.export.settings import JSON
from mailsetup.render.export.zone import ZONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.model import Discovery

__all__ = ["FORMATS", "Export", "ExportedFile", "Exporter", "Note", "Wishes", "export"]

FORMATS: Mapping[str, Exporter] = MappingProxyType(
    {
        exporter.name: exporter
        for exporter in (
            AUTOCONFIG, PACC, ZONE, AUTODISCOVER,
            THUNDERBIRD, MOBILECONFIG, EVOLUTION, NEOMUTT, AERC, HIMALAYA, ALPINE, GNUS, MU4E,
            MBSYNC, OFFLINEIMAP, GETMAIL, FETCHMAIL, MSMTP,
            PYTHON, IMAPCLIENT, AIOSMTPLIB, ENVIRONMENT, JSON,
        )
    }
)  # fmt: skip
"""Every format by its name: first what a domain publishes, then mail programs, then material for programmers."""


def export(discovery: Discovery, /, *, format: str, wishes: Wishes | None = None) -> Export:  # noqa: A002  (the flag's name)
    """Write what was found in ``format``, one of ``FORMATS``.

    Raises:
        InvalidOptions: for a format that does not exist.
        CannotExpress: if the format cannot say what was found, or not without a lie or a risk.
    """
    if format not in FORMATS:
        raise InvalidOptions(f"There is no export format {format!r}; there are {', '.join(FORMATS)}.")
    return FORMATS[format].write(discovery, wishes or Wishes())
