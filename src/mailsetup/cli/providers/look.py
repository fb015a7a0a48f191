"""``mailsetup providers list|show``: the database in use, for people and programs."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.terminal import console, fail, print_json

if TYPE_CHECKING:
    from mailsetup.providers.database import Entry


def list_(json: flags.Json = False) -> None:
    """List every provider in the database."""
    from rich.table import Table
    from rich.text import Text

    from mailsetup.providers.in_use import in_use

    rows = [_summary(entry) for entry in in_use()]
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


def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The provider's id, or one of its domains.")],
    json: flags.Json = False,
) -> None:
    """Show everything that is known about one provider."""
    from rich.text import Text

    from mailsetup.providers.in_use import in_use

    database = in_use()
    entry = database.by_id(identifier) or database.by_domain(identifier.lower())
    if entry is None:
        fail(f"No provider has the id or the domain {identifier!r}. `mailsetup providers list` shows them all.", code=1)
    if json:
        print_json(jsonlib.dumps(entry.data, ensure_ascii=False))
        return
    from mailsetup.formats.provider_file import render
    from mailsetup.providers.schema import ProviderFile

    console().print(Text(render(ProviderFile.model_validate(entry.data)).decode().rstrip()))
