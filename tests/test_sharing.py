"""How the work is given out when several pytests share it."""

from __future__ import annotations

import pytest

pytest.importorskip("xdist")

from tests.support.sharing import hands, longest_first, piece


def test_a_file_stays_in_one_piece_and_so_does_the_lab() -> None:
    """Fixtures of a file are made once, and the servers of the lab, whose ports are fixed, are started once."""
    assert piece("tests/net/test_dns.py::test_a[x::y]") == piece("tests/net/test_dns.py::test_b")
    assert piece("tests/net/test_dns.py::test_a") != piece("tests/net/test_tls.py::test_a")
    assert piece("tests/lab/test_mail.py::test_a") == piece("tests/lab/exported/test_reading.py::test_b")


def test_nobody_waits_for_slow_tests_at_the_end(request: pytest.FixtureRequest) -> None:
    """Slow tests go out first, then the lab; the others keep their order, and none gets lost."""
    items = request.session.items
    ordered = longest_first(items)
    assert sorted(map(id, ordered)) == sorted(map(id, items))
    ranks = [(item.get_closest_marker("slow") is None, not item.nodeid.startswith("tests/lab/")) for item in ordered]
    assert ranks == sorted(ranks)
    places = {id(item): place for place, item in enumerate(items)}
    last = [places[id(item)] for item, rank in zip(ordered, ranks, strict=True) if rank == (True, True)]
    assert last == sorted(last)


def test_one_more_than_there_are_cores() -> None:
    """At least two, so that the lab never keeps everybody waiting."""
    assert hands() >= 2
