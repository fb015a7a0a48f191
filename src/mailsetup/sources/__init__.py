"""The mechanisms, one file each. None imports another; this table is where they meet.

A new mechanism is one file here, one line in a table below, and its place in ``SourceName``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import SourceName
from mailsetup.sources import bundled, user_file
from mailsetup.sources.interface import LocalSource, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_SOURCES: Mapping[SourceName, LocalSource] = {
    SourceName.USER_FILE: user_file.look_up,
    SourceName.BUNDLED: bundled.look_up,
}

__all__ = ["LOCAL_SOURCES", "LocalSource", "Source"]
