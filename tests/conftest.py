"""For every test: no packet leaves this machine, nothing of the developer's own is read, the data is fresh."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import mailsetup
from tests.support.artifacts import refresh_artifacts
from tests.support.guard import stay_at_home

ROOT = Path(__file__).resolve().parents[1]

# The quick profile takes the same examples each time, so that nobody's change fails by chance; the thorough one looks
# for new ones: HYPOTHESIS_PROFILE=thorough.
_COMMON: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, derandomize=True, **_COMMON)
settings.register_profile("thorough", max_examples=2000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure() -> None:
    """Prepare the process before any test module is imported."""
    sys.addaudithook(stay_at_home)
    empty = tempfile.mkdtemp(prefix="mailsetup-test-home-")
    os.environ |= {"XDG_CONFIG_HOME": empty, "XDG_CACHE_HOME": empty, "XDG_DATA_HOME": empty, "PYTHONUTF8": "1"}
    # typer colours everything where one of these is set, whatever it says.
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "PY_COLORS",
        "GITHUB_ACTIONS",
        "COLUMNS",
        "LANGUAGE",
        "LC_ALL",
        "LC_MESSAGES",
        "MAILSETUP_CACHE_DIR",
    ):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"
    if Path(str(mailsetup.__file__)).is_relative_to(ROOT):
        refresh_artifacts(ROOT)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto``, as many as suit these tests (``support/sharing.py``)."""
    from tests.support.sharing import hands

    return hands()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whoever shares the work and says no more than ``-n`` gets our way of giving it out."""
    if config.option.dist != "load":
        return None
    from tests.support.sharing import Sharing

    return Sharing(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One that has a share of the work begins with what takes longest."""
    if hasattr(config, "workerinput"):
        from tests.support.sharing import longest_first

        items[:] = longest_first(items)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ["XDG_CONFIG_HOME"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_network_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the developer's environment must not send a test elsewhere."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What one test has heard is not told to the next, whose nameserver may have got the same port."""
    if (store := sys.modules.get("mailsetup.net.cache.store")) is not None:
        store.MEMORY.clear()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Every asynchronous test runs on both event loops."""
    return str(request.param)
