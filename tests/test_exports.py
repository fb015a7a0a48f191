"""The public names, and what importing them costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import mailsetup

HEAVY = {"pydantic", "h11", "dns", "anyio", "trio", "rich", "typer", "ssl", "asyncio", "idna",
         "publicsuffixlist", "xml", "email"}  # fmt: skip
NETWORK = {"anyio", "asyncio", "dns", "h11", "ssl", "trio"}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running ``code``."""
    report = "\nimport sys, json; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    unwatched = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}  # it imports a lot
    result = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, check=True, env=unwatched
    )
    return set(json.loads(result.stdout.splitlines()[-1]))


BARE = loaded_by("")
"""Site customisation of the environment may load things too; those are not ours."""


def test_there_are_at_most_25_public_names() -> None:
    """A small surface is a promise: whoever adds a name takes one away."""
    assert len(mailsetup.__all__) == len(set(mailsetup.__all__)) <= 25


@pytest.mark.parametrize("name", mailsetup.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    """``__all__`` names nothing that is not there."""
    assert getattr(mailsetup, name) is not None
    assert name in dir(mailsetup)


def test_a_star_import_gives_exactly_the_public_names() -> None:
    """The list is the surface."""
    namespace: dict[str, object] = {}
    exec("from mailsetup import *", namespace)  # noqa: S102  (a star import cannot stand in a function)
    assert set(namespace) - {"__builtins__"} == set(mailsetup.__all__)


def test_what_type_checkers_see_is_what_there_is() -> None:
    """The names under ``TYPE_CHECKING`` and those in ``__all__`` are the same ones."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(str(mailsetup.__file__)).read_text(encoding="utf-8"))
    typed = {
        alias.asname or alias.name
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == set(mailsetup.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'disocver'"):
        mailsetup.disocver  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    """``import mailsetup`` is free: everything else is loaded when first used."""
    assert not (loaded_by("import mailsetup") - BARE) & HEAVY


@pytest.mark.parametrize("name", ["Address", "InvalidAddress"])
def test_an_address_needs_no_pydantic(name: str) -> None:
    """Programs that only check what was typed load neither models nor network."""
    assert not (loaded_by(f"import mailsetup; mailsetup.{name}") - BARE) & HEAVY


def test_an_offline_look_up_loads_no_network_code() -> None:
    """What this machine knows is answered without an event loop, a resolver or TLS."""
    code = "import mailsetup; mailsetup.discover('x@gmail.com', options=mailsetup.Options(offline=True))"
    assert not (loaded_by(code) - BARE) & (NETWORK | {"rich", "typer", "xml"})


def test_a_settled_look_up_without_probes_loads_no_network_code() -> None:
    """A known address that is not to be probed asks nobody, so it pays for nothing."""
    code = "import mailsetup; mailsetup.discover('x@gmail.com', options=mailsetup.Options(probe=False))"
    assert not (loaded_by(code) - BARE) & NETWORK


def test_a_machine_without_a_network_is_told_before_network_code_is_loaded() -> None:
    """Loading it takes half a second on a busy machine, and there is nothing for it to do."""
    code = """
import mailsetup, mailsetup.net.offline
mailsetup.net.offline.has_network = lambda options: False
assert [p.code for p in mailsetup.discover("x@corp.example").problems] == ["no-network"]
"""
    assert not (loaded_by(code) - BARE) & NETWORK


def test_the_offline_command_line_loads_no_network_code_and_no_tables() -> None:
    """``--offline --json`` is what scripts call in a loop."""
    code = """
import sys
sys.argv = ["mailsetup", "x@gmail.com", "--offline", "--json"]
from mailsetup.cli import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
"""
    assert not (loaded_by(code) - BARE) & (NETWORK | {"rich", "xml"})
