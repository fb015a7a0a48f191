"""The table of sources: complete, lazy, and open to sources of the caller's own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mailsetup.model import Options, SourceName
from mailsetup.plan import Step
from mailsetup.sources import LOCAL_SOURCES, NETWORK_SOURCES, Source, network_source


@pytest.mark.parametrize("name", sorted(NETWORK_SOURCES))
def test_every_mechanism_can_be_built(name: SourceName) -> None:
    """Each place in the table holds a source that bears the mechanism's name."""
    source = network_source(Step(name, 0, "corp.example"), Options())
    assert isinstance(source, Source)
    assert source.name == name


def test_every_mechanism_is_in_one_table() -> None:
    """No name of ``SourceName`` is without an implementation, and none has two."""
    assert {*LOCAL_SOURCES} | {*NETWORK_SOURCES} == {*SourceName}
    assert not {*LOCAL_SOURCES} & {*NETWORK_SOURCES}


def test_a_source_of_the_callers_own_is_taken_as_it_is() -> None:
    """What the caller put into the options is what is asked."""

    class Own:
        name = "own"

        async def find(self, address: object, network: object, /) -> object:
            raise NotImplementedError

    own: object = Own()
    assert network_source(Step(own, 0, "corp.example"), Options()) is own


def test_the_table_imports_no_network_source() -> None:
    """A look-up that stays on this machine pays for none of them, nor for what they need."""
    program = (
        "import sys, mailsetup.sources\n"
        "heavy = ('anyio', 'httpx', 'dns', 'xml', 'mailsetup.formats', 'publicsuffixlist')\n"
        "network = ('autoconfig', 'pacc', 'ispdb', 'mx', 'srv', 'autodiscover', 'mailconf', 'guess')\n"
        "names = [*heavy, *(f'mailsetup.sources.{name}' for name in network)]\n"
        "print([name for name in names if name in sys.modules])"
    )
    unwatched = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}  # it imports xml
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=unwatched)
    assert done.stdout.strip() == "[]"
