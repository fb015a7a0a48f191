"""The part of the benchmarks that decides: what counts as slower."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import table
from benchmarks.run import TOPICS
from benchmarks.table import Measured

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_takes_a_fifth_longer_is_named() -> None:
    """Noise is not reported, nor what is new or was never measured."""
    before = {"steady": 1.0, "noisy": 1.0, "slower": 1.0, "gone": 1.0}
    now = {"steady": 0.9, "noisy": 1.19, "slower": 1.3, "new": 9.0}
    assert table.slower(now, before) == {"slower": 1.3}


def test_a_topic_on_record_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    """A run of one topic does not lose what is known of another; rows without a ratio cannot be compared."""
    path = tmp_path / "recorded.json"
    table.record({"a": [Measured("x", 10, "ms", ratio=1.5), Measured("y", 10, "ms")]}, path=path)
    table.record({"b": [Measured("  z", 10, "ms", ratio=2)]}, path=path)
    table.record({"a": [Measured("x", 10, "ms", ratio=1.25)]}, path=path)
    assert table.read_recorded(path) == {"a": {"x": 1.25}, "b": {"z": 2}}


def test_what_is_on_record_is_of_topics_that_exist() -> None:
    """A renamed topic would never be compared with anything again."""
    assert set(table.read_recorded()) <= {name for name, topic in TOPICS.items() if topic.is_ours}
    assert {"startup", "discovery", "probes", "formats"} <= set(table.read_recorded())


def test_a_missed_target_says_so() -> None:
    """The verdict compares the value with the target; without a target there is none."""
    rows = [Measured("a", 2, "ms", 1), Measured("b", 1, "ms", 1), Measured("c", 1, "ms")]
    assert [row.verdict for row in rows] == ["MISSED", "met", ""]
