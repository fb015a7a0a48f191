"""``mailsetup lint FILE``: what a publisher sees."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mailsetup import lint
from mailsetup.model import LintReport
from tests.support.program import COMMAND, TIMEOUT, environment, run

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="corp.example">
    <domain>corp.example</domain>
    <displayName>Corp</displayName>
    <incomingServer type="imap">
      <hostname>imap.%EMAILDOMAIN%</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
  </emailProvider>
</clientConfig>
"""
REDIRECT = """<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
<Account><Action>redirectAddr</Action><RedirectAddr>kim@other.example</RedirectAddr></Account></Response></Autodiscover>
"""


def written(folder: Path, text: str) -> str:
    path = folder / "document"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_what_a_program_takes_is_shown(tmp_path: Path) -> None:
    """Format, provider and servers; placeholders filled in on request; exit code 0."""
    ended = run("lint", written(tmp_path, GOOD), "--address", "kim@corp.example")
    assert (ended.code, ended.err) == (0, "")
    for word in ("autoconfig 1.1", "Corp", "imap.corp.example", "993", "SSL/TLS", "kim@corp.example"):
        assert word in ended.out
    assert "ignores" not in ended.out


def test_what_is_ignored_has_its_line_and_a_reason(tmp_path: Path) -> None:
    """A server that cannot be used is an error, with the line it stands in; exit code 1."""
    ended = run("lint", written(tmp_path, GOOD.replace("993", "99999")))
    assert ended.code == 1
    assert "A mail program can take nothing from it." in ended.out
    assert "99999" in ended.out
    assert "line 6" in ended.out or "line 8" in ended.out


@pytest.mark.parametrize("text", ["", "<html><body>Not found</body></html>", "<clientConfig>", "\0\1\2"])
def test_a_document_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    """A sentence and exit code 1, never a traceback."""
    ended = run("lint", written(tmp_path, text))
    assert (ended.code, ended.err) == (1, "")
    assert "Problem" in ended.out


def test_json_is_the_librarys_report(tmp_path: Path) -> None:
    """``--json`` prints what ``lint`` gives, and nothing else."""
    ended = run("lint", written(tmp_path, GOOD), "--json", "--address", "kim@corp.example")
    assert LintReport.model_validate_json(ended.out) == lint(GOOD.encode(), address="kim@corp.example")


def test_a_redirect_is_told(tmp_path: Path) -> None:
    """Where an Autodiscover answer leads, without following it."""
    assert "kim@other.example" in run("lint", written(tmp_path, REDIRECT)).out


def test_standard_input_is_read() -> None:
    """``-`` is it."""
    ended = subprocess.run(
        [*COMMAND, "lint", "-"],
        input=GOOD.encode(),
        capture_output=True,
        env=environment(),
        timeout=TIMEOUT,
        check=False,
    )
    assert ended.returncode == 0
    assert b"imap.%EMAILDOMAIN%" in ended.stdout


def test_the_language_is_the_users(tmp_path: Path) -> None:
    """German words around what the document says."""
    assert "Mailprogramm" in run("lint", written(tmp_path, GOOD), "--lang", "de").out


def test_a_document_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """Control and bidi characters of a name are stripped (SEC-09)."""
    evil = GOOD.replace(">Corp<", ">Corp\u202egrob\u009b31m<")
    out = run("lint", written(tmp_path, evil)).out
    assert "Corp" in out
    assert not {"\u202e", "\u009b", "\x1b"} & set(out)


@pytest.mark.parametrize("arguments", [("nowhere.xml",), (".",)])
def test_a_file_that_cannot_be_read_is_a_sentence(arguments: tuple[str, ...]) -> None:
    """Exit code 2."""
    ended = run("lint", *arguments)
    assert ended.code == 2
    assert "Cannot read" in ended.err
    assert "Traceback" not in ended.err


def test_a_wrong_address_is_pointed_at(tmp_path: Path) -> None:
    """As for ``check``: exit code 2."""
    ended = run("lint", written(tmp_path, GOOD), "--address", "kim at corp")
    assert ended.code == 2
    assert "Traceback" not in ended.err
