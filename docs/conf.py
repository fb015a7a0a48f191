"""Sphinx's configuration: ``nox -s docs``. Pages that follow from code and data are written when a build begins.

Nothing here reaches for the network. Every warning is an error in the nox session.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from mailsetup import __version__ as release  # noqa: E402, F401  (the name that Sphinx wants)

project = "mailsetup"
author = "The mailsetup developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "README.md"]
html_theme = "furo"
html_title = "mailsetup"
html_static_path: list[str] = []
html_show_sourcelink = False
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True, "exclude-members": "model_config"}

_REPOSITORY = "https://github.com/mailsetup/mailsetup/blob/main/"
_GLOB = re.compile(r"^([a-z-]+\*)\n", re.MULTILINE)
"""A line of a table of contents for pages that not every checkout has."""

_LINK = re.compile(r"\]\(((?:\.\./)+[^)\s#]*)")


def _leave_the_docs(_app: Any, docname: str, source: list[str]) -> None:
    """Lead links to files of the repository that are not pages here to the repository."""
    page = HERE / f"{docname}.md"

    def leads(match: re.Match[str]) -> str:
        target = (page.parent / match[1]).resolve()
        if target.is_relative_to(HERE) or not target.exists():
            return match[0]
        return f"]({_REPOSITORY}{target.relative_to(HERE.parent).as_posix()}"

    source[0] = _GLOB.sub(lambda match: match[0] if any(HERE.glob(match[1])) else "", _LINK.sub(leads, source[0]))


def _write_pages(_app: Any) -> None:
    from generate import write_all

    write_all(HERE / "reference" / "made")


def setup(app: Any) -> None:
    """Hook into the build."""
    app.connect("builder-inited", _write_pages)
    app.connect("source-read", _leave_the_docs)
