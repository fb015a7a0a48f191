"""The pages that are written from code and data leave nothing out, and every page has its place.

The whole site, with warnings as errors, is the nox session ``docs``.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mailsetup
from mailsetup.model import Options
from mailsetup.problems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All generated pages."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    folder = tmp_path_factory.mktemp("made")
    stale = folder / "provider" / "gone.md"
    stale.parent.mkdir()
    stale.touch()
    generate.write_all(folder)
    assert not stale.exists()
    return folder


def test_every_provider_has_a_page(made: Path) -> None:
    """One page for each file of data/providers, and one line in the list."""
    files = {path.stem for path in (ROOT / "data" / "providers").glob("*.toml")}
    assert {path.stem for path in (made / "provider").glob("*.md")} == files
    listed = re.findall(r"\]\(provider/([a-z0-9-]+)\.md\)", (made / "providers.md").read_text(encoding="utf-8"))
    assert set(listed) == files


def test_a_provider_s_page_has_its_facts(made: Path) -> None:
    """Servers, what to do first, domains, and when it was checked."""
    page = (made / "provider" / "gmail.md").read_text(encoding="utf-8")
    for fact in ("`imap.gmail.com`", "993", "app password", "`gmail.com`", "Checked 20"):
        assert fact in page


def _flags(command: Any) -> set[str]:
    own = {option for parameter in command.params for option in parameter.opts if not parameter.hidden}
    children = getattr(command, "commands", {}).values()
    return own.union(*(_flags(child) for child in children))


def test_every_command_and_flag_is_in_the_reference(made: Path) -> None:
    """The page follows the parser."""
    import typer

    from mailsetup.cli.app import COMMANDS, app

    text, group = (made / "cli.md").read_text(encoding="utf-8"), typer.main.get_command(app)
    for name in COMMANDS:
        assert f"## `mailsetup {name}`" in text
        command: Any = group.get_command(None, name)  # type: ignore[attr-defined]  # a group
        flags = {flag for flag in _flags(command) if flag.startswith("--")} - {"--help"}
        assert {flag for flag in flags if f"`{flag}`" not in text} == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("codes.md", lambda: CATALOGUE),
        ("options.md", lambda: Options.model_fields),
        ("codes.md", lambda: [str(outcome) for outcome in mailsetup.Outcome]),
    ],
)
def test_every_word_is_explained(page: str, words: Callable[[], Any], made: Path) -> None:
    """Codes, outcomes and options: all of them stand in their table."""
    text = (made / page).read_text(encoding="utf-8")
    assert [word for word in words() if f"| `{word}` |" not in text] == []


def test_every_public_name_is_in_the_api(made: Path) -> None:
    """What ``__all__`` has is documented; options have a page of their own."""
    text = (made / "api.md").read_text(encoding="utf-8")
    for name in set(mailsetup.__all__) - {"aio", "Options"}:
        assert re.search(rf"\b{name}$", text, re.MULTILINE), name


def test_shell_examples_name_what_exists() -> None:
    """Each ``mailsetup`` line of a how-to or the tutorial uses a command and flags that the reference has."""
    import typer

    from mailsetup.cli.app import COMMANDS, app

    group = typer.main.get_command(app)
    for page in [DOCS / "tutorial.md", *(DOCS / "how-to").glob("*.md")]:
        for line in re.findall(r"^\$ (?:\S+/)?mailsetup (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            first, *_ = words = line.split("#")[0].split()
            command: Any = group.get_command(None, first if first in COMMANDS else "check")  # type: ignore[attr-defined]  # as above
            used = {word for word in words if word.startswith("--")}
            assert used <= _flags(command), f"{page.name}: {line}"


def test_the_tutorial_s_offline_command_runs() -> None:
    """What a newcomer types first gives what the tutorial says: what to do first, settings, who says so."""
    from tests.support.program import run

    (line,) = re.findall(
        r"^\$ \.venv/bin/mailsetup (.+ --offline)$", (DOCS / "tutorial.md").read_text("utf-8"), re.MULTILINE
    )
    ended = run(*line.split())
    assert ended.code == 0
    places = [ended.out.index(part) for part in ("Do this first", "Type this into", "According to")]
    assert places == sorted(places)


def test_the_picture_of_the_readme_is_current() -> None:
    """The words of the picture are what a run prints now (the drawing itself may change with rich's version)."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    kept = (DOCS / "pictures" / "check.svg").read_text(encoding="utf-8")
    assert _words(kept) == _words(pictures.draw()), "run: python docs/pictures.py"
    assert "docs/pictures/check.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", kept), "a picture loads nothing from elsewhere"


def _words(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]+)</text>", svg)
