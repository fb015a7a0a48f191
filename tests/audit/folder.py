"""Audits written down as folders: the network of ``mailsetup.testing.folder``, and what the audit has to say about it.

``case.toml``::

    like = "perfect"            # take that folder's network, and let this folder's files replace parts of it
    without = ["imap.corp.example:993", "corp.example MX", "https://…"]   # and these parts missing
    unsigned = true             # no DNSSEC below the domain
    unvalidated = true          # nobody checks signatures on the way
    options = { timeout = 1 }
    remarks = ["warning no-srv"]   # all of them
    [views]                     # how the programs of a family stand, where the case is about it
    srv = "nothing"
    [remedies]                  # a piece of what is to be published for a remark
    no-srv = "_imaps._tcp.corp.example. 3600 IN SRV 0 1 993 imap.corp.example."
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from mailsetup.model import Options
from mailsetup.testing import FakeNetwork
from mailsetup.testing.folder import Written, read_folder

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent / "cases"

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
"""When all cases play."""

DOMAIN = "corp.example"

KEYS = {"like", "without", "unsigned", "unvalidated", "options", "remarks", "views", "remedies"}


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What ``case.toml`` says."""
        settings = tomllib.loads((self.folder / "case.toml").read_text(encoding="utf-8"))
        assert not settings.keys() - KEYS, f"{self.folder.name}/case.toml has a key that nothing reads"
        return settings

    @property
    def written(self) -> Written:
        """The network: the other folder's, with the parts that this one replaces or leaves out."""
        own = read_folder(self.folder)
        if "like" not in self.settings:
            return own
        base = Case(CASES / self.settings["like"]).written
        secure = [] if self.settings.get("unvalidated") else base.secure
        secure = [name for name in secure if not (self.settings.get("unsigned") and name == DOMAIN)]
        merged = Written(
            {**base.dns, **own.dns},
            [*secure, *own.secure],
            {**base.pages, **own.pages},
            {**base.transcripts, **own.transcripts},
        )
        for part in self.settings.get("without", ()):
            places: tuple[dict[str, Any], ...] = (merged.dns, merged.pages, merged.transcripts)
            assert any(place.pop(part, None) is not None for place in places), f"there is no {part!r} to leave out"
        return merged

    def network(self) -> FakeNetwork:
        """Give the network, fresh."""
        written = self.written
        return FakeNetwork(written.dns, written.pages, written.transcripts, secure=written.secure)

    def options(self, network: FakeNetwork) -> Options:
        """Give the options, with that network."""
        return Options(**{"timeout": 20, "network": network, **self.settings.get("options", {})})


def all_cases() -> list[Case]:
    """Give every case, by name."""
    return [Case(path.parent) for path in sorted(CASES.glob("*/case.toml"))]
