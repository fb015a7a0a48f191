"""The commands, and what they have in common. A command's module is imported when it is called or listed.

Exit codes: 0 found and confirmed (or probing was switched off), 1 nothing found, 2 bad usage or address, 3 found but
not confirmed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mailsetup.cli.terminal import language_code

if TYPE_CHECKING:
    from typer import Context

COMMANDS = {
    "audit": "audit",
    "bulk": "bulk",
    "cache": "app",
    "check": "check",
    "export": "export",
    "lint": "lint",
    "providers": "app",
}
"""Command, and at the same time its module → its function or its own ``Typer`` in there. Importing them all would cost
a look-up a tenth of its time."""


class AddressFirst(TyperGroup):
    """``mailsetup x@example.com`` is short for ``mailsetup check x@example.com``."""

    def list_commands(self, ctx: Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002  (as below; typer's signature)
        """Name the commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Any:  # type: ignore[override]  # as below
        """Load a command."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer carries its own click or the real one
        """Put ``check`` in front of anything that is neither a command nor one of the group's own options."""
        own = {name for parameter in self.get_params(ctx) for name in (*parameter.opts, *parameter.secondary_opts)}
        if args and args[0] not in COMMANDS and args[0].partition("=")[0] not in own:
            args = ["check", *args]
        return super().parse_args(ctx, args)


def _load(name: str) -> Any:
    found = getattr(import_module(f"mailsetup.cli.{name}"), COMMANDS[name])
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command


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
