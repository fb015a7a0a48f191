"""``mailsetup cache show|clear``: the answers that are kept on disk."""

from __future__ import annotations

import json as jsonlib
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.terminal import console, fail, language_code, print_json
from mailsetup.errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from mailsetup.net.cache.disk import Row

FAILED = 1

LAST_MOMENT = 2.0**36
"""Seconds; a file that somebody has written into can hold times that no calendar has."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Look at the answers that are kept on disk, or forget them.",
)

Folder = Annotated[
    Path,
    typer.Option(
        "--cache-dir", help="The folder they are kept in.", envvar="MAILSETUP_CACHE_DIR", show_default=False
    ),
]  # fmt: skip


@app.command("show")
def show(cache_dir: Folder, json: flags.Json = False, lang: flags.Lang = None) -> None:
    """Show what is kept, and until when."""
    from mailsetup.net.cache.disk import rows
    from mailsetup.translation import translator

    t = translator(language_code(lang))
    try:
        kept = rows(cache_dir)
    except InvalidDocument as error:
        fail(t("The answers kept in {folder} cannot be read: {reason}").format(folder=cache_dir, reason=error), FAILED)
    if json:
        print_json(jsonlib.dumps([_as_json(row) for row in kept]))
    elif kept:
        console().print(_table(kept, t))
    else:
        typer.echo(t("Nothing is kept in {folder}.").format(folder=cache_dir))


@app.command("clear")
def clear(cache_dir: Folder, lang: flags.Lang = None) -> None:
    """Forget everything that is kept; everybody is asked anew from now on."""
    from mailsetup.net.cache.disk import clear as clear_folder
    from mailsetup.translation import translator

    t = translator(language_code(lang))
    try:
        clear_folder(cache_dir)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fail(
            t("The answers kept in {folder} cannot be deleted: {reason}").format(folder=cache_dir, reason=reason),
            FAILED,
        )
    typer.echo(t("Nothing is kept in {folder} any longer.").format(folder=cache_dir))


def _as_json(row: Row) -> dict[str, object]:
    return {
        "asked": _asked(row),
        "since": _moment(row.since).isoformat(),
        "until": _moment(row.until).isoformat(),
        "size": row.size,
    }


def _table(kept: list[Row], t: Callable[[str], str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from mailsetup.formats.text import clean

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(t("Asked"), overflow="fold")
    table.add_column(t("Kept until"), no_wrap=True)
    for row in kept:
        until = _moment(row.until).astimezone()
        table.add_row(Text(clean(_asked(row), limit=300)), f"{until:%Y-%m-%d %H:%M:%S}")
    return table


def _asked(row: Row) -> str:
    """The question alone; below it stand the header fields that went with it."""
    return row.question.partition("\n")[0]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0.0), LAST_MOMENT), timezone.utc)
