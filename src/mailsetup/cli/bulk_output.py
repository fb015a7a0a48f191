"""Where ``mailsetup bulk`` writes, such that nothing is lost or repeated whatever ends it.

The output is its own journal: rows are in the order of the input, one line each, and only appended. Whoever resumes
counts the complete lines, cuts off what a crash left of an incomplete one, and goes on with the next row of the input.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE = 256 * 1024
"""Octets that are gathered before they are written; the last ones are written when the run ends or is told to stop."""

_PIECE = 1024 * 1024


class Output:
    """Rows, gathered and appended."""

    def __init__(self, path: Path | None, /, *, resume: bool) -> None:
        self.lines = 0
        """Complete lines that were there already."""
        self._gathered: list[bytes] = []
        self._size = 0
        self._file: BinaryIO = sys.stdout.buffer if path is None else _opened(path, resume=resume)
        if path is not None and resume:
            self.lines = _complete_lines(self._file)

    def write(self, row: str, /) -> None:
        """Add a row."""
        line = row.encode("utf-8", "surrogatepass") + b"\n"
        self._gathered.append(line)
        self._size += len(line)
        if self._size >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Hand what was gathered to the system: from then on it survives the end of this process."""
        self._file.write(b"".join(self._gathered))
        self._file.flush()
        self._gathered.clear()
        self._size = 0

    def close(self) -> None:
        """Write the rest, and have it on the disk where it goes to one."""
        self.flush()
        if self._file is not sys.stdout.buffer:
            os.fsync(self._file.fileno())
            self._file.close()


def _opened(path: Path, *, resume: bool) -> BinaryIO:
    return path.open("r+b" if resume and path.exists() else "w+b")


def _complete_lines(file: BinaryIO) -> int:
    """Count them, cut the file behind the last one, and stand there."""
    count, end, place = 0, 0, 0
    file.seek(0)
    while piece := file.read(_PIECE):
        count += piece.count(b"\n")
        last = piece.rfind(b"\n")
        end = place + last + 1 if last >= 0 else end
        place += len(piece)
    file.truncate(end)
    file.seek(end)
    return count
