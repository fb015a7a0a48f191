"""The user's own file in autoconfig form, beside the TOML one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.address import Address
from mailsetup.model import Options, Status, Trust
from mailsetup.sources.user_file import MAX_FILE, look_up
from tests.sources.ask import PARKED, autoconfig

if TYPE_CHECKING:
    from pathlib import Path

    from mailsetup.model import Finding

ADDRESS = Address.parse("kim@corp.example")

TOML = """
id = "corp"
name = "Corp"
kind = "organisation"
domains = ["corp.example"]
sources = ["me"]
checked = 2026-01-01

[[servers]]
protocol = "imap"
hostname = "toml.corp.example"
port = 993
security = "tls"
"""


def find(folder: Path, **files: str) -> Finding:
    """Look up with these files in the user's folder; ``xml=…`` is ``corp.example.xml``."""
    (folder / "isp").mkdir()
    for ending, text in files.items():
        (folder / "isp" / f"corp.example.{ending}").write_text(text, encoding="utf-8")
    return look_up(ADDRESS, Options(config_dir=folder))


def test_an_autoconfig_file_settles_the_matter(tmp_path: Path) -> None:
    """The user said so: trust 3, final, and the file is the provenance (AC-14, TRUST-01)."""
    finding = find(tmp_path, xml=autoconfig())
    assert (finding.status, finding.final) == (Status.FOUND, True)
    server = finding.servers[0]
    assert (server.trust, server.sources, server.username) == (
        Trust.AUTHENTICATED,
        ("user-file",),
        "kim@corp.example",
    )
    assert server.provenance == (str(tmp_path / "isp" / "corp.example.xml"),)


def test_the_toml_file_counts_first(tmp_path: Path) -> None:
    """It can say more, so it wins where both exist."""
    finding = find(tmp_path, xml=autoconfig(), toml=TOML)
    assert [server.hostname for server in finding.servers] == ["toml.corp.example"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PARKED, "not-config"),
        (autoconfig()[:200], "malformed"),
        ("<clientConfig/>", "nothing-usable"),
        ("<!DOCTYPE clientConfig SYSTEM 'x'><clientConfig/>", "dtd-refused"),
        ("x" * (MAX_FILE + 1), "too-large"),
    ],
)
def test_a_broken_file_is_told_and_ignored(tmp_path: Path, text: str, reason: str) -> None:
    """The problem names the file; the asking goes on (AC-31)."""
    finding = find(tmp_path, xml=text)
    assert (finding.status, finding.reason, finding.final) == (Status.UNUSABLE, reason, False)
    assert [told.code for told in finding.problems] == ["user-file-broken"]
    assert "corp.example.xml" in finding.problems[0].message


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder in place of the file is a problem, not a crash."""
    (tmp_path / "isp" / "corp.example.xml").mkdir(parents=True)
    finding = look_up(ADDRESS, Options(config_dir=tmp_path))
    assert [told.code for told in finding.problems] == ["user-file-unreadable"]


def test_no_file_is_simply_absent(tmp_path: Path) -> None:
    """Most users have none."""
    finding = look_up(ADDRESS, Options(config_dir=tmp_path))
    assert (finding.status, finding.reason) == (Status.ABSENT, "no-file")
