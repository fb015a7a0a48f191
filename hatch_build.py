"""Build hook: compile the provider database and the translations into the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


class CompileHook(BuildHookInterface):  # type: ignore[misc]  # hatchling has no type information here
    """Runs for wheels and for editable installs; an sdist carries the sources and compiles when it is installed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the interface's signature)
        """Write the compiled files into the source tree, from where hatchling picks them up as artifacts."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, str(ROOT / "src"))
        from mailsetup.providers.compile import compile_database, read_folder

        compiled = compile_database(read_folder(ROOT / "data" / "providers").values())
        (ROOT / "src" / "mailsetup" / "providers" / "bundled.json").write_bytes(compiled)
