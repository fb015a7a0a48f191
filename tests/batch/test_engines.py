"""As engines call it: Dask's data frames here; Ray and Spark hand over the kinds of tables in ``test_settings.py``."""

from __future__ import annotations

from functools import partial

from mailsetup import Options, batch
from tests.batch import needs

needs("pyarrow", "pandas", "dask")

import dask.dataframe as dd  # noqa: E402
import pandas as pd  # noqa: E402

OFFLINE = Options(offline=True)
FRAME = pd.DataFrame({"address": ["x@gmail.com", "y@gmx.de", None, "z@nobody.com", "X@gmail.com"]}, index=range(5, 10))


def test_dask_finds_out_the_columns_by_itself() -> None:
    """``map_partitions`` needs no ``meta``, and what it infers is what comes out."""
    lazy = dd.from_pandas(FRAME, npartitions=2).map_partitions(batch.settings, options=OFFLINE)
    done = lazy.compute(scheduler="synchronous")
    pd.testing.assert_frame_equal(done, batch.settings(FRAME, options=OFFLINE))
    assert lazy.dtypes.equals(done.dtypes)


def test_dask_brings_a_hosters_rows_together() -> None:
    """``shuffle`` by the column ``hoster``: each hoster is in one partition, so one worker has it."""
    marked = dd.from_pandas(FRAME, npartitions=3).map_partitions(batch.hosters, options=OFFLINE)
    lazy = marked.shuffle("hoster").map_partitions(partial(batch.settings, options=OFFLINE, column="address"))
    pieces = [piece.compute(scheduler="synchronous") for piece in lazy.partitions]
    seen = [name for piece in pieces for name in piece["hoster"].unique()]
    assert sorted(seen) == ["", "gmail.com", "gmx.net", "nobody.com"]
    assert sorted(label for piece in pieces for label in piece.index) == list(range(5, 10))
