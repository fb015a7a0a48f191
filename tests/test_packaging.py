"""The package as people get it: from an sdist, from a wheel made of that sdist, and editable from a checkout.

Builds and installs for real, into fresh environments, with the package index at hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mailsetup import __version__
from mailsetup.providers.compile import compile_database, read_folder

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = (".git", ".nox", ".venv*", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__",
            "bundled.json", "LC_MESSAGES", ".coverage*", "dist", "build")  # fmt: skip
"""What a clean clone does not have."""


def run(*command: str | Path, cwd: Path | None = None) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "PIP_REQUIRE"))}
    ended = subprocess.run(list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source tree as a fresh clone has it, without anything compiled."""
    target = tmp_path_factory.mktemp("clone") / "mailsetup"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_OURS))
    return target


@pytest.fixture(scope="session")
def sdist(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--outdir", folder, clone)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made of the source distribution, not of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", source)
    (built,) = (folder / "dist").iterdir()
    return built


class Installed(NamedTuple):
    """A fresh environment with the package in it."""

    python: Path
    script: Path


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., Installed]:
    """Install into a fresh environment made with ``venv`` and pip."""

    def into_fresh_environment(*what: str | Path) -> Installed:
        # With a pip of its own in there, and everything compiled that is never imported, each would take twice as long.
        run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
        binaries = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
        pip = (sys.executable, "-m", "pip", "--python", binaries / "python")
        run(*pip, "install", "--quiet", "--no-compile", *what)
        return Installed(binaries / "python", binaries / "mailsetup")

    return into_fresh_environment


INDEX = """
from pathlib import Path
import mailsetup.providers.database as database
print(Path(database.__file__).with_name("bundled.json").read_text("utf-8"))
"""


def check(installed: Installed, away: Path) -> None:
    """It looks addresses up, speaks German, and has the very index that the files compile to."""
    found = json.loads(run(installed.python, "-m", "mailsetup", "x@gmail.com", "--offline", "--json", cwd=away))
    assert (found["incoming"]["hostname"], found["incoming"]["port"]) == ("imap.gmail.com", 993)
    assert "Passwort" in run(installed.script, "x@gmail.com", "--offline", "--lang", "de", cwd=away)
    assert f"mailsetup {__version__}" in run(installed.script, "--version", cwd=away)
    compiled = compile_database(read_folder(ROOT / "data" / "providers").values()).decode()
    assert run(installed.python, "-c", INDEX, cwd=away).strip() == compiled.strip()


def test_from_the_wheel(wheel: Path, install: Callable[..., Installed], tmp_path: Path) -> None:
    """What the package index serves."""
    check(install(wheel), tmp_path)


def test_from_the_sdist(sdist: Path, install: Callable[..., Installed], tmp_path: Path) -> None:
    """What distributors build from."""
    check(install(sdist), tmp_path)


def test_editable(clone: Path, install: Callable[..., Installed], tmp_path: Path) -> None:
    """What contributors have; the compiled files land in the source tree."""
    check(install("--editable", clone), tmp_path)
    assert (clone / "src" / "mailsetup" / "providers" / "bundled.json").exists()


def test_the_sdist_has_what_a_build_and_a_test_run_need(sdist: Path) -> None:
    """Sources, data, tests, documents; nothing compiled and nothing of the workshop."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for wanted in ("pyproject.toml", "hatch_build.py", "noxfile.py", ".ci/run", "LICENSE", "README.md", "CHANGELOG.md",
                   "data/providers/gmail.toml", "src/mailsetup/locale/de.po", "tests/conftest.py",
                   "docs/architecture.md", "src/mailsetup/py.typed"):  # fmt: skip
        assert wanted in names
    assert not [name for name in names if name.endswith((".pyc", ".mo", "bundled.json"))]
    assert not [name for name in names if name.startswith((".nox", ".venv", "benchmarks/results"))]


def test_the_wheel_has_the_package_and_nothing_else(wheel: Path) -> None:
    """Typed, with its compiled files and its licence; no tests, no data sources."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for wanted in (
        "mailsetup/py.typed",
        "mailsetup/providers/bundled.json",
        "mailsetup/locale/de/LC_MESSAGES/mailsetup.mo",
    ):
        assert wanted in names
    assert {name.partition("/")[0] for name in names} == {"mailsetup", f"mailsetup-{__version__}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".toml", ".pyc"))]


def test_builds_are_reproducible(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """Building twice from the same source gives the same bytes."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "again", source)
    (again,) = (tmp_path / "again").iterdir()
    assert again.read_bytes() == wheel.read_bytes()
