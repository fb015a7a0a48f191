"""Every sentence that the program can print exists in every language it claims to speak."""

from __future__ import annotations

import ast
import importlib
import string
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polib
import pytest

import mailsetup
from mailsetup import logins, remarks
from mailsetup.problems import CATALOGUE, REQUIREMENTS
from mailsetup.render import words
from mailsetup.translation import LANGUAGES, choose, preferred_language, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(str(mailsetup.__file__)).parent
ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "src" / "mailsetup" / "locale"

TRANSLATORS = {"t", "translate"}
"""How the code calls the function that ``translator`` gave it."""

VARIABLES = {
    "entry.message": [entry.message for entry in remarks.CATALOGUE.values()],
    "entry.advice": [entry.advice for entry in remarks.CATALOGUE.values() if entry.advice],
    "known.message": [entry.message for entry in CATALOGUE.values()],
    "known.next_step": [entry.next_step for entry in CATALOGUE.values() if entry.next_step],
    "words.detail": [entry.detail for entry in logins.SENTENCES.values() if "{why}" not in entry.detail],
    "words.next_step": [entry.next_step for entry in logins.SENTENCES.values() if entry.next_step],
    "term": [term for term, _ in words.TERMS],
    "meaning": [meaning for _, meaning in words.TERMS],
}
"""Arguments that are neither a literal nor an entry of a table, and the sentences they stand for."""

SAME_IN_GERMAN = {"IMAP", "POP3", "SMTP", "SSL/TLS", "STARTTLS", "NTLM", "Kerberos", "Exchange Autodiscover", "Server",
                  "Port", "Port 465, 587", "Problem"}  # fmt: skip


def sentences() -> set[str]:
    """Collect every English sentence that is handed to a translator anywhere in the package."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(("mailsetup", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for argument in _translated(tree):
            found.update(_meant(argument, module))
    return found


def _translated(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        called = node.func
        is_string_method = isinstance(called, ast.Attribute) and not isinstance(called.value, ast.Name)
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        is_own = isinstance(called, ast.Name) or ast.unparse(called) in ("self.t", "self.translate", "self._t")
        if name in TRANSLATORS and is_own and not is_string_method:
            yield node.args[0]


def _meant(argument: ast.expr, module: str) -> list[str]:
    """Resolve the argument of one call to the sentences it can be."""
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    table = argument
    while isinstance(table, ast.Subscript):
        table = table.value
    if table is not argument and isinstance(table, ast.Name):
        return list(_strings(getattr(importlib.import_module(module), table.id)))
    if isinstance(argument, ast.IfExp):
        return [*_meant(argument.body, module), *_meant(argument.orelse, module)]
    written = ast.unparse(argument)
    assert written in VARIABLES, f"{module} translates {written!r}: say in VARIABLES what it can be"
    return VARIABLES[written]


def _strings(table: Any) -> Iterator[str]:
    """Every sentence in a table of sentences, or of groups of them."""
    if isinstance(table, str):
        yield str(table)
        return
    for value in table.values() if isinstance(table, Mapping) else table:
        yield from _strings(value)


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / f"{language}.po"), encoding="utf-8")


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


OTHER_LANGUAGES = [language for language in LANGUAGES if language != "en"]


def test_the_collector_finds_what_is_known_to_be_there() -> None:
    """Literals, tables and catalogue entries are all collected: an empty set would prove nothing."""
    assert {"Alternatives", words.SECURITY["none"], *REQUIREMENTS.values()} <= sentences()  # type: ignore[index]
    assert {entry.message for entry in CATALOGUE.values()} <= sentences()


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    """No sentence is missing from the catalogue, none is empty and none is marked as doubtful."""
    done = {entry.msgid for entry in catalogue(language) if entry.msgstr and "fuzzy" not in entry.flags}
    assert sorted(sentences() - done) == []


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    """A sentence that the code no longer prints leaves the catalogue too."""
    assert sorted({entry.msgid for entry in catalogue(language)} - sentences()) == []


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_translations_keep_the_names_of_what_is_filled_in(language: str) -> None:
    """``{provider}`` stays ``{provider}``; a misspelt name would be a crash in front of the user."""
    wrong = [entry.msgid for entry in catalogue(language) if fields(entry.msgid) != fields(entry.msgstr)]
    assert wrong == []


def test_german_is_german() -> None:
    """Only names of protocols and the like read the same in both languages."""
    same = {entry.msgid for entry in catalogue("de") if entry.msgid == entry.msgstr}
    assert same <= SAME_IN_GERMAN


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_the_compiled_catalogue_is_found_in_the_package(language: str) -> None:
    """What is installed speaks the language: the catalogue is compiled and where gettext looks for it."""
    translate = translator(language)
    for entry in catalogue(language):
        assert translate(entry.msgid) == entry.msgstr


def test_a_sentence_nobody_translated_appears_in_english() -> None:
    """Better English than a key or nothing."""
    assert translator("de")("Nobody has translated this.") == "Nobody has translated this."
    assert translator("tlh")("Alternatives") == "Alternatives"
    assert translator("en")("Alternatives") == "Alternatives"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_AT.UTF-8"}, "de"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr:de:en"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
    ],
)
def test_the_language_is_the_environments(environment: dict[str, str], language: str) -> None:
    """POSIX's order of precedence holds, and a language we do not speak means English."""
    assert preferred_language(environment) == language


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [({"de": "Ja.", "en": "Yes."}, "Ja."), ({"en": "Yes."}, "Yes."), ({"fr": "Oui."}, "Oui."), ({}, "")],
)
def test_a_providers_sentence_is_shown_in_the_best_language_there_is(texts: dict[str, str], chosen: str) -> None:
    """The user's language, else English, else any."""
    assert choose(texts, "de") == chosen
