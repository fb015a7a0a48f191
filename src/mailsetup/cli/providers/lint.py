"""``mailsetup providers lint|format``: prove provider files, and bring them into house form."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.terminal import fail, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailsetup.providers.lint import Remark


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Provider files (TOML), or folders of them; none: your own folder.", show_default=False),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="First bring the files into house form, as `format` does.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    config_dir: flags.ConfigDir = None,
    json: flags.Json = False,
) -> None:
    """Check provider files, each by itself and all against each other; or the files in your own folder."""
    own = _own_folder(config_dir)
    if not paths and not own.is_dir():
        typer.echo(f"You have no provider files of your own: there is no folder {own}", err=True)
    if fix:
        _format(list(_files(paths or [own])), drop_comments=False, dry_run=False)
    try:
        remarks = list(_remarks(paths or [own], own))
    except OSError as error:
        fail(f"Cannot read {error.filename}: {error.strerror}")
    if json:
        print_json(jsonlib.dumps([remark._asdict() for remark in remarks], ensure_ascii=False))
    else:
        _print(remarks)
    if any(strict or remark.severity == "error" for remark in remarks):
        raise typer.Exit(1)


def format_(
    paths: Annotated[list[Path], typer.Argument(help="Provider files (TOML), or folders of them.")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 if something would be.")] = False,
    drop_comments: Annotated[
        bool,
        typer.Option("--drop-comments", help="The form has none: without this, files with comments are left alone."),
    ] = False,
) -> None:
    """Bring provider files into house form: one order, one way to write things, no comments."""
    files = list(_files(paths))
    changed, failed = _format(files, drop_comments=drop_comments, dry_run=check)
    typer.echo(f"{changed} of {len(files)} files {'would be changed' if check else 'changed'}", err=True)
    if failed or (check and changed):
        raise typer.Exit(1)


def _own_folder(config_dir: Path | None) -> Path:
    from mailsetup.sources.user_file import default_config_dir

    return (config_dir or default_config_dir()) / "isp"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.toml"))
        else:
            yield path


def _remarks(paths: list[Path], own: Path) -> Iterator[Remark]:
    """Lint the user's own files by their own rules, and everything else as part of the collection."""
    from mailsetup.providers.lint import lint_paths, lint_user_file

    theirs = [path for path in paths if path.resolve() == own.resolve()]
    theirs += [path for path in paths if path.parent.resolve() == own.resolve()]
    for path in theirs:
        for file in sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []:
            if file.suffix == ".toml":
                yield from lint_user_file(file)
            elif file.suffix == ".xml":
                yield from _lint_xml(file)
    collection = [path for path in paths if path not in theirs]
    if collection or not theirs:
        yield from lint_paths(collection)


def _lint_xml(path: Path) -> Iterator[Remark]:
    """The other form of a user's file: what autoconfig readers say about it."""
    from mailsetup.errors import InvalidAddress
    from mailsetup.linter import lint as lint_document
    from mailsetup.providers.lint import Remark

    try:
        report = lint_document(path.read_bytes(), address=f"user@{path.stem}")
    except InvalidAddress as error:
        yield Remark(str(path), None, "error", "file-name", f"the name should be the domain it is for: {error.reason}")
        return
    if report.error is not None:
        yield Remark(str(path), report.error.line, "error", report.error.code, report.error.reason)
    for item in report.ignored:
        if item.severity != "info":
            yield Remark(str(path), item.line, str(item.severity), item.code, f"{item.where}: {item.reason}")


def _print(remarks: list[Remark]) -> None:
    for remark in remarks:
        place = f"{remark.file}{f':{remark.line}' if remark.line else ''}"
        typer.echo(f"{place}: {remark.severity}: {remark.message} [{remark.code}]")
    errors = sum(remark.severity == "error" for remark in remarks)
    typer.echo(f"{errors} errors, {len(remarks) - errors} warnings", err=True)


def _format(files: list[Path], *, drop_comments: bool, dry_run: bool) -> tuple[int, int]:
    """Rewrite what differs; say which, and which could not be. Gives the numbers of both."""
    from mailsetup.errors import InvalidDocument
    from mailsetup.providers.house_form import house_form

    changed = failed = 0
    for path in files:
        try:
            document = path.read_bytes()
            formatted = house_form(document, drop_comments=drop_comments)
            if formatted == document:
                continue
            changed += 1
            typer.echo(str(path))
            if not dry_run:
                path.write_bytes(formatted)
        except InvalidDocument as error:
            failed += 1
            typer.echo(f"{path}{f':{error.line}' if error.line else ''}: left alone: {error.reason}", err=True)
        except OSError as error:
            fail(f"Cannot read or write {path}: {error.strerror}")
    return changed, failed
