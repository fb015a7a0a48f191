"""What is run before anything is merged: ``nox``.

The default sessions are lint, tests on every Python that is found, coverage of one of them, and the documentation.
Tests run against the installed wheel, never against the source tree, so a file that is missing from the package is
noticed. Environments are kept between runs; ``nox --reuse-venv no`` starts afresh.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "tests", "coverage", "docs"]
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]

# Pythons that pyenv has built need not be on the PATH; those that are there already come first.
for version in PYTHONS:
    for folder in sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin")):
        os.environ["PATH"] += os.pathsep + str(folder)

FOUND = [version for version in PYTHONS if shutil.which(f"python{version}")]

# One Python watches each line, for that costs time: an old one, because from 3.12 on a watched program takes four times
# as long to start; and never the one that has the slow tests, if there is a choice.
WATCHED = next((version for version in ("3.11", "3.10") if version in FOUND), FOUND[-2:][0] if FOUND else "")


def requirements(*groups: str) -> list[str]:
    """The package's own dependencies, and those of the groups in ``pyproject.toml``."""
    return [*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, *groups)]


_WHEELS = ROOT / ".nox" / "wheel"
_built: list[Path] = []


def wheel(session: nox.Session) -> Path:
    """Build the wheel, once a run: it is the same for every Python."""
    if not _built:
        shutil.rmtree(_WHEELS, ignore_errors=True)
        session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={_WHEELS}", str(ROOT))
        _built.extend(_WHEELS.glob("*.whl"))
    return _built[0]


def install_wheel(session: nox.Session, *groups: str) -> None:
    """Install the package as its users do, and what the session needs beside it."""
    session.install("--quiet", *requirements(*groups))
    session.install("--quiet", "--no-deps", "--force-reinstall", str(wheel(session)))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the test-suite; arguments behind ``--`` go to pytest."""
    # Large packages, and the same on every Python: the one that is watched and the one that has the slow tests.
    has_cluster = session.python in (FOUND[-1], WATCHED)
    install_wheel(session, "test", *(["cluster"] if has_cluster else []))
    session.env["MAILSETUP_BATCH"] = "require" if has_cluster else ""
    # Building and installing the package again in every way there is takes a minute: one Python does it for all.
    chosen = () if session.python == FOUND[-1] else ("-m", "not slow")
    watched = session.python == WATCHED
    session.env["COVERAGE_FILE"] = str(ROOT / f".coverage.{session.python}")
    session.run(*("coverage run -m pytest" if watched else "pytest").split(), "-n", "auto", *chosen, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types and the direction of imports."""
    session.install("--quiet", *requirements("dev"))
    session.env["PYTHONPATH"] = str(ROOT / "src")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports", "--no-cache")


@nox.session
def coverage(session: nox.Session) -> None:
    """Add up what the tests have covered, and show what is missing."""
    session.install("--quiet", "coverage[toml]>=7.10")
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into ``site``; every warning is an error, and the network is not needed."""
    install_wheel(session, "docs")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "site")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, print a table a topic, and write ``benchmarks/results``; ``-- --check`` names what has become slower."""
    install_wheel(session, "test")
    session.run("python", "benchmarks/run.py", *session.posargs)
