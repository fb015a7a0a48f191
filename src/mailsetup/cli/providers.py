"""``mailsetup providers list|show|lint``: the bundled data, for people and programs."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsetup.cli.terminal import console, fail, print_json

if TYPE_CHECKING:
    from mailsetup.providers.database import Entry

app = typer.Typer(no_args_is_help=True, help="Look into the provider database, and check provider files.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command("list")
def list_(json: Json = False) -> None:
    """List every provider in the bundled database."""
    from rich.table import Table
    from rich.text import Text

    from mailsetup.providers.database import bundled

    rows = [_summary(entry) for entry in bundled()]
    if json:
        print_json(jsonlib.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("ID", "Name", "Kind", "Status", "Domains"):
        table.add_column(name, justify="right" if name == "Domains" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(row[name])) for name in ("id", "name", "kind", "status", "domains")))
    console().print(table)


def _summary(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "kind": entry.kind,
        "status": entry.data.get("status", "ok"),
        "domains": len(entry.data.get("domains", ())),
        "checked": entry.data["checked"],
    }


@app.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The provider's id, or one of its domains.")],
    json: Json = False,
) -> None:
    """Show everything that is known about one provider."""
    from rich.text import Text

    from mailsetup.providers.database import bundled

    database = bundled()
    entry = database.by_id(identifier) or database.by_domain(identifier.lower())
    if entry is None:
        fail(f"No provider has the id or the domain {identifier!r}. `mailsetup providers list` shows them all.", code=1)
    if json:
        print_json(jsonlib.dumps(entry.data, ensure_ascii=False))
        return
    from mailsetup.formats.provider_file import render
    from mailsetup.providers.schema import ProviderFile

    console().print(Text(render(ProviderFile.model_validate(entry.data)).decode().rstrip()))


@app.command()
def lint(
    paths: Annotated[list[Path], typer.Argument(help="Provider files (TOML), or folders of them.")],
    json: Json = False,
) -> None:
    """Check provider files, each by itself and all against each other."""
    from mailsetup.providers.lint import lint_paths

    try:
        remarks = lint_paths(paths)
    except OSError as error:
        fail(f"Cannot read {error.filename}: {error.strerror}")
    if json:
        print_json(jsonlib.dumps([remark._asdict() for remark in remarks], ensure_ascii=False))
    else:
        for remark in remarks:
            typer.echo(f"{remark.file}{f':{remark.line}' if remark.line else ''}: {remark.severity}: {remark.message}")
        errors = sum(remark.severity == "error" for remark in remarks)
        typer.echo(f"{errors} errors, {len(remarks) - errors} warnings", err=True)
    if any(remark.severity == "error" for remark in remarks):
        raise typer.Exit(1)
