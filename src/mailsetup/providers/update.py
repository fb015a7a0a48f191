"""Takes over a fetched database: verifies everything, then replaces the one in the user's data folder in one step.

Order matters: nothing of the fetched bytes is looked into before the signature holds. On any failure the folder is as
it was. Fetching is not done here.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mailsetup.errors import InvalidDocument
from mailsetup.providers.database import Database
from mailsetup.providers.in_use import age, choose, sealed
from mailsetup.providers.schema import ProviderFile
from mailsetup.providers.signature import verify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mailsetup.providers.in_use import Choice

MAX_DATABASE = 8 * 1024 * 1024
"""Octets: twenty-five times what 350 providers take, and nothing that a user's disk or memory would notice."""


def take_over(database: bytes, signature: bytes, /, *, path: Path, keys: Iterable[str]) -> Choice | None:
    """Verify a fetched database and put it to ``path``. Gives what is in use now, or ``None`` if it already was.

    Raises:
        InvalidDocument: if it is not to be used; the code says why: ``too-large``, ``signature``, ``not-database``,
            ``truncated``, ``format`` (made for another version), ``schema``, ``older``.
        OSError: if it cannot be written.
        ModuleNotFoundError: if the package that verifies signatures is not installed.
    """
    if len(database) > MAX_DATABASE:
        raise InvalidDocument(f"The database is larger than {MAX_DATABASE} bytes.", code="too-large")
    verify(database, signature, keys=keys)
    _check(database)
    current = choose(path)
    ages = age(current.compiled()), age(database)
    if ages[1] < ages[0]:
        raise InvalidDocument(
            f"The database of {ages[1][0]} is older than the one in use, of {ages[0][0]}.", code="older"
        )
    if current.compiled() == database:
        return None
    _replace(path, sealed(database))
    return choose(path)


def _check(compiled: bytes) -> None:
    """Read every record, as look-ups will."""
    database = Database(compiled)
    if database.date is None or not len(database):
        raise InvalidDocument("The database is empty.", code="not-database")
    try:
        for entry in database:
            ProviderFile.model_validate(entry.data)
    except ValidationError as error:
        raise InvalidDocument(f"The record of {entry.id} is not understood.", code="schema") from error
    except ValueError as error:
        raise InvalidDocument("A record cannot be read.", code="not-database") from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105  (the temporary is a string)
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
