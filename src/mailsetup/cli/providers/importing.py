"""``mailsetup providers import SOURCE``: bring ISPDB files, or facts in our JSON form, into provider files."""

from __future__ import annotations

from datetime import date
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.terminal import fail, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.providers.import_report import ImportReport


def import_(
    source: Annotated[
        Path, typer.Argument(help="An autoconfig file (.xml), facts (.jsonl, .json), or a folder of them.")
    ],
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="The provider files to merge into.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be.")] = False,
    json: flags.Json = False,
) -> None:
    """Import facts about providers into a folder of provider files.

    What a file says stays, what it lacks is added, and what contradicts it is told with both values.
    """
    from mailsetup.errors import InvalidDocument
    from mailsetup.providers.importer import import_providers

    for path in (source, into):
        if not path.exists():
            fail(f"Cannot read {path}: No such file or directory")
    if not into.is_dir():
        fail(f"{into} is not a folder")
    try:
        report = import_providers(source, into=into, today=date.today(), dry_run=dry_run)  # noqa: DTZ011  (as people date)
    except InvalidDocument as error:
        fail(f"Nothing was imported, because of a file in {into}: {error.reason}", code=1)
    except OSError as error:
        fail(f"Cannot read or write {error.filename}: {error.strerror}")
    if json:
        print_json(report.model_dump_json())
        return
    for line in in_words(report, dry_run=dry_run):
        typer.echo(line)


def in_words(report: ImportReport, /, *, dry_run: bool) -> Iterator[str]:
    """Say what an import did, what it could not decide, and what it could not use."""
    if report.added:
        yield f"Files that {'would be' if dry_run else 'were'} written anew:"
        yield from (f"  {name}.toml" for name in report.added)
    if report.merged:
        yield f"Files that {'would gain' if dry_run else 'gained'} facts:"
        for change in report.merged:
            yield f"  {change.file}.toml"
            yield from (f"    + {fact}" for fact in change.added)
    if report.conflicts:
        yield "Contradictions; the file's value was kept. Edit the file, or put the fact into its `rejected`:"
        yield from (
            f"  {each.file}.toml: {each.fact}: {each.kept} (offered: {each.offered})" for each in report.conflicts
        )
    if report.dropped:
        yield "Not used:"
        yield from (f"  {sentence}" for sentence in report.dropped)
    yield (
        f"{len(report.added)} new, {len(report.merged)} changed, {len(report.unchanged)} unchanged, "
        f"{len(report.conflicts)} contradictions, {len(report.dropped)} not used"
        f"{'; nothing was written' if dry_run else ''}"
    )
