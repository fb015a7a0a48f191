"""Two workers of a real Dask cluster on this machine, and ``examples/batch_dask.py``; one is killed while it asks."""

from __future__ import annotations

import os
import runpy
import signal
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup import batch
from tests.batch import needs, world

needs("pyarrow", "distributed")

import pyarrow as pa  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

look_up = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "batch_dask.py"))["look_up"]

PARTS = 6
PATIENCE = 60.0


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Two processes, each with one thread for work, on loopback."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # None would be a fixed port, on every network
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=0,
            local_directory=str(tmp_path / "dask"),
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def addresses() -> pa.Table:
    """Some people at each domain, some where nobody is asked, some that are no addresses, all mixed up."""
    people = [f"{name}@{domain}" for domain in world.domains() for name in ("kim", "li")]
    others = [f"x{number}@{domain}" for number in range(5) for domain in ("gmail.com", "gmx.de", "nobody.example")]
    given = sorted([*people, *others, "no address", "kim@"], key=hash_of)
    return pa.table({"row": range(len(given) + 1), "address": [*given, None]})


def hash_of(text: str) -> int:
    """Mix, the same way each time."""
    return int.from_bytes(text.encode(), "little") % 99991


def wait_until(condition: Callable[[], Any]) -> None:
    over = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < over, "waited in vain"
        time.sleep(0.01)


def spans(events: list[world.Event], *, victim: int, killed: float) -> dict[str, list[tuple[float, float]]]:
    """Hoster → from when to when each process had to do with it, in order. The victim's last question ended with it."""
    found: dict[tuple[str, int], list[float]] = {}
    for event in events:
        found.setdefault((event.hoster, event.process), []).append(event.time)
    told: dict[str, list[tuple[float, float]]] = {}
    for (hoster, process), times in found.items():
        is_open = process == victim and unfinished(events, hoster, process)
        told.setdefault(hoster, []).append((times[0], max(times[-1], killed) if is_open else times[-1]))
    return {hoster: sorted(each) for hoster, each in told.items()}


def unfinished(events: list[world.Event], hoster: str, process: int) -> int:
    """How many questions were begun and not ended."""
    return sum(1 if event.is_begin else -1 for event in events if (event.hoster, event.process) == (hoster, process))


def test_a_worker_that_is_killed_loses_nothing_and_repeats_nothing(client: Client, tmp_path: Path) -> None:
    """Every address has one row, the one it has without a cluster; no hoster is asked by two workers at a time."""
    (tmp_path / "alone").mkdir()
    world.Log(tmp_path / "alone").open_gate()
    (tmp_path / "cluster").mkdir()
    log, table = world.Log(tmp_path / "cluster"), addresses()
    alone = batch.settings(table, options=partial(world.options, tmp_path / "alone"))

    options = partial(world.options, tmp_path / "cluster")
    parts = batch.split(batch.hosters(table, options=options), PARTS)
    assert not any(world.GATED in parts[place]["hoster"].to_pylist() for place in (0, -1)), "it is in the middle"

    def asks_the_gated() -> list[int]:
        return [event.process for event in log.events() if event.hoster == world.GATED]

    results = look_up(client, table, options=options, parts=PARTS)
    found = [next(results)]
    wait_until(asks_the_gated)
    (victim,) = set(asks_the_gated())
    assert victim in client.run(os.getpid).values()
    killed = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    log.open_gate()
    found += results

    assert len(found) == PARTS
    assert pa.concat_tables(found).sort_by("row").drop_columns(["hoster"]) == alone
    events = log.events()
    assert unfinished(events, world.GATED, victim) > 0
    assert len(set(asks_the_gated())) == 2
    told = spans(events, victim=victim, killed=killed)
    assert set(told) == set(world.CUSTOMERS)
    for hoster, each in told.items():
        for (_, end), (begin, _) in pairwise(each):
            assert end < begin, hoster
