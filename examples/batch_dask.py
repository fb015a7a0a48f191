"""Look a long list of addresses up on a Dask cluster, each hoster asked by one worker at a time.

Usage: ``python batch_dask.py IN.csv OUT.parquet [SCHEDULER]``. The column ``address`` of IN is looked up; without the
address of a scheduler, workers are started on this machine.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from dask.distributed import Client, as_completed

from mailsetup import batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup import Options


def look_up(
    client: Client, addresses: pa.Table, /, *, options: Options | Callable[[], Options] | None = None, parts: int = 64
) -> Iterator[pa.Table]:
    """Give the settings part by part, as they come. A part whose worker dies is done again by another one."""
    marked = batch.hosters(addresses, options=options, column="address")
    work = partial(batch.settings, options=options, column="address")
    # Not pure: asking the network twice may give two answers, so equal parts are not the same task.
    for task in as_completed(client.map(work, batch.split(marked, parts), pure=False)):
        yield task.result()


def main(source: str, target: str, *scheduler: str) -> None:
    """Look up what a CSV file holds, and write Parquet."""
    as_text = pa.csv.ConvertOptions(column_types={"address": pa.string()})
    addresses = pa.csv.read_csv(source, convert_options=as_text)
    with Client(*scheduler) as client:
        found = look_up(client, addresses)
        first = next(found)
        with pa.parquet.ParquetWriter(target, first.schema) as file:
            file.write_table(first)
            for part in found:
                file.write_table(part)


if __name__ == "__main__":
    main(*sys.argv[1:])
