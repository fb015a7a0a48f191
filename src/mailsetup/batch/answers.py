"""Addresses → columns of settings. One run of ``discover_many`` over all batches: none waits for another's end."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from mailsetup.batch.arrow import arrow_schema, load
from mailsetup.batch.columns import COLUMNS
from mailsetup.blocking import discover_many
from mailsetup.errors import InvalidAddress
from mailsetup.render.row import as_row, flat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from mailsetup.batch.tables import Texts
    from mailsetup.model import Discovery, Options, Server

    Result = Discovery | InvalidAddress


class Answers:
    """Makes the columns of ``settings``."""

    def __init__(self, options: Callable[[], Options], /, *, concurrency: int, full: bool) -> None:
        self._options = options
        self._concurrency = concurrency
        self._full = full

    @property
    def schema(self) -> pa.Schema:
        """All of ``COLUMNS``."""
        return arrow_schema()

    def make(self, texts: Iterator[Texts], /) -> Iterator[pa.RecordBatch]:
        """Give a batch of settings for each list of addresses."""
        asked = deque[Any]()

        def addresses() -> Iterator[str]:
            for chunk in texts:
                asked.append(chunk)
                yield from (text or "" for text in chunk)

        rows: list[dict[str, Any]] = []
        options = self._options()
        if not self._full and "services" not in options.model_fields_set:
            options = options.model_copy(update={"services": False})  # no column is for them
        for result in discover_many(addresses(), options=options, concurrency=self._concurrency):
            while not asked[0]:
                yield self._batch(asked.popleft())
            rows.append(self._row(asked[0][len(rows)], result))
            if len(rows) == len(asked[0]):
                yield self._batch(rows)
                asked.popleft()
                rows = []
        for chunk in asked:  # empty ones
            yield self._batch(chunk)

    def _row(self, asked: str | None, result: Result) -> dict[str, Any]:
        told = as_row(asked, result)
        if isinstance(result, InvalidAddress):
            return told
        for side, server in (("incoming", result.incoming), ("outgoing", result.outgoing)):
            if server is not None:
                told[side] |= _evidence(server)
        if self._full:
            told["result"] = result.model_dump_json()
        return flat(told)

    def _batch(self, rows: list[Any]) -> pa.RecordBatch:
        pa = load()
        arrays = [pa.array([row.get(name) for row in rows], type=self.schema.field(name).type) for name in COLUMNS]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _evidence(server: Server) -> dict[str, Any]:
    return {
        "trust": int(server.trust),
        "sources": [str(source) for source in server.sources],
        "outcome": server.probe and server.probe.outcome._value_,
    }
