"""Tables of addresses in, tables of settings out: one function that Ray, Dask and Spark call on their workers.

::

    from mailsetup import batch

    marked = batch.hosters(addresses)  # pyarrow.Table: who hosts each domain's mail
    parts = batch.split(marked, 64)  # every hoster in one part only
    found = [batch.settings(part) for part in parts]  # on as many machines as there are

This is the third door, beside the blocking and the asynchronous one. It gives a value and writes nothing, so a part
whose worker has died is simply done again. It needs ``mailsetup[batch]``, which is pyarrow, loaded by the first call,
and no engine.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mailsetup.batch.columns import COLUMNS, SPARK_SCHEMA
from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    import pyarrow as pa

    from mailsetup.model import Options

    Given = Options | Callable[[], Options] | None

    SCHEMA: pa.Schema
    """``COLUMNS`` as an Arrow schema."""

__all__ = ["COLUMNS", "SCHEMA", "SPARK_SCHEMA", "hosters", "settings", "split"]

Rows = TypeVar("Rows", "pa.Table", "pa.RecordBatch", "Iterator[pa.RecordBatch]", "pd.DataFrame")
"""A ``pyarrow.Table`` (Ray), a ``RecordBatch`` or an iterator of them (Spark), or a pandas ``DataFrame`` (Dask)."""


def settings(
    rows: Rows,
    /,
    *,
    options: Given = None,
    column: str | None = None,
    concurrency: int = 32,
    full: bool = False,
) -> Rows:
    """Find the mail settings for a column of addresses; what comes out is of the kind that went in.

    One row out for each row in, in the same order. A row whose address is missing or wrong has ``error``, and ends
    nothing. The other columns come first, unchanged; the column of addresses is replaced by those of ``COLUMNS``. In a
    pandas frame these have Arrow's types, so that a port stays a whole number where others are missing, and the index
    is kept.

    The work is done as by :func:`mailsetup.discover_many`: each domain of the rows once, nobody's address told to
    anybody. An iterator is read as far ahead as answers are awaited, in bounded memory, and all its batches share one
    set of limits.

    Args:
        rows: the table.
        options: as for ``discover``, or a function without arguments that gives them on the worker, for what cannot be
            sent there: a network of your own, an SSL context, a folder that differs.
        column: the column of addresses; ``None``: ``address``, or the only one there is.
        concurrency: domains asked at a time, by each worker.
        full: fill in ``result``, the whole ``Discovery`` as JSON: some 4 KB a row. Without it nobody is asked for
            calendars and the like, unless ``options`` say so (``services``).

    Raises:
        InvalidOptions: ``rows`` is of another kind, there is no such column, it holds no text, another one has a name
            of ``COLUMNS``, ``concurrency`` is below 1, pyarrow is not installed, or ``discover`` would raise it. What
            is wrong with an iterator is told when it is read.
    """
    from mailsetup.batch.answers import Answers
    from mailsetup.batch.tables import widened

    if concurrency < 1:
        raise InvalidOptions("concurrency must be at least 1")
    answers = Answers(partial(_options, options), concurrency=concurrency, full=full)
    return cast("Rows", widened(rows, answers, column=column, keep=False))


def hosters(rows: Rows, /, *, options: Given = None, column: str | None = None, concurrency: int = 32) -> Rows:
    """Add the column ``hoster``: whose servers will be asked about each address, as far as that can be told cheaply.

    It is a registrable domain: of the provider's servers, where the provider database knows the domain (nobody is
    asked) or the domain's best mail exchanger; else of that exchanger; else of the domain itself. That takes one
    question to DNS for each domain that is not known. Where the address is missing or wrong it is the empty text.
    Never null, since engines drop groups of nulls.

    It is who *receives* the domain's mail. Behind a filter that hides the mailboxes it is the filter.

    Args:
        rows: the table, of any kind that ``settings`` takes.
        options: as for ``settings``; with ``offline`` nobody is asked.
        column: as for ``settings``.
        concurrency: questions to DNS at a time.

    Raises:
        InvalidOptions: as for ``settings``, or there is a column ``hoster`` already.
    """
    from mailsetup.batch.hosting import Hosters
    from mailsetup.batch.tables import widened

    if concurrency < 1:
        raise InvalidOptions("concurrency must be at least 1")
    maker = Hosters(partial(_options, options), concurrency=concurrency)
    return cast("Rows", widened(rows, maker, column=column, keep=True))


def split(table: pa.Table, parts: int, /, *, column: str = "hoster") -> list[pa.Table]:
    """Split a table into ``parts`` tables, with the rows of each hoster in one of them, side by side.

    The largest hoster goes first, each to the part that has the fewest rows, so no part has more rows above another
    than the largest hoster has. Equal tables give equal parts. Parts are empty where there are more than hosters.

    Args:
        table: what ``hosters`` gave, or any table with such a column.
        parts: how many; a few for each worker, so that one that ends early takes the next.
        column: the column to keep together.

    Raises:
        InvalidOptions: there is no such column, or ``parts`` is below 1.
    """
    from mailsetup.batch.parts import parted

    if parts < 1:
        raise InvalidOptions("parts must be at least 1")
    if column not in table.column_names:
        raise InvalidOptions(f"There is no column {column}.")
    return parted(table, parts, column)


def _options(given: Given) -> Options:
    from mailsetup.model import Options

    if given is None:
        return Options()
    return given() if callable(given) else given


def __getattr__(name: str) -> Any:
    if name != "SCHEMA":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mailsetup.batch.arrow import arrow_schema

    return arrow_schema()
