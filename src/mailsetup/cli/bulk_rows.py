"""What ``mailsetup bulk`` reads and writes: lines, CSV columns, JSON lines in; JSON lines or CSV out.

A row of output is one line, whatever is in it, so a file of rows can be cut at any line end. It holds what a mail
program has to know; ``--full`` gives the whole result instead.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from mailsetup.errors import InvalidAddress
from mailsetup.render.row import COLUMNS, as_row, flat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mailsetup.render.row import Result

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class InputError(ValueError):
    """The input is not in the form that it was said to be in."""


def read_addresses(lines: Iterable[str], /, *, column: str | None, key: str | None) -> Iterator[str]:
    """Give the address of each row. A row without one gives an empty text, so that rows keep their numbers.

    Raises:
        InputError: there is no such column, or a line is no JSON object.
    """
    if key is not None:
        return (_from_json(line, key, number) for number, line in enumerate(lines, 1) if line.strip())
    if column is not None:
        return _from_csv(lines, column)
    return (line.strip() for line in lines if line.strip())


def _from_json(line: str, key: str, number: int) -> str:
    try:
        row = json.loads(line)
        return str(row.get(key) or "")
    except (ValueError, AttributeError) as error:
        raise InputError(f"Line {number} is not a JSON object.") from error


def _from_csv(lines: Iterable[str], column: str) -> Iterator[str]:
    rows = csv.DictReader(lines)
    if column not in (rows.fieldnames or ()):
        raise InputError(f"There is no column {column}.")
    return (row[column] or "" for row in rows)


def as_json(asked: str, result: Result, /) -> str:
    """Write a row as a JSON object."""
    return _encode(as_row(asked, result))


def as_full_json(asked: str, result: Result, /) -> str:
    """Write the whole result as a JSON object."""
    return as_json(asked, result) if isinstance(result, InvalidAddress) else result.model_dump_json()


def as_csv(asked: str, result: Result, /) -> str:
    """Write a row as CSV, with the line breaks of an input address told as spaces."""
    cells = {key: _cell(value) for key, value in flat(as_row(" ".join(asked.splitlines()), result)).items()}
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="").writerow(cells)
    return text.getvalue()


def csv_heading() -> str:
    """Write the first line of CSV output."""
    return ",".join(COLUMNS)


WRITERS: dict[str, Callable[[str, Result], str]] = {"jsonl": as_json, "csv": as_csv}
"""Output format → what writes a row."""


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(map(str, value))
    # A spreadsheet would take a text that begins like this for a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
