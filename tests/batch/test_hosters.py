"""``batch.hosters`` and ``batch.split``: one hoster, one part."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup import Options, batch
from mailsetup.batch import hosting
from mailsetup.errors import InvalidOptions
from mailsetup.testing import FakeNetwork
from tests.batch import needs, world

needs("pyarrow", "pandas")

import pyarrow as pa  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

MX = {
    "corp.com MX": ["20 mx.backup.net", "10 mx1.mail.hoster.co.uk"],
    "workspace.com MX": "1 aspmx.l.google.com",
    "filtered.com MX": "10 mx1.pphosted.com",
    "slow.com MX": "TIMED-OUT",
    "null.com MX": "0 .",
}


def hosters_of(*addresses: str | None, options: Options) -> list[str]:
    found = batch.hosters(pa.table({"address": pa.array(addresses, pa.string())}), options=options)
    names: list[str] = found["hoster"].to_pylist()
    return names


@pytest.mark.parametrize(
    ("address", "hoster"),
    [
        ("x@gmail.com", "gmail.com"),
        ("x@workspace.com", "gmail.com"),
        ("x@corp.com", "hoster.co.uk"),
        ("x@filtered.com", "pphosted.com"),
        ("x@mail.slow.com", "slow.com"),
        ("x@slow.com", "slow.com"),
        ("x@null.com", "null.com"),
        ("x@printer.local", "printer.local"),
        ("x@[192.0.2.1]", "[192.0.2.1]"),
        ("x@co.uk", "co.uk"),
        ('"a b"@CORP.com', "hoster.co.uk"),
        ("no address", ""),
        (None, ""),
    ],
)
def test_a_hoster_is_whose_servers_are_asked(address: str | None, hoster: str) -> None:
    """The provider's, where its record is known; the best exchanger's; or the domain's own. Never null."""
    assert hosters_of(address, options=Options(network=FakeNetwork(dns=MX))) == [hoster]


def test_only_unknown_domains_are_asked_about_and_once() -> None:
    """One question to DNS for each, and no other."""
    network = FakeNetwork(dns=MX)
    addresses = ["a@gmail.com", "b@corp.com", "c@corp.com", "d@[192.0.2.1]", "wrong", "e@slow.com"]
    hosters_of(*addresses, options=Options(network=network))
    assert sorted(network.asked) == ["MX corp.com", "MX slow.com"]


def test_offline_asks_nobody() -> None:
    """The domain stands for itself then."""
    network = FakeNetwork(dns=MX)
    assert hosters_of("x@www.corp.com", options=Options(network=network, offline=True)) == ["corp.com"]
    assert network.asked == []


@pytest.mark.parametrize("most", [1, hosting.MOST])
def test_batches_share_what_was_learned_in_bounded_memory(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain of an earlier batch is not asked about again while it is remembered."""
    monkeypatch.setattr(hosting, "MOST", most)
    network = FakeNetwork(dns=MX)
    pieces = (pa.RecordBatch.from_pydict({"address": [f"x@{name}"]}) for name in ("corp.com", "slow.com", "corp.com"))
    told = [
        row["hoster"] for piece in batch.hosters(pieces, options=Options(network=network)) for row in piece.to_pylist()
    ]
    assert told == ["hoster.co.uk", "slow.com", "hoster.co.uk"]
    assert network.asked.count("MX corp.com") == (2 if most == 1 else 1)


def test_all_columns_are_kept() -> None:
    """The address too; in a frame, the index."""
    table = pa.table({"id": [5], "mail": ["x@gmail.com"]})
    offline = Options(offline=True)
    marked = batch.hosters(table, options=offline, column="mail")
    assert marked.schema.names == ["id", "mail", "hoster"]
    frame = batch.hosters(table.to_pandas().set_index("id"), options=offline)
    assert (list(frame.columns), frame.index.tolist()) == (["mail", "hoster"], [5])
    with pytest.raises(InvalidOptions, match="Rename hoster"):
        batch.hosters(marked, options=offline, column="mail")
    with pytest.raises(InvalidOptions, match="concurrency"):
        batch.hosters(table, options=offline, concurrency=0)


def test_a_world_of_hosters_is_seen_as_it_is(tmp_path: Path) -> None:
    """Every customer's domain is put to its hoster, many questions at a time."""
    domains = world.domains()
    found = batch.hosters(pa.table({"a": [f"x@{name}" for name in domains]}), options=partial(world.options, tmp_path))
    assert found["hoster"].to_pylist() == list(domains.values())
    assert world.Log(tmp_path).events() == []


@given(
    names=st.lists(st.one_of(st.none(), st.sampled_from("abcdefghij"), st.text(max_size=2))), parts=st.integers(1, 9)
)
def test_a_hoster_is_in_one_part_and_every_row_in_one_place(names: list[str | None], parts: int) -> None:
    """No row is lost or there twice, a hoster's rows stand together and in order, and parts are balanced."""
    table = pa.table({"row": pa.array(range(len(names)), pa.int64()), "hoster": pa.array(names, pa.string())})
    pieces = batch.split(table, parts)
    assert len(pieces) == parts
    assert all(piece.schema == table.schema for piece in pieces)
    assert sorted(row for piece in pieces for row in piece["row"].to_pylist()) == list(range(len(names)))
    seen: list[str] = []
    for piece in pieces:
        told = [
            (name or "", row) for name, row in zip(piece["hoster"].to_pylist(), piece["row"].to_pylist(), strict=True)
        ]
        assert told == sorted(told, key=lambda one: ([name for name, _ in told].index(one[0]), one[1]))
        seen += dict.fromkeys(name for name, _ in told)
    assert len(seen) == len(set(seen)) == len({name or "" for name in names})
    sizes = [piece.num_rows for piece in pieces]
    largest = max((sum((other or "") == (name or "") for other in names) for name in names), default=0)
    assert max(sizes) - min(sizes) <= largest
    assert batch.split(pa.Table.from_batches(table.to_batches(max_chunksize=2), schema=table.schema), parts) == pieces


def test_split_says_what_is_wrong() -> None:
    """A part is at least one, and the column is there."""
    table = pa.table({"hoster": ["a"]})
    with pytest.raises(InvalidOptions, match="parts"):
        batch.split(table, 0)
    with pytest.raises(InvalidOptions, match="no column other"):
        batch.split(table, 1, column="other")
