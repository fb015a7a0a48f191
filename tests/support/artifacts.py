"""The compiled files in the source tree, made anew where they are older than what they are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polib

from mailsetup.providers.compile import compile_database, read_folder

if TYPE_CHECKING:
    from pathlib import Path


def refresh_artifacts(root: Path, /) -> None:
    """Bring the provider index and the translations of a checkout up to date, as ``hatch_build.py`` would."""
    package = root / "src" / "mailsetup"
    files = read_folder(root / "data" / "providers")
    if files:
        _write(package / "providers" / "bundled.json", compile_database(files.values()))
    for source in (package / "locale").glob("*.po"):
        catalogue = polib.pofile(str(source), encoding="utf-8").to_binary()
        _write(package / "locale" / source.stem / "LC_MESSAGES" / "mailsetup.mo", catalogue)


def _write(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
