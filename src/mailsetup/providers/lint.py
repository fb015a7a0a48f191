"""Checks of provider files: each file by itself, then all against each other.

Errors are what the compiler, or a client that gets the file as autoconfig, would refuse; warnings are what a reviewer
would ask about (``lint_rules.py``). Warnings that stand in the folder's ``lint-accepted.txt`` are not given again.

A user's own file (``<configuration folder>/isp/<domain>.toml``) is another matter: its name is the domain it is for,
and it is nobody else's business how it is kept.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse, render
from mailsetup.names import ascii_name
from mailsetup.providers import accepted, lint_document
from mailsetup.providers.compile import compile_database
from mailsetup.providers.lint_rules import ABOUT_SERVERS, ABOUT_UPKEEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mailsetup.providers.lint_rules import Rule
    from mailsetup.providers.schema import ProviderFile


class Remark(NamedTuple):
    """One thing a provider file should not be like."""

    file: str
    line: int | None
    severity: str
    """error or warning."""
    code: str
    message: str


def lint_paths(paths: Iterable[Path], /, *, today: date | None = None) -> list[Remark]:
    """Check files of the collection, and folders of them.

    Raises:
        OSError: if one cannot be read.
    """
    now = today or date.today()  # noqa: DTZ011  (a maintainer's own calendar)
    remarks: list[Remark] = []
    parsed: dict[str, ProviderFile] = {}
    for path in paths:
        found: list[Remark] = []
        for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
            found += _one(file, parsed, now)
        remarks += _without_accepted(found, path) if path.is_dir() else found
    try:
        compile_database(parsed.values())
    except InvalidDocument as error:
        remarks.append(Remark("", None, "error", error.code, error.reason))
    return remarks


def lint_user_file(path: Path, /) -> list[Remark]:
    """Check one of a user's own provider files (TOML).

    Raises:
        OSError: if it cannot be read.
    """
    try:
        file = parse(path.read_bytes())
    except InvalidDocument as error:
        return [Remark(str(path), error.line, "error", error.code, error.reason)]
    return [
        *_checked(path, "error", _leads_nowhere(path.stem, file)),
        *_checked(path, "error", lint_document.check(file)),
        *_warned(path, file, ABOUT_SERVERS, date.min),
    ]


def _one(path: Path, parsed: dict[str, ProviderFile], today: date) -> Iterator[Remark]:
    document = path.read_bytes()
    try:
        parsed[str(path)] = file = parse(document)
    except InvalidDocument as error:
        yield Remark(str(path), error.line, "error", error.code, error.reason)
        return
    if file.id != path.stem:
        yield Remark(str(path), None, "error", "id", f"the id is {file.id!r}, not the file's name")
    yield from _checked(path, "error", lint_document.check(file))
    yield from _warned(path, file, {**ABOUT_SERVERS, **ABOUT_UPKEEP}, today)
    if render(file) != document:
        yield Remark(str(path), None, "warning", "house-form", "not in house form (`mailsetup providers format`)")


def _checked(path: Path, severity: str, found: Iterable[tuple[str, str]]) -> Iterator[Remark]:
    return (Remark(str(path), None, severity, code, message) for code, message in found)


def _warned(path: Path, file: ProviderFile, rules: Mapping[str, Rule], today: date) -> Iterator[Remark]:
    for code, rule in rules.items():
        yield from _checked(path, "warning", ((code, message) for message in rule(file, today)))


def _leads_nowhere(stem: str, file: ProviderFile) -> Iterator[tuple[str, str]]:
    """A user's file is found by its name, so the name has to be the domain."""
    try:
        domain = ascii_name(stem)
    except ValueError as error:
        yield "file-name", f"the name should be the domain it is for, such as example.com.toml: {error}"
        return
    if domain != stem or "." not in domain:
        yield "file-name", f"the name should be the domain in A-labels, such as example.com.toml, not {stem!r}"
    elif file.servers and all(server.only_for and domain not in server.only_for for server in file.servers):
        yield "only-for", f"no server is for {domain}"


def _without_accepted(remarks: list[Remark], folder: Path) -> list[Remark]:
    path = folder / accepted.FILE_NAME
    try:
        entries = accepted.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        return remarks
    except (InvalidDocument, UnicodeDecodeError) as error:
        line = error.line if isinstance(error, InvalidDocument) else None
        return [*remarks, Remark(str(path), line, "error", "malformed", str(error))]
    known = {(entry.code, str(folder / f"{entry.id}.toml")) for entry in entries}
    given = {(remark.code, remark.file) for remark in remarks}
    left = [remark for remark in remarks if remark.severity == "error" or (remark.code, remark.file) not in known]
    return left + [
        Remark(str(path), line, "warning", "accepted-unused", f"{identifier} has no warning {code!r} any more")
        for code, identifier, line in entries
        if (code, str(folder / f"{identifier}.toml")) not in given
    ]
