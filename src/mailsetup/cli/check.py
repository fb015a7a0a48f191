"""``mailsetup check ADDRESS``: settings, evidence, verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import console, fail_for_address, language_code, print_json, renderer
from mailsetup.errors import InvalidAddress

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Options

FOUND, NOTHING_FOUND, NOT_CONFIRMED = 0, 1, 3


@takes_options(
    "offline", "no_probe", "no_services", "prefer", "source", "no_source", "timeout", "grace", *WEB, "dnssec",
    "ispdb_url", "config_dir", "cache_dir", "fresh", "allow_http", "no_share_address", "no_private_addresses",
)  # fmt: skip
def check(
    address: Annotated[str, typer.Argument(help="The e-mail address.", show_default=False)],
    json: flags.Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say in a line each what the words mean.")] = False,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show everything that was asked, and who learned what.")
    ] = False,
    lang: flags.Lang = None,
    login: flags.Login = False,
    password_fd: flags.PasswordFd = None,
    token_fd: flags.TokenFd = None,
    keyring: flags.Keyring = None,
    consent_to: flags.ConsentTo = None,
    *,
    options: Options,
) -> None:
    """Find the settings for an address: what to type into your mail program, and what to do first."""
    language = language_code(lang)
    try:
        discovery = _discover(address, options, language=language, live=not json)
    except InvalidAddress as error:
        fail_for_address(error, language)
    if json:
        print_json(discovery.model_dump_json())
    else:
        _print(discovery, language, explain=explain, trace=trace)
    if login:
        from mailsetup.cli.login import Credentials, log_in

        given = Credentials(password_fd, token_fd, keyring)
        if not log_in(discovery, options, given, consent_to=consent_to or [], json=json, language=language):
            raise typer.Exit(exit_code(discovery, options) or NOT_CONFIRMED)
    raise typer.Exit(exit_code(discovery, options))


def exit_code(discovery: Discovery, options: Options) -> int:
    """Give the exit code that a result stands for."""
    if not discovery.found:
        return NOTHING_FOUND
    unproven = options.probe and not options.offline and not discovery.confirmed
    return NOT_CONFIRMED if unproven else FOUND


def _discover(address: str, options: Options, *, language: str, live: bool) -> Discovery:
    from mailsetup.blocking import discover

    if options.offline or not live:
        return discover(address, options=options)
    from mailsetup.cli.progress import watching

    screen = console()
    with watching(screen, renderer(language, screen.width)) as observer:
        return discover(address, options=options.model_copy(update={"observer": observer}))


def _print(discovery: Discovery, language: str, *, explain: bool, trace: bool) -> None:
    from mailsetup.render.timeline import timeline
    from mailsetup.translation import translator

    screen = console()
    screen.print(renderer(language, screen.width).discovery(discovery, explain=explain))
    if trace:
        screen.print(timeline(discovery, translate=translator(language), width=screen.width))
