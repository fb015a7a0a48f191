"""``mailsetup lint FILE``: what a mail program would take from a document, what it ignores, and why."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.terminal import console, fail, fail_for_address, language_code, print_json
from mailsetup.errors import InvalidAddress

if TYPE_CHECKING:
    from mailsetup.model import LintReport

MAX_FILE = 4 * 1024 * 1024
"""Octets; beyond it no program would read on either, and the report says so."""


def lint(
    file: Annotated[Path, typer.Argument(help="An autoconfig, PACC or Autodiscover document; - for standard input.")],
    address: Annotated[str | None, typer.Option(help="Fill placeholders for this address.", show_default=False)] = None,
    json: flags.Json = False,
    lang: flags.Lang = None,
) -> None:
    """Show what a mail program takes from a document that a domain publishes, what it ignores, and why."""
    from mailsetup.linter import lint as lint_document

    try:
        report = lint_document(_read(file), address=address)
    except InvalidAddress as error:
        fail_for_address(error, language_code(lang))
    if json:
        print_json(report.model_dump_json())
    else:
        _print(report, language_code(lang))
    if report.error is not None or any(ignored.severity == "error" for ignored in report.ignored):
        raise typer.Exit(1)


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_FILE)
        with file.open("rb") as opened:
            return opened.read(MAX_FILE)
    except OSError as error:
        fail(f"Cannot read {file}: {error.strerror}")


def _print(report: LintReport, language: str) -> None:
    from mailsetup.render.lint import lint_report
    from mailsetup.translation import translator

    screen = console()
    screen.print(lint_report(report, translate=translator(language), width=screen.width))
