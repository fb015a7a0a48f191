"""Build hook: compile the provider database and the translations into the package.

Both are artifacts: made from ``data/providers/*.toml`` and ``src/mailsetup/locale/*.po``, kept out of version control,
and found in the same place by a wheel, an sdist that is installed, and an editable install.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
PACKAGE = ROOT / "src" / "mailsetup"


class CompileHook(BuildHookInterface[Any]):
    """Runs for wheels and for editable installs; an sdist carries the sources and compiles when it is installed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the interface's signature)
        """Write the compiled files into the source tree, from where hatchling picks them up as artifacts."""
        if self.target_name != "wheel":
            return
        compile_providers()
        compile_translations()


def compile_providers() -> None:
    """``data/providers/*.toml`` → ``providers/bundled.json``."""
    sys.path.insert(0, str(PACKAGE.parent))
    from mailsetup.providers.compile import compile_database, read_folder

    compiled = compile_database(read_folder(ROOT / "data" / "providers").values())
    (PACKAGE / "providers" / "bundled.json").write_bytes(compiled)


def compile_translations() -> None:
    """``locale/de.po`` → ``locale/de/LC_MESSAGES/mailsetup.mo``, where gettext looks for it."""
    import polib

    for source in sorted((PACKAGE / "locale").glob("*.po")):
        target = PACKAGE / "locale" / source.stem / "LC_MESSAGES" / "mailsetup.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(target))
