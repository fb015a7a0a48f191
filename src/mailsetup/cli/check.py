"""``mailsetup check ADDRESS``: settings, evidence, verdict."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli.terminal import Language, console, fail_for_address, language_code, print_json
from mailsetup.errors import InvalidAddress

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Options

FOUND, NOTHING_FOUND, NOT_CONFIRMED = 0, 1, 3


class Incoming(str, Enum):
    """What ``--prefer`` takes."""

    imap = "imap"
    pop3 = "pop3"


def check(
    address: Annotated[str, typer.Argument(help="The e-mail address.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON and nothing else.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use local data only; send not one packet.")] = False,
    prefer: Annotated[Incoming, typer.Option(help="The incoming protocol you prefer.")] = Incoming.imap,
    explain: Annotated[bool, typer.Option("--explain", help="Say in a line each what the words mean.")] = False,
    lang: Annotated[Language | None, typer.Option(help="Language of the output.", show_default=False)] = None,
) -> None:
    """Find the settings for an address: what to type into your mail program, and what to do first."""
    from mailsetup.blocking import discover
    from mailsetup.model import Options

    options = Options(offline=offline, prefer=prefer.value)
    language = language_code(lang)
    try:
        discovery = discover(address, options=options)
    except InvalidAddress as error:
        fail_for_address(error, language)
    if json:
        print_json(discovery.model_dump_json())
    else:
        _print(discovery, language, explain)
    raise typer.Exit(exit_code(discovery, options))


def exit_code(discovery: Discovery, options: Options) -> int:
    """Give the exit code that a result stands for."""
    if not discovery.found:
        return NOTHING_FOUND
    unproven = options.probe and not options.offline and not discovery.confirmed
    return NOT_CONFIRMED if unproven else FOUND


def _print(discovery: Discovery, language: str, explain: bool) -> None:
    from mailsetup.render.terminal import TerminalRenderer
    from mailsetup.translation import translator

    screen = console()
    renderer = TerminalRenderer(language=language, translate=translator(language), width=screen.width)
    screen.print(renderer.discovery(discovery, explain=explain))
