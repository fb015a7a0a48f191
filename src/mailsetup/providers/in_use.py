"""The database in use: the one that came with the package, or a newer one that the user has fetched since.

``mailsetup providers update`` puts a newer database into the user's data folder, after it has verified it. Here it is
only found again: one look at the file system where there is none; where there is one, of the two the newer is read.
Whatever is wrong with the fetched one, the bundled one is used instead, and ``fault`` says why. Nothing is ever
fetched from here.

The choice is made once in the life of a process.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.providers.database import Database, bundled, bundled_bytes

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "providers.json"

MAX_INSTALLED = 10 * 1024 * 1024
"""Octets; more is cut off, and then found to be damaged. No database is taken over that comes near it."""

_SEAL = b"crc32:%08x\n"
"""Last line of an installed file: it was verified when it came, so all that is looked for later is a broken disk."""

SEAL_LENGTH = len(_SEAL % 0)

_AGE = re.compile(rb'\{"format":\d+,"date":"([0-9-]{10})","made":"([0-9TZ:-]{0,20})"')


class Choice(NamedTuple):
    """Which database is in use, and why not the other."""

    database: Database
    updated: Path | None = None
    """The file it was read from; ``None`` for the one that came with the package."""
    broken: Path | None = None
    """A fetched database that cannot be used."""
    fault: str = ""
    """What is wrong with it, one sentence."""

    def compiled(self) -> bytes:
        """Give the compiled form again."""
        return bundled_bytes() if self.updated is None else unsealed(self.updated.read_bytes())


@lru_cache(maxsize=1)
def updated_path() -> Path:
    """Where a fetched database is kept: ``~/.local/share/mailsetup/providers.json`` on Linux."""
    import platformdirs

    return platformdirs.user_data_path("mailsetup", appauthor=False) / FILE_NAME


@lru_cache(maxsize=1)
def choice() -> Choice:
    """Choose, once."""
    return choose(updated_path())


def in_use() -> Database:
    """The database that look-ups ask."""
    return choice().database


def choose(path: Path, /) -> Choice:
    """Choose between the bundled database and the one at ``path``, which need not be there."""
    try:
        with path.open("rb") as file:
            installed = file.read(MAX_INSTALLED)
    except FileNotFoundError:
        return Choice(bundled())
    except OSError as error:
        return Choice(bundled(), broken=path, fault=f"{error.strerror or type(error).__name__}.")
    if age(installed) < age(bundled_bytes()):
        return Choice(bundled())  # the package has been upgraded since
    try:
        return Choice(Database(unsealed(installed)), updated=path)
    except InvalidDocument as error:
        return Choice(bundled(), broken=path, fault=error.reason)


def age(compiled: bytes, /) -> tuple[str, str]:
    """Give what two compiled databases are compared by, the newer being the larger, without reading the rest of them.

    That is the date of the newest fact, and when it was made (empty for one that came with the package). Bytes that
    are no compiled database are older than any.
    """
    match = _AGE.match(compiled)
    return (match[1].decode(), match[2].decode()) if match else ("", "")


def sealed(compiled: bytes, /) -> bytes:
    """Give the form in which a verified database is kept."""
    return compiled + _SEAL % zlib.crc32(compiled)


def unsealed(installed: bytes, /) -> bytes:
    """Give the database back.

    Raises:
        InvalidDocument: if the file is not as it was written (code ``damaged``).
    """
    compiled, seal = installed[:-SEAL_LENGTH], installed[-SEAL_LENGTH:]
    if seal != _SEAL % zlib.crc32(compiled):
        raise InvalidDocument("The file is damaged.", code="damaged")
    return compiled
