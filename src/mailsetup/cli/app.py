"""The commands, and what they have in common.

Exit codes: 0 found and confirmed (or probing was switched off), 1 nothing found, 2 bad usage or address, 3 found but
not confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from mailsetup.cli import check, export, lint, providers
from mailsetup.cli.terminal import language_code

if TYPE_CHECKING:
    from typer import Context


class AddressFirst(TyperGroup):
    """``mailsetup x@example.com`` is short for ``mailsetup check x@example.com``."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer carries its own click or the real one
        """Put ``check`` in front of anything that is neither a command nor one of the group's own options."""
        own = {name for parameter in self.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}
        if args and args[0] not in self.commands and args[0].partition("=")[0] not in own:
            args = ["check", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=AddressFirst,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would print local variables, and a password can be one
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Type an e-mail address, get mail settings that are proven to work.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from mailsetup import __version__
        from mailsetup.providers.in_use import choice

        chosen = choice()
        data = f"provider data of {chosen.database.date}, {len(chosen.database)} providers"
        typer.echo(f"mailsetup {__version__} ({data}{', fetched' if chosen.updated else ''})")
        if chosen.broken:
            from mailsetup.problems import CATALOGUE
            from mailsetup.translation import translator

            t, known = translator(language_code(None)), CATALOGUE["provider-data-broken"]
            typer.echo(t(known.message).format(file=chosen.broken, reason=chosen.fault), err=True)
            typer.echo(t(known.next_step), err=True)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool | None,
        typer.Option(
            "--version", help="Show the version and the date of the provider data.", callback=_version, is_eager=True
        ),
    ] = None,
) -> None:
    """Type an e-mail address, get mail settings that are proven to work."""


app.command("check")(check.check)
app.command("export")(export.export)
app.command("lint")(lint.lint)
app.add_typer(providers.app, name="providers")
