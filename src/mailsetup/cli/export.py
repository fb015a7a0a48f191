"""``mailsetup export ADDRESS --format F``: configuration for other programs.

The file goes to standard output and what to do with it to standard error, so that one can be redirected without the
other. Files are written for their owner only, and never over others unless that is asked for.
"""

from __future__ import annotations

import json as jsonlib
import os
import sys
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.check import NOTHING_FOUND, exit_code
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import console, fail, fail_for_address, language_code, print_json, renderer
from mailsetup.errors import CannotExpress, InvalidAddress, InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.model import Auth, Discovery, Options
    from mailsetup.render.export import Export, ExportedFile

OWNER_ONLY = 0o600


def _list_formats(wanted: bool) -> None:
    if not wanted:
        return
    from rich.table import Table
    from rich.text import Text

    from mailsetup.render.export import FORMATS

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for exporter in FORMATS.values():
        table.add_row(Text(exporter.name, style="bold"), Text(exporter.title))
    console().print(table)
    raise typer.Exit


def _format_names(incomplete: str) -> list[str]:
    from mailsetup.render.export import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


@takes_options(
    "offline", "no_probe", "prefer", "source", "no_source", "timeout", "grace", *WEB, "dnssec",
    "ispdb_url", "config_dir", "cache_dir", "fresh", "allow_http", "no_share_address", "no_private_addresses",
)  # fmt: skip
def export(
    address: Annotated[str, typer.Argument(help="The e-mail address.", show_default=False)],
    format: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="NAME", help="What to write; --list-formats shows the names.",
            autocompletion=_format_names, show_default=False,
        ),
    ],
    list_formats: Annotated[  # noqa: ARG001  (its callback does it all)
        bool, typer.Option("--list-formats", help="Show all formats.", callback=_list_formats, is_eager=True)
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; a folder for several files.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
    password_command: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="Shell command that prints the password, for programs that take one.",
                     show_default=False),
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(metavar="WAY", help="Insist on a way to log in: password, oauth2 …", show_default=False),
    ] = None,
    json: flags.Json = False,
    lang: flags.Lang = None,
    *,
    options: Options,
) -> None:  # fmt: skip
    """Write the configuration of another program, or the documents that a domain should publish."""
    language = language_code(lang)
    _check_format(format)
    discovery = _look_up(address, options, language)
    try:
        written = _write(discovery, format, password_command, auth)
    except CannotExpress as refusal:
        _refuse(refusal, discovery, language, json=json)
    if json:
        print_json(jsonlib.dumps(_as_json(format, written), ensure_ascii=False))
    else:
        _hand_out(written, output, force=force)
        _tell(discovery, written, language)
    raise typer.Exit(exit_code(discovery, options))


def _check_format(name: str) -> None:
    """End the program for a format that does not exist, before anybody is asked anything."""
    from mailsetup.render.export import FORMATS

    if name not in FORMATS:
        fail(f"There is no export format {name!r}; --list-formats shows them all.")


def _look_up(address: str, options: Options, language: str) -> Discovery:
    from mailsetup.blocking import discover
    from mailsetup.cli.progress import progress_line

    try:
        with progress_line(renderer(language, console().width)) as observer:
            return discover(address, options=options.model_copy(update={"observer": observer}))
    except InvalidAddress as error:
        fail_for_address(error, language)


def _write(discovery: Discovery, name: str, password_command: str | None, auth: str | None) -> Export:
    from mailsetup.render.export import Wishes, export

    try:
        return export(discovery, format=name, wishes=Wishes(password_command, _way(auth)))
    except InvalidOptions as error:
        fail(str(error))


def _way(auth: str | None) -> Auth | None:
    from mailsetup.model import Auth

    try:
        return Auth(auth) if auth is not None else None
    except ValueError:
        fail(f"Bad value for --auth: {auth!r}; the words are {', '.join(Auth)}.")


def _refuse(refusal: CannotExpress, discovery: Discovery, language: str, *, json: bool) -> NoReturn:
    from mailsetup.render.export.sentences import refusal_text
    from mailsetup.render.export.telling import told_problems
    from mailsetup.translation import translator

    if json:
        print_json(jsonlib.dumps({"error": {"code": refusal.code, "reason": refusal.reason}}, ensure_ascii=False))
        raise typer.Exit(NOTHING_FOUND)
    translate: Callable[[str], str] = translator(language)
    problems = [f"• {line}" for line in told_problems(discovery, translate=translate)]
    fail("\n".join([refusal_text(refusal, translate), *problems]), NOTHING_FOUND)


def _as_json(name: str, written: Export) -> dict[str, Any]:
    from mailsetup.render.export.sentences import note_text

    return {
        "format": name,
        "files": [
            {"name": f.name, "place": f.place, "media_type": f.media_type, "content": f.content.decode()}
            for f in written.files
        ],
        "notes": [{"code": one.code, "text": note_text(one, str)} for one in written.notes],
    }


def _hand_out(written: Export, output: Path | None, *, force: bool) -> None:
    if output is None:
        if len(written.files) > 1:
            names = ", ".join(file.name for file in written.files)
            fail(f"This format has several files ({names}): name a folder with --output.")
        sys.stdout.buffer.write(written.files[0].content)
        sys.stdout.flush()
        return
    for file, path in _targets(written, output):
        _save(file, path, force=force)


def _targets(written: Export, output: Path) -> list[tuple[ExportedFile, Path]]:
    if len(written.files) == 1 and not output.is_dir():
        return [(written.files[0], output)]
    return [(file, output / file.name) for file in written.files]


def _save(file: ExportedFile, path: Path, *, force: bool) -> None:
    mode = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb", opener=lambda name, _: os.open(name, mode, OWNER_ONLY)) as saved:
            saved.write(file.content)
    except FileExistsError:
        fail(f"{path} exists; --force writes over it.")
    except OSError as error:
        fail(f"Cannot write {path}: {error.strerror}")


def _tell(discovery: Discovery, written: Export, language: str) -> None:
    from mailsetup.render.export.telling import told
    from mailsetup.translation import translator

    translate: Callable[[str], str] = translator(language)
    for line in told(discovery, written, language=language, translate=translate):
        typer.echo(f"• {line}", err=True)
