"""The command line: ``mailsetup`` and ``python -m mailsetup``. It parses, calls the library, prints; no more."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with its code."""
    from mailsetup.cli.app import app

    app(prog_name="mailsetup")
