"""The examples as modules, and a network in memory that has something to find."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailsetup.model import Options
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import an example as its own script would be found."""
    monkeypatch.syspath_prepend(ROOT / "examples")

    def load(name: str) -> Any:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    return load


@pytest.fixture
def network() -> FakeNetwork:
    """A domain that publishes an autoconfig document, with both of its servers."""
    return FakeNetwork.from_folder(CASES / "097-probe-confirms")


@pytest.fixture
def options(network: FakeNetwork, tmp_path: Path) -> Options:
    """Options that lead there."""
    return Options(network=network, config_dir=tmp_path, grace=0.2, timeout=5)
