"""The web service answers, and its limits hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.model import Options
from mailsetup.testing import FakeNetwork
from tests.examples.conftest import CASES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest.importorskip("fastapi", reason="fastapi is not installed (group test)")


def client_for(service: Any, tmp_path: Path, **limits: int) -> tuple[Any, FakeNetwork]:
    from fastapi.testclient import TestClient

    network = FakeNetwork.from_folder(CASES / "097-probe-confirms", allow_private_addresses=False)
    options = Options.for_server_side(network=network, config_dir=tmp_path, grace=0.2)
    return TestClient(service.build(options, **limits)), network


def test_it_answers_with_what_a_form_needs(example: Callable[[str], Any], tmp_path: Path) -> None:
    """Settings and problems; the address itself reaches nobody (for_server_side)."""
    client, network = client_for(example("fastapi_endpoint"), tmp_path)
    answer = client.post("/lookup", json={"address": "kim@corp.example"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["confirmed"]
    assert body["incoming"]["hostname"] == "mail.corp.example"
    assert "attempts" not in body
    assert not [line for line in network.asked if "kim" in line]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"address": "no at sign"}, 422), ({"address": "a" * 250 + "@b.example"}, 422), ({"address": 7}, 422), ({}, 422)],
)
def test_nonsense_is_the_client_s_mistake(
    sent: dict[str, object], status: int, example: Callable[[str], Any], tmp_path: Path
) -> None:
    """What is no address costs nobody a packet."""
    client, network = client_for(example("fastapi_endpoint"), tmp_path)
    assert client.post("/lookup", json=sent).status_code == status
    assert network.asked == []


def test_a_client_gets_so_many_a_minute(example: Callable[[str], Any], tmp_path: Path) -> None:
    """The next one is told when to come back."""
    client, _ = client_for(example("fastapi_endpoint"), tmp_path, per_minute=2)
    answers = [client.post("/lookup", json={"address": "kim@corp.example"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_the_window_slides_and_memory_is_bounded(
    example: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute a client is served again, and is forgotten when others need the room."""
    service = example("fastapi_endpoint")
    monkeypatch.setattr(service, "CLIENTS", 2)
    limit = service.RateLimit(1)
    assert [limit.admit("a", now=0), limit.admit("a", now=59), limit.admit("a", now=61)] == [True, False, True]
    assert [limit.admit("b", now=62), limit.admit("c", now=63), limit.admit("c", now=125)] == [True, False, True]


def test_it_is_full_when_it_is_full(example: Callable[[str], Any], tmp_path: Path) -> None:
    """More look-ups at once than there are places are turned away at once, not queued."""
    client, network = client_for(example("fastapi_endpoint"), tmp_path, at_once=0)
    assert client.post("/lookup", json={"address": "kim@corp.example"}).status_code == 503
    assert network.asked == []
