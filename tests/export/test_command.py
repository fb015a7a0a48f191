"""``mailsetup export``, run as the program it is."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from mailsetup.render.export import FORMATS
from tests.support.program import run

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "export.md"
ADDRESS = "x@gmail.com"


def test_the_file_goes_to_standard_output_and_the_notes_to_standard_error() -> None:
    """So that one can be redirected without the other."""
    ended = run("export", ADDRESS, "--offline", "--format", "msmtp")
    assert ended.code == 0
    assert ended.out.startswith("# msmtp for gmail.com\naccount gmail.com\nhost smtp.gmail.com\n")
    assert "~/.msmtprc" in ended.err
    assert "app password" in ended.err


def test_the_password_command_is_written() -> None:
    """In place of the placeholder, and then no note asks to replace it."""
    ended = run("export", ADDRESS, "--offline", "-f", "msmtp", "--password-command", "secret-tool lookup a b")
    assert 'passwordeval "secret-tool lookup a b"' in ended.out
    assert "Replace" not in ended.err


def test_a_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 600, in folders that are made for it."""
    target = tmp_path / "new" / "msmtprc"
    ended = run("export", ADDRESS, "--offline", "-f", "msmtp", "-o", str(target))
    assert (ended.code, ended.out) == (0, "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text(encoding="utf-8").startswith("# msmtp")


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    """Somebody's configuration is not overwritten unless that is asked for."""
    target = tmp_path / "msmtprc"
    target.write_text("mine", encoding="utf-8")
    ended = run("export", ADDRESS, "--offline", "-f", "msmtp", "-o", str(target))
    assert ended.code == 2
    assert "--force" in ended.err
    assert target.read_text(encoding="utf-8") == "mine"
    assert run("export", ADDRESS, "--offline", "-f", "msmtp", "-o", str(target), "--force").code == 0
    assert target.read_text(encoding="utf-8").startswith("# msmtp")


def test_several_files_need_a_folder(tmp_path: Path) -> None:
    """Two files on one standard output could not be told apart."""
    ended = run("export", ADDRESS, "--offline", "-f", "pacc")
    assert ended.code == 2
    assert ended.out == ""
    assert "--output" in ended.err
    assert run("export", ADDRESS, "--offline", "-f", "pacc", "-o", str(tmp_path)).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"user-agent-configuration.json", "pacc.zone"}


def test_a_refusal_says_why_and_writes_nothing(tmp_path: Path) -> None:
    """Exit code 1, one sentence, in the user's language; as JSON with its code."""
    found = ("export", "x@outlook.com", "--offline", "-f", "mobileconfig")
    ended = run(*found, "-o", str(tmp_path / "x"))
    assert (ended.code, ended.out) == (1, "")
    assert "OAuth2" in ended.err
    assert not (tmp_path / "x").exists()
    assert run(*found, "--lang", "de").err != ended.err
    assert json.loads(run(*found, "--json").out)["error"]["code"] == "login"


def test_an_address_of_which_nothing_is_known_says_so() -> None:
    """The refusal, and the problems that explain it."""
    ended = run("export", "x@nobody-knows.example", "--offline", "-f", "msmtp")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("No SMTP server is known for x@nobody-knows.example.\n")
    assert "--offline" in ended.err


def test_json_holds_files_and_notes() -> None:
    """For programs that run this one."""
    ended = run("export", ADDRESS, "--offline", "-f", "mbsync", "--json")
    document = json.loads(ended.out)
    assert ended.err == ""
    assert document["format"] == "mbsync"
    assert document["files"][0]["place"] == "~/.mbsyncrc"
    assert "Host imap.gmail.com" in document["files"][0]["content"]
    assert {"place", "folder-first", "password-command"} <= {one["code"] for one in document["notes"]}


def test_oauth_can_be_insisted_on() -> None:
    """``--auth oauth2`` where a server takes both."""
    ended = run("export", ADDRESS, "--offline", "-f", "msmtp", "--auth", "oauth2")
    assert "auth xoauth2" in ended.out


@pytest.mark.parametrize(
    "arguments", [("-f", "no-such-format"), ("-f", "msmtp", "--auth", "magic"), (), ("-f", "msmtp", "--timeout", "x")]
)
def test_bad_usage_ends_with_2_and_no_output(arguments: tuple[str, ...]) -> None:
    """And without a traceback."""
    ended = run("export", ADDRESS, "--offline", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err


def test_a_bad_address_ends_with_2() -> None:
    """With the place of the mistake, as everywhere."""
    ended = run("export", "x@", "--offline", "-f", "json")
    assert (ended.code, ended.out) == (2, "")


def test_all_formats_are_listed_without_an_address() -> None:
    """One line each, with what it is."""
    ended = run("export", "--list-formats")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines() if line.strip()] == list(FORMATS)


KINDS = {"publish": "a domain", "program": "a mail program", "code": "programmers"}


def test_the_reference_lists_every_format() -> None:
    """The table of the page is the table of the code, in its order."""
    table = PAGE.read_text(encoding="utf-8").partition("\n## Formats\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9]+)` \| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE)
    assert [tuple(cell.strip() for cell in row) for row in rows] == [
        (exporter.name, exporter.title, KINDS[exporter.kind]) for exporter in FORMATS.values()
    ]
