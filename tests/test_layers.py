"""The direction of imports: docs/architecture.md, as contracts in pyproject.toml."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mailsetup

ROOT = Path(__file__).resolve().parents[1]
LINTER = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]


def lint_imports(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    unwatched = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}  # it reads, only
    return subprocess.run(
        [*LINTER, "--no-cache", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,  # where the contracts are
        env={**unwatched, "PYTHONPATH": str(where)},
    )


def test_every_contract_is_kept() -> None:
    """Higher layers import lower ones; only ``net`` touches the network; material is pure; a look-up stays cheap."""
    ended = lint_imports(Path(str(mailsetup.__file__)).parents[1])
    assert ended.returncode == 0, ended.stdout
    assert "0 broken" in ended.stdout


FORBIDDEN = {
    "layers": ("model/base.py", "import mailsetup.plan"),
    "independent-sources": ("sources/srv.py", "import mailsetup.sources.ispdb"),
    "one-door": ("sources/srv.py", "import socket"),
    "pure": ("formats/text.py", "import ssl"),
    "no-files": ("formats/text.py", "import os"),
    "cheap": ("model/base.py", "import httpx"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package again, to spoil it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(str(mailsetup.__file__)).parent, tmp_path / "mailsetup", ignore=ignored)
    return tmp_path


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_contract_notices_what_it_forbids(contract: str, copy: Path) -> None:
    """A contract that cannot fail holds nothing: one import too many breaks each of them."""
    name, line = FORBIDDEN[contract]
    assert lint_imports(copy, "--contract", contract).returncode == 0
    with (copy / "mailsetup" / name).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    ended = lint_imports(copy, "--contract", contract)
    assert ended.returncode == 1, ended.stdout
    assert "0 kept, 1 broken" in ended.stdout


def test_every_contract_is_shown_to_work() -> None:
    """Whoever adds one adds a line above."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(re.findall(r'^id = "([^"]+)"$', text, re.MULTILINE)) == set(FORBIDDEN)


def test_a_module_without_a_layer_is_noticed(copy: Path) -> None:
    """Whoever adds a module says where it belongs."""
    (copy / "mailsetup" / "stray.py").write_text('"""Nowhere."""\n', encoding="utf-8")
    ended = lint_imports(copy, "--contract", "layers")
    assert ended.returncode == 1
    assert "stray" in ended.stdout
