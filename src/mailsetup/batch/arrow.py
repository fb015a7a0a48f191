"""The one place that loads pyarrow, and the columns in its types."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailsetup.batch.columns import COLUMNS
from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    import pyarrow as pa


def load() -> Any:
    """Load pyarrow.

    Raises:
        InvalidOptions: it is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise InvalidOptions("tables need the package pyarrow: install mailsetup[batch]") from error
    return pyarrow


@lru_cache(maxsize=1)
def arrow_schema() -> pa.Schema:
    """``COLUMNS`` as an Arrow schema. Whole numbers are signed, since Spark has no others."""
    pa = load()
    types = {"text": pa.string(), "flag": pa.bool_(), "number": pa.int32(), "texts": pa.list_(pa.string())}
    return pa.schema([(name, types[column.kind]) for name, column in COLUMNS.items()])
