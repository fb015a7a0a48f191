"""Each example runs, and does what its docstring says."""

from __future__ import annotations

import asyncio
import re
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import trio

import mailsetup

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.model import Options
    from mailsetup.testing import FakeNetwork

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if not path.name.startswith("batch_"))
ADDRESS = "kim@corp.example"


def test_every_example_is_listed_and_tested() -> None:
    """The table of examples/README.md names each file, and a test here or beside loads it."""
    table = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| \[(\w+\.py)\]", table, re.MULTILINE))
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    for path in EXAMPLES:
        assert path.name in listed
        assert f'example("{path.stem}")' in tests


def test_asyncio(example: Callable[[str], Any], options: Options) -> None:
    """Addresses come out in the order they went in, whatever is found."""
    script = example("asyncio_script")
    found, missed = asyncio.run(script.look_up([ADDRESS, "x@nobody.example"], options=options))
    assert found == f"{ADDRESS}: mail.corp.example:993 (tls, works)"
    assert missed == "x@nobody.example: nothing found"


def test_trio(example: Callable[[str], Any], options: Options) -> None:
    """Partial results are told before the end."""
    script, said = example("trio_script"), list[str]()
    found = trio.run(lambda: script.look_up(ADDRESS, say=said.append, options=options))
    assert found.confirmed
    assert said[0].startswith("… ")
    assert "imap: mail.corp.example:993, log in as kim@corp.example" in said


def test_a_source_of_one_s_own(example: Callable[[str], Any], network: FakeNetwork) -> None:
    """It stands first, appears under its own name, and others are asked about whom it does not know."""
    script = example("custom_source")
    found = mailsetup.discover(ADDRESS, options=script.options(network=network, probe=False))
    assert found.imap is not None
    assert (found.imap.hostname, found.imap.sources) == ("north.mail.corp.example", ("company-directory",))
    mailsetup.discover("sam@corp.example", options=script.options(network=network, probe=False))
    assert any("emailaddress=sam%40corp.example" in line for line in network.asked)


def test_record_and_replay(example: Callable[[str], Any], options: Options, tmp_path: Path) -> None:
    """The replay finds what the recording found, probes included, and asks nobody else."""
    script, folder = example("replay"), str(tmp_path / "tape")
    first = anyio.run(lambda: script.record(ADDRESS, folder, options=options))
    second = anyio.run(lambda: script.play(ADDRESS, folder, options=options))
    assert first.confirmed
    assert second.confirmed
    assert [server.endpoint for server in second.servers] == [server.endpoint for server in first.servers]


@pytest.mark.parametrize("name", ["asyncio_script", "trio_script", "custom_source"])
def test_a_script_says_what_is_wrong_with_an_address(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started as a program, it ends with the sentence for the person who typed, and no traceback."""
    monkeypatch.setattr(sys, "argv", [name, "no address"])
    with pytest.raises(SystemExit, match="@"):
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
