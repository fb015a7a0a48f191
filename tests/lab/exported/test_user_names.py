"""User names that are special in a program's configuration arrive at the server exactly as they were.

Where a format refuses a name, that is counted too: the ordinary ones must not be among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import CannotExpress
from tests.export.samples import NASTY
from tests.lab.availability import program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.exported.capture import Capture
    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

ORDINARY = {"anna", "anna@corp.example"}


def _mbsync(stage: Stage) -> None:
    (stage.home / "Mail" / "corp.example").mkdir(parents=True, exist_ok=True)
    stage.run(program("mbsync", package="isync"), "-a", check=False)


def _offlineimap(stage: Stage) -> None:
    (stage.home / "Mail").mkdir(exist_ok=True)
    stage.run(program("offlineimap", package="offlineimap3"), "-o", "-u", "quiet", check=False)


def _getmail(stage: Stage) -> None:
    for folder in ("new", "cur", "tmp"):
        (stage.home / "Mail" / "corp.example" / folder).mkdir(parents=True, exist_ok=True)
    stage.run(program("getmail", package="getmail6"), "--getmaildir", stage.home / ".config" / "getmail", check=False)


def _fetchmail(stage: Stage) -> None:
    talk = [("Enter password", "secret\n"), ("normal termination", "")]
    stage.on_terminal(program("fetchmail", package="fetchmail"), "-v", "--mda", "cat", talk=talk)


def _msmtp(stage: Stage) -> None:
    stage.run(program("msmtp", package="msmtp"), "x@corp.example", stdin="Hello.\n", check=False)


def _neomutt(stage: Stage) -> None:
    options = ("-F", ".config/neomutt/corp.example.muttrc", "-e", "set copy=no")
    neomutt = program("neomutt", package="neomutt")
    stage.run(neomutt, *options, "-s", "hello", "x@corp.example", stdin="Hello.\n", check=False)


def _smtpmail(stage: Stage) -> None:
    (stage.home / ".emacs.d").mkdir(exist_ok=True)
    # The password is looked up by user name; what is asked for here is only what the file makes of the name.
    (stage.home / "user.el").write_text('(princ (concat smtpmail-smtp-user "\\0" (cadr (assq (quote nnimap-user)'
                                        ' (cddr gnus-select-method)))))', encoding="utf-8")  # fmt: skip
    done = stage.run(program("emacs", package="emacs-nox"), "--batch", "-Q", "-l", ".gnus.el", "-l", "user.el")
    (stage.home / "said").write_text(done.stdout, encoding="utf-8")


RUNS: dict[str, Callable[[Stage], None]] = {
    "mbsync": _mbsync,
    "offlineimap": _offlineimap,
    "getmail": _getmail,
    "fetchmail": _fetchmail,
    "msmtp": _msmtp,
    "neomutt": _neomutt,
}

LIMITED = {"getmail", "aerc"}
"""These refuse some of the names, for reasons their modules give."""


@pytest.mark.parametrize("name", RUNS)
def test_the_program_sends_the_very_user_name(name: str, capture: Capture, stage: Stage) -> None:
    """Quotation marks, backslashes, percent signs, dollars, backquotes, spaces, umlauts."""
    refused = set()
    for username in NASTY:
        capture.usernames.clear()
        try:
            stage.export(capture.discovery(username), name)
        except CannotExpress:
            refused.add(username)
            continue
        RUNS[name](stage)
        assert set(capture.usernames) == {username}
    assert not refused & ORDINARY
    assert not refused or name in LIMITED


def test_emacs_reads_the_very_user_name(capture: Capture, stage: Stage) -> None:
    """As Emacs itself reads the strings of the file, for sending and for fetching."""
    for username in NASTY:
        stage.export(capture.discovery(username), "gnus")
        _smtpmail(stage)
        assert (stage.home / "said").read_text(encoding="utf-8").split("\0") == [username, username]


def test_the_password_command_is_run_as_it_was_given(capture: Capture, stage: Stage, tmp_path: Path) -> None:
    """A command with quotation marks, dollars and percent signs runs as the shell would run it."""
    for name in ("mbsync", "offlineimap", "getmail", "msmtp"):
        mark = stage.home / f"ran-{name}"
        stage.command = f"""printf '%s' "it's \\"$HOME\\" 100%" > {mark}; echo secret"""
        stage.export(capture.discovery("anna"), name)
        RUNS[name](stage)
        assert mark.read_text(encoding="utf-8") == f'it\'s "{stage.home}" 100%'
