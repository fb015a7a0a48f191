"""``mailsetup providers …``: look into the data, keep it in order, try it out, publish and fetch it. A file a task."""

from __future__ import annotations

import typer

from mailsetup.cli.providers import build, importing, lint, live, look, update

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Look into the provider database, check and import provider files, publish and fetch data.",
)

app.command("list")(look.list_)
app.command("show")(look.show)
app.command("lint")(lint.lint)
app.command("format")(lint.format_)
app.command("import")(importing.import_)
app.command("check")(live.check)
app.command("build")(build.build)
app.command("update")(update.update)
