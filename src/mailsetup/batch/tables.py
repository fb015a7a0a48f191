"""Kinds of tables: what comes in goes out as the same kind, with new columns, whatever makes them.

An iterator of batches is the general case: a table is read as one, a batch is one of length one. Columns that are
not ours are never converted. pandas is loaded by whoever has made a frame, not here.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from mailsetup.batch.arrow import load
from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    import pyarrow as pa

    Texts = list[str | None]

DEFAULT_COLUMN = "address"

CHUNK = 10_000
"""Rows of a table that are turned into Python's objects at a time."""

_TEXT_TYPES = ("string", "large_string", "string_view", "null")
"""Arrow's types of text, and the type of a column that holds nothing."""


class Maker(Protocol):
    """Makes new columns from a column of addresses."""

    @property
    def schema(self) -> pa.Schema:
        """The new columns."""
        ...

    def make(self, texts: Iterator[Texts], /) -> Iterator[pa.RecordBatch]:
        """Give one batch of new columns for each list of addresses, as many rows, in their order."""
        ...


def widened(rows: Any, maker: Maker, /, *, column: str | None, keep: bool) -> Any:
    """Add the columns that ``maker`` makes from the addresses in ``rows``.

    Args:
        rows: a table of any kind.
        maker: makes the new columns.
        column: the column of addresses; ``None``: ``address``, or the only one there is.
        keep: whether it stays; otherwise the new columns take its place.

    Raises:
        InvalidOptions: it is not a table, or its columns do not fit.
    """
    pa = load()
    if isinstance(rows, pa.Table):
        schema = _widened_schema(rows.schema, maker, column, keep=keep)
        batches = _batches(iter(rows.to_batches(max_chunksize=CHUNK)), maker, column, keep=keep)
        return pa.Table.from_batches(batches, schema=schema)
    if isinstance(rows, pa.RecordBatch):
        return next(_batches(iter([rows]), maker, column, keep=keep))
    pandas: Any = sys.modules.get("pandas")
    if pandas is not None and isinstance(rows, pandas.DataFrame):
        return _frame(rows, maker, column, keep=keep, pandas=pandas)
    if not hasattr(rows, "__next__"):
        raise InvalidOptions(f"{type(rows).__name__} is not a table: give one of Arrow or pandas, or batches of Arrow.")
    return _batches(rows, maker, column, keep=keep)


def _batches(
    batches: Iterator[pa.RecordBatch], maker: Maker, column: str | None, *, keep: bool
) -> Iterator[pa.RecordBatch]:
    pa = load()
    read = deque[Any]()

    def texts() -> Iterator[Texts]:
        for batch in batches:
            read.append(batch)
            yield _texts(batch.column(_address_column(batch.schema.names, maker, column, keep=keep)))

    for made in maker.make(texts()):
        batch = read.popleft()
        schema = _widened_schema(batch.schema, maker, column, keep=keep)
        kept = [batch.column(name) for name in schema.names[: -len(maker.schema)]]
        yield pa.RecordBatch.from_arrays([*kept, *made.columns], schema=schema)


def _frame(frame: pd.DataFrame, maker: Maker, column: str | None, *, keep: bool, pandas: Any) -> pd.DataFrame:
    pa = load()
    name = _address_column(list(frame.columns), maker, column, keep=keep)
    texts = [_clean(value) if isinstance(value, str) else None for value in frame[name].tolist()]
    chunks = (texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK))
    made = pa.Table.from_batches(maker.make(chunks), schema=maker.schema).to_pandas(types_mapper=pandas.ArrowDtype)
    made.index = frame.index
    return pandas.concat([frame if keep else frame.drop(columns=[name]), made], axis=1)


def _clean(text: str) -> str:
    """Replace halves of surrogate pairs, which Python's texts can hold and nobody else's."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _texts(array: pa.Array) -> Texts:
    pa = load()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if str(array.type) not in _TEXT_TYPES:
        raise InvalidOptions(f"The column of addresses holds {array.type}, and no text.")
    found: Texts = array.to_pylist()
    return found


def _widened_schema(schema: pa.Schema, maker: Maker, column: str | None, *, keep: bool) -> pa.Schema:
    name = _address_column(schema.names, maker, column, keep=keep)
    kept = [field for field in schema if keep or field.name != name]
    # Without pandas' notes on an index, and whatever else was noted about the table as it was.
    return load().schema([*kept, *maker.schema])


def _address_column(names: Sequence[str], maker: Maker, column: str | None, *, keep: bool) -> str:
    """Find the column of addresses, and see that the others are not in the way of the new ones."""
    if column is None:
        column = names[0] if len(names) == 1 else DEFAULT_COLUMN
    if column not in names:
        raise InvalidOptions(f"There is no column {column}, but {_listed(names)}: name the one of the addresses.")
    others = [name for name in names if keep or name != column]
    in_the_way = sorted(set(others) & set(maker.schema.names))
    if in_the_way:
        raise InvalidOptions(f"Rename {_listed(in_the_way)}: new columns will have these names.")
    if len(set(names)) < len(names):
        raise InvalidOptions("Two columns have the same name.")
    return column


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "none at all"
