"""The Dask example as a program. That it survives a worker is shown in ``tests/batch/test_cluster.py``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mailsetup import Options
from tests.batch import needs

needs("pyarrow", "distributed")

import pyarrow as pa  # noqa: E402
import pyarrow.parquet  # noqa: E402
from distributed import LocalCluster  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_a_file_in_and_a_file_out(
    example: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSV becomes Parquet, with a row for each row."""
    script = example("batch_dask")
    monkeypatch.setattr(script, "look_up", partial(script.look_up, options=Options(offline=True), parts=3))
    (tmp_path / "in.csv").write_text("id,address\n1,x@gmail.com\n2,\n3,y@gmx.de\n4,z@gmail.com\n", encoding="utf-8")
    here = {"protocol": "tcp://", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=1, processes=False, **here) as cluster:
        script.main(str(tmp_path / "in.csv"), str(tmp_path / "out.parquet"), cluster.scheduler_address)
    told = pa.parquet.read_table(tmp_path / "out.parquet").sort_by("id").to_pylist()
    assert [row["address"] for row in told] == ["x@gmail.com", "", "y@gmx.de", "z@gmail.com"]
    assert [row["hoster"] for row in told] == ["gmail.com", "", "gmx.net", "gmail.com"]
    assert [row["incoming_hostname"] for row in told] == ["imap.gmail.com", None, "imap.gmx.net", "imap.gmail.com"]
