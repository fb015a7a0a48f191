"""``batch.settings``: a table in, the same kind out, a row for each row, saying what ``discover_many`` says."""

from __future__ import annotations

import json
import pickle
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailsetup
from mailsetup import Discovery, Options, batch
from mailsetup.batch import SPARK_SCHEMA, tables
from mailsetup.errors import InvalidOptions
from mailsetup.render.row import COLUMNS as ROW
from tests.batch import needs, world

needs("pyarrow", "pandas")

import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OFFLINE = Options(offline=True)
GIVEN = ["x@gmail.com", None, "no address", "", "y@gmx.de", "z@nobody.com", "X@Gmail.com"]


def find(rows: Any, **changes: Any) -> Any:
    return batch.settings(rows, **{"options": OFFLINE, **changes})


def as_list(rows: Any) -> list[dict[str, Any]]:
    """Any kind of table, as Python's objects."""
    if isinstance(rows, pd.DataFrame):
        rows = pa.Table.from_pandas(rows, preserve_index=False)
    if not isinstance(rows, (pa.Table, pa.RecordBatch)):
        rows = pa.Table.from_batches(rows)
    told: list[dict[str, Any]] = rows.to_pylist()
    return told


def test_it_says_what_discover_many_says() -> None:
    """The pair, the evidence, the problems, and with ``full`` the whole result."""
    told = find(pa.table({"address": GIVEN}), full=True).to_pylist()
    results = mailsetup.discover_many([text or "" for text in GIVEN], options=OFFLINE)
    for row, text, result in zip(told, GIVEN, results, strict=True):
        assert row["address"] == text
        if not isinstance(result, Discovery):
            assert row["error"] == result.code
            assert [row["found"], row["confirmed"], row["result"], row["incoming_port"]] == [False, False, None, None]
            continue
        again = Discovery.model_validate_json(row["result"])
        assert again.servers == result.servers
        assert (row["found"], row["confirmed"], row["error"]) == (result.found, result.confirmed, None)
        assert row["problems"] == [problem.code for problem in result.problems]
        for side, server in (("incoming", result.incoming), ("outgoing", result.outgoing)):
            told_of = {fact: row[f"{side}_{fact}"] for fact in ("hostname", "port", "security", "trust", "sources")}
            wanted = dict.fromkeys(told_of) if server is None else server.model_dump(mode="json", include=set(told_of))
            assert told_of == wanted


def test_a_probe_is_told(tmp_path: Path) -> None:
    """What live conversations showed stands beside each server."""
    world.Log(tmp_path).open_gate()
    found = find(pa.table({"address": ["x@customer0-of-hoster0.example"]}), options=partial(world.options, tmp_path))
    (row,) = found.to_pylist()
    assert (row["incoming_hostname"], row["outgoing_username"]) == ("imap.hoster0.example", "x")
    assert (row["incoming_outcome"], row["outgoing_outcome"]) == ("connection-refused", "connection-refused")
    assert (row["incoming_trust"], row["incoming_needs_consent"]) == (1, True)


TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["x@gmail.com", "y@nobody.com"])))


@given(given=TEXTS, cut=st.integers(1, 5))
def test_every_row_comes_out_once_and_in_its_place(given: list[str | None], cut: int) -> None:
    """Whatever texts the column holds, in every kind of table, however it is cut into batches."""
    table = pa.table({"number": range(len(given)), "address": pa.array(given, pa.string())})
    pieces = table.to_batches(max_chunksize=cut)
    empty = table.schema.empty_table().to_batches(max_chunksize=1) or [pa.RecordBatch.from_pylist([], table.schema)]
    told = as_list(find(table))
    assert [(row["number"], row["address"]) for row in told] == list(enumerate(given))
    assert all(row["error"] for row in told if row["address"] is None)
    for other in (
        find(pa.Table.from_batches(pieces, schema=table.schema)),
        find(iter([*empty, *pieces, *empty])),
        find(table.to_pandas()),
    ):
        assert as_list(other) == told


@pytest.mark.parametrize("rows", [0, 1, tables.CHUNK, tables.CHUNK + 1])
def test_a_long_table_is_done_in_pieces(rows: int) -> None:
    """None of which is lost."""
    found = find(pa.table({"address": ["x@gmail.com"] * rows}))
    assert found.num_rows == rows
    assert found.schema == batch.SCHEMA


def test_every_kind_comes_back_as_itself() -> None:
    """Table, batch, iterator of batches, pandas frame."""
    table = pa.table({"address": GIVEN})
    assert isinstance(find(table), pa.Table)
    assert isinstance(find(table.to_batches()[0]), pa.RecordBatch)
    assert isinstance(find(table.to_pandas()), pd.DataFrame)
    assert all(isinstance(each, pa.RecordBatch) for each in find(iter(table.to_batches())))


def test_an_iterator_is_not_read_further_than_needed() -> None:
    """A batch that is known here goes out before the next one is read, so that memory stays flat."""
    read = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(3):
            read.append(number)
            yield pa.RecordBatch.from_pydict({"address": [f"x{number}@gmail.com"]})

    found = find(batches())
    assert read == []
    assert next(found).to_pylist()[0]["incoming_username"] == "x0@gmail.com"
    assert read == [0]


def test_other_columns_are_carried_through() -> None:
    """In front, unchanged; a frame keeps its index and the types of its columns."""
    table = pa.table({"id": pa.array([7, 8], pa.int8()), "mail": GIVEN[:2], "note": ["a", None]})
    found = find(table, column="mail")
    assert found.schema.names == ["id", "note", *batch.COLUMNS]
    assert found.select(["id", "note"]).equals(table.select(["id", "note"]))
    frame = table.to_pandas().set_index("id")
    told = find(frame, column="mail")
    assert told.index.equals(frame.index)
    assert told["note"].equals(frame["note"])
    assert told["incoming_port"].tolist() == [993, pd.NA]
    assert str(told.dtypes["incoming_port"]) == "int32[pyarrow]"


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.null()])
def test_every_type_of_text_will_do(kind: pa.DataType) -> None:
    """So will a column without a single address."""
    given = [None, None] if kind == pa.null() else GIVEN
    told = as_list(find(pa.table({"address": pa.array(given, kind)})))
    assert [row["address"] for row in told] == given


def test_a_frame_may_hold_anything() -> None:
    """What is no text in a column of objects counts as missing; half a surrogate pair is replaced."""
    told = find(pd.DataFrame({"address": pd.Series(["x@gmail.com", 7, float("nan"), "\ud800@b.com"], dtype=object)}))
    assert told["address"].tolist() == ["x@gmail.com", pd.NA, pd.NA, "?@b.com"]
    assert told["error"].tolist()[:3] == [pd.NA, "empty", "empty"]


@pytest.mark.parametrize(
    ("rows", "arguments", "sentence"),
    [
        (pa.table({"a": [""], "b": [""]}), {}, "no column address, but a, b"),
        (pa.table({"a": [""]}), {"column": "b"}, "no column b"),
        (pa.table({"address": [7]}), {}, "int64"),
        (pa.table({"address": [""], "found": [1]}), {}, "Rename found"),
        (pa.table({"mail": [""], "address": [""]}), {"column": "mail"}, "Rename address"),
        (pa.table([[""], [1], [2]], names=["address", "a", "a"]), {}, "same name"),
        (pa.table({"address": [""]}), {"concurrency": 0}, "concurrency"),
        ({"address": [""]}, {}, "dict is not a table"),
    ],
)
def test_a_table_that_does_not_fit_is_the_callers_mistake(rows: Any, arguments: dict[str, Any], sentence: str) -> None:
    """Told in a sentence; no column is lost in silence."""
    with pytest.raises(InvalidOptions, match=sentence):
        find(rows, **arguments)


def test_it_can_be_sent_to_a_worker() -> None:
    """The function with its options pickles; a function that gives them is called on the worker."""
    send = pickle.dumps(partial(batch.settings, options=OFFLINE, column="mail"))
    (row,) = pickle.loads(send)(pa.table({"mail": ["x@gmail.com"]})).to_pylist()  # noqa: S301  (our own)
    assert row["incoming_hostname"] == "imap.gmail.com"
    (other,) = find(
        pa.table({"mail": ["x@gmail.com"]}), options=lambda: Options(offline=True, prefer="pop3")
    ).to_pylist()
    assert other["incoming_hostname"] == "pop.gmail.com"


def test_without_options_nothing_is_needed_for_what_is_no_address() -> None:
    """The default is ``Options()``."""
    assert batch.settings(pa.table({"a": ["x"]})).to_pylist()[0]["error"] == "no-at"


def test_the_schemas_agree() -> None:
    """Arrow's, Spark's and the columns of ``mailsetup bulk`` are one list."""
    kinds = {"string": "STRING", "bool": "BOOLEAN", "int32": "INT", "list<item: string>": "ARRAY<STRING>"}
    assert ", ".join(f"{field.name} {kinds[str(field.type)]}" for field in batch.SCHEMA) == SPARK_SCHEMA
    assert [name for name in batch.COLUMNS if name in ROW] == list(ROW)
    assert all(column.meaning for column in batch.COLUMNS.values())


def test_json_is_whole() -> None:
    """The column ``result`` is one JSON object a row."""
    (row,) = find(pa.table({"address": ["x@gmail.com"]}), full=True).to_pylist()
    assert json.loads(row["result"])["incoming"]["hostname"] == row["incoming_hostname"]
