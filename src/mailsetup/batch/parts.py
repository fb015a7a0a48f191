"""A table in parts, each hoster wholly in one of them."""

from __future__ import annotations

from heapq import heapify, heapreplace
from typing import TYPE_CHECKING, Any

from mailsetup.batch.arrow import load

if TYPE_CHECKING:
    import pyarrow as pa


def parted(table: pa.Table, parts: int, column: str, /) -> list[pa.Table]:
    """Give the parts: the largest hoster first, to the part with the fewest rows. A null is one hoster."""
    pa = load()
    import pyarrow.compute as pc

    names = pc.fill_null(table.column(column).cast(pa.large_string()).combine_chunks(), "")
    order = pc.sort_indices(names)  # stable: a hoster's rows stay in the order they came in
    runs = pc.run_end_encode(names.take(order))
    chosen: list[list[Any]] = [[] for _ in range(parts)]
    filled = [(0, part) for part in range(parts)]
    heapify(filled)
    ends = runs.run_ends.to_pylist()
    starts = [0, *ends][: len(ends)]
    sizes = [end - start for start, end in zip(starts, ends, strict=True)]
    for hoster in sorted(range(len(ends)), key=lambda hoster: (-sizes[hoster], hoster)):  # equal ones by name
        rows, part = filled[0]
        chosen[part].append(order.slice(starts[hoster], sizes[hoster]))
        heapreplace(filled, (rows + sizes[hoster], part))
    return [table.take(pa.concat_arrays(pieces) if pieces else order.slice(0, 0)) for pieces in chosen]
