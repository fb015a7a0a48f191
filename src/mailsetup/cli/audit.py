"""``mailsetup audit DOMAIN``: for the domain's owner. What programs make of it, what to mend, and what to publish."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import Enum
from pathlib import Path  # noqa: TC003  (typer reads annotations at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from mailsetup.cli import flags  # noqa: TC001  (typer reads annotations at run time)
from mailsetup.cli.options import WEB, takes_options
from mailsetup.cli.terminal import console, fail, fail_for_address, language_code, print_json
from mailsetup.errors import InvalidAddress, InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mailsetup.model import Options
    from mailsetup.model.audit import AuditReport, Grade

GOOD, REMARKS = 0, 1

TIMEOUT = 60
"""Seconds; an audit waits for everybody, and tries every server twice."""


class FailOn(str, Enum):
    """What ``--fail-on`` takes."""

    error = "error"
    warning = "warning"
    hint = "hint"
    never = "never"


@takes_options("timeout", *WEB, "dnssec", "ispdb_url", "no_share_address", "no_private_addresses", timeout=TIMEOUT)
def audit(
    domain: Annotated[str, typer.Argument(help="The domain, or an address at it.", show_default=False)],
    json: flags.Json = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one page.", show_default=False)
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write a JUnit report for a pipeline.", show_default=False),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit with 1 for remarks of this grade or graver.")] = FailOn.error,
    lang: flags.Lang = None,
    *,
    options: Options,
) -> None:
    """Look at everything a domain publishes, compare it, try it out, and say what to publish instead."""
    language = language_code(lang)
    _check_folders(html, junit)
    report = _audit(domain, options, language)
    failing = grades_from(fail_on)
    _write(report, html=html, junit=junit, failing=failing, language=language)
    if json:
        print_json(report.model_dump_json())
    else:
        _print(report, language)
    raise typer.Exit(exit_code(report, failing))


def grades_from(fail_on: FailOn, /) -> Collection[Grade]:
    """Give the grades that make the audit fail: the chosen one and those above it."""
    from mailsetup.model.audit import Grade

    if fail_on is FailOn.never:
        return ()
    grades = list(Grade)
    return tuple(grades[: grades.index(Grade(fail_on.value)) + 1])


def exit_code(report: AuditReport, failing: Collection[Grade], /) -> int:
    """Give the exit code that a report stands for."""
    return REMARKS if any(remark.grade in failing for remark in report.remarks) else GOOD


def _check_folders(*files: Path | None) -> None:
    """Find out before the audit, which takes a minute, and not after."""
    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            fail(f"Cannot write {file}: there is no such folder.")


@contextmanager
def _patience(language: str) -> Iterator[None]:
    """Say on standard error that something is going on, where that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    from mailsetup.translation import translator

    t = translator(language)
    with Console(stderr=True).status(t("Everybody is being asked, and every server tried …")):
        yield


def _audit(domain: str, options: Options, language: str) -> AuditReport:
    from mailsetup.blocking import audit as look_at

    try:
        with _patience(language):
            return look_at(domain, options=options)
    except InvalidAddress as error:
        fail_for_address(error, language)
    except InvalidOptions as error:
        fail(str(error))


def _write(
    report: AuditReport, *, html: Path | None, junit: Path | None, failing: Collection[Grade], language: str
) -> None:
    from mailsetup.translation import translator

    translate = translator(language)
    if html is not None:
        from mailsetup.render.audit_html import audit_page

        _save(html, lambda: audit_page(report, language=language, translate=translate))
    if junit is not None:
        from mailsetup.render.audit_junit import junit as junit_report

        _save(junit, lambda: junit_report(report, failing=failing, translate=translate))


def _save(file: Path, render: Callable[[], str]) -> None:
    try:
        file.write_text(render(), encoding="utf-8")
    except OSError as error:
        fail(f"Cannot write {file}: {error.strerror}")


def _print(report: AuditReport, language: str) -> None:
    from mailsetup.render.audit_terminal import AuditRenderer
    from mailsetup.translation import translator

    screen = console()
    renderer = AuditRenderer(translate=translator(language), width=screen.width)
    screen.print(renderer.report(report))
    screen.print(renderer.remedies(report), soft_wrap=True)
