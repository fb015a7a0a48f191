"""Where the command line prints, and in which language."""

from __future__ import annotations

import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, NoReturn

import typer

from mailsetup.address import REASONS
from mailsetup.translation import LANGUAGES, preferred_language, translator

if TYPE_CHECKING:
    from rich.console import Console

    from mailsetup.errors import InvalidAddress
    from mailsetup.render.terminal import TerminalRenderer

Language = Enum("Language", {code: code for code in LANGUAGES}, type=str)  # type: ignore[misc]  # the languages stand in one place

USAGE_ERROR = 2

PLAIN_WIDTH = 100
"""Columns where there is no terminal and ``COLUMNS`` is not set: a table fits, and files stay readable."""


def language_code(chosen: Language | None) -> str:
    """Give the language to speak: the option, else the environment's."""
    return str(chosen.value) if chosen else preferred_language(os.environ)


def console() -> Console:
    """Give the console on standard output. It honours ``NO_COLOR``, ``COLUMNS`` and the lack of a terminal."""
    from rich.console import Console

    columns = os.environ.get("COLUMNS", "")
    plain = not sys.stdout.isatty() and not (columns.isdigit() and int(columns) > 0)
    return Console(width=PLAIN_WIDTH if plain else None, highlight=False, soft_wrap=False)


def renderer(language: str, width: int) -> TerminalRenderer:
    """Give the renderer of results for a language and a width."""
    from mailsetup.render.terminal import TerminalRenderer

    return TerminalRenderer(language=language, translate=translator(language), width=width)


def print_json(text: str) -> None:
    """Print one JSON document, in UTF-8 whatever the locale says, and nothing else."""
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass") + b"\n")
    sys.stdout.flush()


def fail(message: str, code: int = USAGE_ERROR) -> NoReturn:
    """Say what is wrong on standard error and exit."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def fail_for_address(error: InvalidAddress, language: str) -> NoReturn:
    """Say what is wrong with an address, and point at the place."""
    translate = translator(language)
    reason = translate(REASONS[error.code]).format_map(error.arguments) if error.code in REASONS else error.reason
    lines = [f"{translate('Not an e-mail address')}: {reason}"]
    shown = "".join(character if character.isprintable() else "�" for character in error.address)
    if error.position is not None and 0 < len(shown) <= 254:
        lines += [f"  {shown}", f"  {' ' * _columns(shown[: error.position])}^"]
    fail("\n".join(lines))


def _columns(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
