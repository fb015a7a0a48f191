"""What is written for people is true: examples run, links lead somewhere, lists are complete."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import mailsetup
from mailsetup.testing import FakeNetwork
from tests.batch import needs
from tests.support.program import run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("README.md")])
PACKAGE = Path(str(mailsetup.__file__)).parent

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"^(?P<expression>\S.*?)\s+# → (?P<value>.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def with_checks(code: str) -> str:
    """Turn ``expression  # → value`` into an assertion that the value is so."""
    return _SHOWN.sub(r"assert (\g<expression>) == (\g<value>), (\g<expression>)", code)


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """Examples call the library as users do; what they ask goes to an empty network in memory."""
    network = FakeNetwork()

    @asynccontextmanager
    async def no_network(options: mailsetup.Options) -> AsyncIterator[Any]:
        yield options.network or network

    import mailsetup.asking as engine
    import mailsetup.net as door

    for module in (engine, door):
        monkeypatch.setattr(module, "open_network", no_network)
    monkeypatch.setattr("mailsetup.net.offline.has_network", lambda _options: True)
    return network


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_python_example_runs(
    page: Path, in_memory: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From top to bottom, with what was defined above; ``# → value`` is what comes out."""
    needs(*re.findall(r"^import (pyarrow)", "\n".join(blocks(page, "python")), re.MULTILINE))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "example"}
    for code in blocks(page, "python"):
        compiled = compile(with_checks(code), str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if compiled.co_flags & inspect.CO_COROUTINE:

            async def example(program: Any = compiled) -> None:
                await eval(program, namespace)  # noqa: S307  (our own documentation)

            anyio.run(example)
        else:
            exec(compiled, namespace)  # noqa: S102  (our own documentation)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    """Links within the repository; the network is not asked about the others."""
    targets = [link.partition("#")[0] for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def names_of(requirements: list[Any]) -> set[str]:
    """The packages of a dependency list, without version, extras and markers."""
    return {re.split(r"[\[<>=;! ]", line, maxsplit=1)[0] for line in requirements if isinstance(line, str)}


@pytest.mark.parametrize(
    ("title", "requirements"),
    [
        ("At run time", PROJECT["project"]["dependencies"]),
        (
            "On demand (extras)",
            [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra],
        ),
        ("To build the package", PROJECT["build-system"]["requires"]),
        ("To test (group `test`)", PROJECT["dependency-groups"]["test"]),
        ("To try engines (group `cluster`)", PROJECT["dependency-groups"]["cluster"]),
        ("To check (group `lint`)", PROJECT["dependency-groups"]["lint"]),
        ("To build the documentation (group `docs`)", PROJECT["dependency-groups"]["docs"]),
    ],
)
def test_every_dependency_has_its_reason(title: str, requirements: list[Any]) -> None:
    """docs/dependencies.md lists exactly what pyproject.toml asks for, in each of its lists."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    assert {row[1].strip().strip("`") for row in rows} == names_of(requirements)
    assert all(len(cell.strip()) > 5 for row in rows for cell in row[2:4]), "a reason, and what else was weighed"


def test_the_changelog_has_this_version() -> None:
    """Its newest entry is the version that is being built."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^\]]+)\] – (unreleased|\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert newest is not None
    assert newest[1] == mailsetup.__version__


def test_the_glossary_is_in_order_and_has_the_nouns() -> None:
    """A word is found where one looks for it, and the words of the public names are among them."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)
    spelt = [re.sub("[^a-z]", "", word.lower()) for word in words]
    assert spelt == sorted(spelt)
    listed = {part.strip().lower() for word in words for part in word.split(",")}
    for noun in (
        "Address",
        "Attempt",
        "Discovery",
        "Finding",
        "Probe",
        "Provider",
        "Server",
        "Service",
        "Source",
        "Trust",
    ):
        assert noun.lower() in listed


def test_every_exit_code_is_in_the_readme() -> None:
    """Scripts rely on them."""
    from mailsetup.cli.check import FOUND, NOT_CONFIRMED, NOTHING_FOUND
    from mailsetup.cli.terminal import USAGE_ERROR

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in (FOUND, NOTHING_FOUND, USAGE_ERROR, NOT_CONFIRMED):
        assert f"**{code}**" in text


def test_the_output_that_the_readme_shows_is_real() -> None:
    """Each line of it is what the command prints."""
    (shown,) = blocks(ROOT / "README.md", "text")
    printed = run("x@gmail.com", "--offline", COLUMNS="110").out
    assert [line.rstrip() for line in shown.splitlines()] == [line.rstrip() for line in printed.splitlines()]


def test_ci_runs_what_the_readme_says() -> None:
    """The second command of the README, in an environment of its own."""
    second = blocks(ROOT / "README.md", "sh")[1]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install --quiet nox" in second
    assert "/nox" in second
    assert "pip install --quiet --disable-pip-version-check nox" in script
    assert '"$work/venv/bin/nox"' in script
    assert shutil.which("bash")


def test_every_mechanism_and_command_of_the_readme_exists() -> None:
    """The table of commands names what the command line has."""
    from mailsetup.cli.app import COMMANDS

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("## The command line\n", 1)[1].split("\n## ", 1)[0]
    told = set(re.findall(r"^\| `mailsetup ([a-z]+)", table, re.MULTILINE))
    assert told | {"check"} == set(COMMANDS)


MODULES = sorted(module.name for module in pkgutil.walk_packages([str(PACKAGE)], "mailsetup."))


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_everything_public_says_what_it_is(name: str) -> None:
    """Modules, classes, functions and methods; a method that only fills in its base's need not say it again."""
    module = importlib.import_module(name)
    assert module.__doc__, "the module"
    own = [value for value in vars(module).values() if getattr(value, "__module__", "") == name]
    named = [
        value for value in own if (inspect.isclass(value) or inspect.isfunction(value)) and value.__name__[0] != "_"
    ]
    silent = [value.__name__ for value in named if not inspect.getdoc(value)]
    for owner in filter(inspect.isclass, named):
        members = [(key, member) for key, member in vars(owner).items() if not key.startswith("_")]
        silent += [
            f"{owner.__name__}.{key}"
            for key, member in members
            if (inspect.isfunction(member) or isinstance(member, property)) and not inspect.getdoc(getattr(owner, key))
        ]
    assert silent == []


TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT / "tests")))
def test_every_test_says_in_a_sentence_what_is_true(path: Path) -> None:
    """Whoever breaks it learns what they broke."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    silent = [node.name for node in functions if node.name.startswith("test_") and not ast.get_docstring(node)]
    assert silent == []
