"""``mailsetup providers check``: try out the servers of provider files, and say where they are not as filed."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import console, fail, print_json
from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Options
    from mailsetup.providers.live_report import LiveReport, ServerCheck
    from mailsetup.providers.schema import ProviderFile

DIFFERS = 3
"""Exit code: some server is not as its file says."""


@takes_options(*WEB)
def check(
    identifiers: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]…", help="Providers; none: all of them.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Read the files here, not the database.", show_default=False),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="Say what changed since this JSON report.", show_default=False),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Servers to ask at a time.", min=1, max=64)] = 8,
    everything: Annotated[bool, typer.Option("--all", help="Show the servers that are as filed, too.")] = False,
    json: flags.Json = False,
    timeout: Annotated[float, typer.Option(help="Seconds for one server.", min=0.1, max=120)] = 15,
    *,
    options: Options,
) -> None:
    """Try out each provider's servers, without any password, and compare with what the files say.

    For maintainers. At most two connections to one host at a time. Exit code 3 if something differs.
    """
    import anyio

    from mailsetup.cli.providers.asking import check_servers

    options = options.model_copy(update={"timeout": timeout})
    older = _older(since) if since else None
    providers = _chosen(identifiers or [], folder)
    now = datetime.now(timezone.utc)
    try:
        with _progress() as told:
            report = anyio.run(partial(check_servers, providers, options=options, jobs=jobs, now=now, told=told))
    except InvalidOptions as error:
        fail(str(error))
    if older is not None:
        from mailsetup.providers.live_report import compared

        report = compared(report, older)
    if json:
        print_json(report.model_dump_json())
    else:
        _print(report, everything=everything)
    if not report.is_as_filed:
        raise typer.Exit(DIFFERS)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Keep a line on standard error up to date, where that is a terminal: all providers take minutes."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield lambda done, all_: status.update(f"{done} of {all_} servers")


def _older(path: Path) -> LiveReport:
    from pydantic import ValidationError

    from mailsetup.providers.live_report import LiveReport

    try:
        return LiveReport.model_validate_json(path.read_bytes())
    except OSError as error:
        fail(f"Cannot read {path}: {error.strerror}")
    except ValidationError:
        fail(f"{path} is not a report of `mailsetup providers check --json`")


def _chosen(identifiers: list[str], folder: Path | None) -> list[ProviderFile]:
    available = {provider.id: provider for provider in (_in(folder) if folder else _in_database())}
    for identifier in identifiers:
        if identifier not in available:
            fail(f"No provider has the id {identifier!r}. `mailsetup providers list` shows them all.", code=1)
    return [available[identifier] for identifier in identifiers or available]


def _in(folder: Path) -> list[ProviderFile]:
    from mailsetup.errors import InvalidDocument
    from mailsetup.providers.compile import read_folder

    if not folder.is_dir():
        fail(f"{folder} is not a folder")
    try:
        return list(read_folder(folder).values())
    except InvalidDocument as error:
        fail(error.reason, code=1)


def _in_database() -> Iterator[ProviderFile]:
    from mailsetup.providers.in_use import in_use
    from mailsetup.providers.schema import ProviderFile

    return (ProviderFile.model_validate(entry.data) for entry in in_use())


def _print(report: LiveReport, *, everything: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    screen = console()
    shown = [check for check in report.servers if everything or check.noted]
    if shown:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for name in ("Provider", "Server", "Outcome", "TLS", "Certificate until", "Remarks"):
            table.add_column(name, overflow="fold")
        for check in shown:
            table.add_row(*map(Text, _row(check)))
        screen.print(table)
    if report.since is not None:
        screen.print(Text(f"Since {report.since:%Y-%m-%d %H:%M}:" if report.changes else "Nothing changed."))
        for change in report.changes:
            where = f"{change.provider}: {change.server}"
            screen.print(Text(f"  {where}: {change.what}: {change.before} → {change.after}"), soft_wrap=True)
    typer.echo(_summary(report), err=True)


def _row(check: ServerCheck) -> tuple[str, ...]:
    expires = f"{check.certificate_expires:%Y-%m-%d}" if check.certificate_expires else ""
    return (
        check.provider,
        check.name,
        str(check.outcome) if check.outcome else "skipped",
        (check.tls_version or "").removeprefix("TLSv"),
        expires,
        check.skipped or " ".join(noted.message for noted in check.noted),
    )


def _summary(report: LiveReport) -> str:
    asked = [check for check in report.servers if not check.skipped]
    differ = sum(bool(check.noted) for check in asked)
    return f"{len(asked)} servers asked, {differ} not as filed, {len(report.servers) - len(asked)} skipped"
