"""The store on disk: one SQLite file, which any number of processes may read and write at the same time.

Rules:

* answers are written together when the call ends, in one short transaction; a process that is killed loses its own and
  damages nobody's (write-ahead log);
* a file that is locked for longer than ``PATIENCE`` is passed over in silence: a cache is not worth waiting for;
* a file that is damaged, or not the user's own, is not used, and that is a problem to tell. It is left where it is.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.net.cache.encoding import decode, encode
from mailsetup.net.cache.store import Kept, Key
from mailsetup.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailsetup.model import Problem

FILE_NAME: Final = "answers-1.sqlite3"
"""The number is that of the layout: another layout is another file."""

_FILES: Final = ("-wal", "-shm", "-journal", "")
"""Endings of the files that SQLite makes of one."""

PATIENCE: Final = 0.25
"""Seconds to wait for another process."""

CLEARING: Final = 5.0
"""The same where a person waits for it."""

BATCH: Final = 500
"""Answers that a long call holds back before it writes them."""

MAX_SIZE: Final = 64 * 1024 * 1024
"""Octets; beyond it the older half goes."""

_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS kept (
    scope TEXT NOT NULL, question TEXT NOT NULL, answer BLOB NOT NULL, since REAL NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (scope, question)
) WITHOUT ROWID
"""


class Row(NamedTuple):
    """What is known of a kept answer without reading it."""

    question: str
    since: float
    until: float
    size: int


class DiskStore:
    """Keeps answers in a folder, for one call.

    Args:
        folder: where; it is made if need be, for the user alone.
        noticed: takes what is wrong with it, once.
    """

    def __init__(self, folder: Path, /, *, noticed: list[Problem]) -> None:
        self._path = folder / FILE_NAME
        self._noticed = noticed
        self._held: dict[Key, Kept] = {}
        self._database: sqlite3.Connection | None = None
        with self._watched():
            self._database = _opened(self._path)

    def get(self, key: Key, /) -> Kept | None:
        """See ``Store``."""
        if key in self._held:
            return self._held[key]
        with self._watched():
            if self._database is not None:
                found = self._database.execute(
                    "SELECT answer, since, until FROM kept WHERE scope = ? AND question = ?", key
                ).fetchone()
                return Kept(decode(found[0]), float(found[1]), float(found[2])) if found else None
        return None

    def put(self, key: Key, kept: Kept, /) -> None:
        """See ``Store``."""
        self._held[key] = kept
        if len(self._held) >= BATCH:
            self._write()

    def close(self) -> None:
        """Write what came in, let go of what is over, and close the file."""
        self._write()
        self._let_go()

    def _write(self) -> None:
        rows = [(*key, encode(kept.value), kept.since, kept.until) for key, kept in self._held.items()]
        self._held = {}
        with self._watched():
            if self._database is not None and rows:
                with self._database:
                    self._database.execute("DELETE FROM kept WHERE until <= ?", (max(row[3] for row in rows),))
                    self._database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", rows)
                    _shrink(self._database)

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Turn what SQLite and the file system say into a problem, and go on without the file."""
        try:
            yield
        except (sqlite3.Error, OSError, InvalidDocument, TypeError, ValueError) as error:
            if _is_busy(error):
                return
            self._let_go()
            folder, reason = str(self._path.parent), _why(error)
            self._noticed.append(problem("cache-unusable", subject=folder, folder=folder, reason=reason))


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    # Nobody but SQLite may open the file: closing it would end the locks of every other connection of this process.
    database = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)
    try:
        if is_new:
            path.chmod(0o600)  # it says whom the user writes to; SQLite gives its other files the same mode
        _require_own(path)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(_LAYOUT)
    except BaseException:
        database.close()
        raise
    return database


def _require_own(path: Path) -> None:
    """Refuse a file that others could have written: it decides where passwords go."""
    facts = path.stat()
    if hasattr(os, "geteuid") and (facts.st_uid != os.geteuid() or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise PermissionError(0, "Others may write to it")


def _shrink(database: sqlite3.Connection) -> None:
    (pages,), (size,), (free,) = (
        database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size", "freelist_count")
    )
    if (pages - free) * size > MAX_SIZE:
        middle = "SELECT since FROM kept ORDER BY since LIMIT 1 OFFSET (SELECT count(*) / 2 FROM kept)"
        database.execute(f"DELETE FROM kept WHERE since <= ({middle})")  # noqa: S608  (no value in it is anybody's)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _why(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"{reason or type(error).__name__}.".replace("..", ".")


def rows(folder: Path, /) -> list[Row]:
    """List what is kept in ``folder``, what ends first at the top.

    Raises:
        InvalidDocument: if the file there cannot be read.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    try:
        database = sqlite3.connect(path, timeout=PATIENCE)
        try:
            found = database.execute("SELECT question, since, until, length(answer) FROM kept ORDER BY until")
            return [Row(str(row[0]), float(row[1]), float(row[2]), int(row[3])) for row in found]
        finally:
            database.close()
    except (sqlite3.Error, OSError, TypeError, ValueError) as error:
        raise InvalidDocument(_why(error), code="unreadable") from error


def clear(folder: Path, /) -> None:
    """Forget everything that is kept in ``folder``, readable or not, and touch nothing else there.

    Raises:
        OSError: if it cannot be deleted, or another process does not let go of it.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return
    try:
        database = sqlite3.connect(path, timeout=CLEARING, isolation_level=None)
        try:
            database.execute("DELETE FROM kept")
            database.execute("VACUUM")  # or the names would still stand in the file
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()
    except sqlite3.Error as error:
        if _is_busy(error):
            raise BlockingIOError(errno.EBUSY, os.strerror(errno.EBUSY), str(path)) from error
        # Nobody can use it, so nobody is disturbed. The log goes first: SQLite would play it into a new file.
        for ending in _FILES:
            folder.joinpath(FILE_NAME + ending).unlink(missing_ok=True)
