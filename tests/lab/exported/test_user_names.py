"""User names that are special in a program's configuration arrive at the server exactly as they were.

Where a format refuses a name, that is counted too: the ordinary ones must not be among them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import CannotExpress
from mailsetup.model import Auth
from tests.export.samples import NASTY
from tests.lab.availability import program

if TYPE_CHECKING:
    from collections.abc import Callable

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
    stage.on_terminal(program("fetchmail", package="fetchmail"), "-v", "--mda", "cat", talk=talk, ends=True)


def _msmtp(stage: Stage) -> None:
    stage.run(program("msmtp", package="msmtp"), "x@corp.example", stdin="Hello.\n", check=False)


def _neomutt(stage: Stage) -> None:
    options = ("-F", ".config/neomutt/corp.example.muttrc", "-e", "set copy=no")
    neomutt = program("neomutt", package="neomutt")
    stage.run(neomutt, *options, "-s", "hello", "x@corp.example", stdin="Hello.\n", check=False)


def _aerc(stage: Stage) -> None:
    stage.on_terminal(program("aerc", package="aerc"), talk=[("never", ":quit\r")])


RUNS: dict[str, Callable[[Stage], None]] = {
    "mbsync": _mbsync,
    "offlineimap": _offlineimap,
    "getmail": _getmail,
    "fetchmail": _fetchmail,
    "msmtp": _msmtp,
    "neomutt": _neomutt,
    "aerc": _aerc,
}

LIMITED = {"getmail"}
"""It refuses some of the names, for the reason its module gives."""
SLOW = {"offlineimap", "neomutt", "aerc"}
"""Every other name is enough for these."""


@pytest.mark.parametrize("name", RUNS)
def test_the_program_sends_the_very_user_name(name: str, capture: Capture, stage: Stage) -> None:
    """Quotation marks, backslashes, percent signs, dollars, backquotes, spaces, umlauts."""
    refused = set()
    for username in NASTY[:: 2 if name in SLOW else 1]:
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
    script = (
        '(princ (concat smtpmail-smtp-user "\\0" (cadr (assq (quote nnimap-user) (cddr gnus-select-method))) "\\0"))'
    )
    (stage.home / "say.el").write_text(script, encoding="utf-8")
    (stage.home / ".emacs.d").mkdir()
    loads = []
    for index, username in enumerate(NASTY):
        stage.export(capture.discovery(username), "gnus")
        (stage.home / ".gnus.el").rename(stage.home / f"{index}.el")
        loads += ["-l", f"{index}.el", "-l", "say.el"]
    done = stage.run(program("emacs", package="emacs-nox"), "--batch", "-Q", *loads)
    assert done.stdout.split("\0")[:-1] == [username for username in NASTY for _ in range(2)]


def _python(stage: Stage) -> None:
    script = "import mail_account; mail_account.open_mailbox()"
    stage.run("env", "MAIL_TOKEN=token", sys.executable, "-c", script, check=False, as_nobody=False)


def _python_sends(stage: Stage) -> None:
    script = "import mail_account, email.message; mail_account.send(email.message.EmailMessage())"
    stage.run("env", "MAIL_TOKEN=token", sys.executable, "-c", script, check=False, as_nobody=False)


OAUTH_RUNS: dict[str, tuple[str, Callable[[Stage], None]]] = {
    "offlineimap": ("offlineimap", _offlineimap),
    "getmail": ("getmail", _getmail),
    "msmtp": ("msmtp", _msmtp),
    "neomutt": ("neomutt", _neomutt),
    "aerc": ("aerc", _aerc),
    "imaplib": ("python", _python),
    "smtplib": ("python", _python_sends),
}


@pytest.mark.parametrize("name", OAUTH_RUNS)
def test_the_program_sends_the_token(name: str, capture: Capture, stage: Stage) -> None:
    """Where OAuth2 is written, the program uses it, with the user name of the file and the token of the command."""
    format_name, run = OAUTH_RUNS[name]
    stage.secret.write_text("token\n", encoding="ascii")
    stage.export(capture.discovery("anna@corp.example", Auth.OAUTH2), format_name)
    run(stage)
    assert set(capture.tokens) == {"token"}
    assert set(capture.usernames) == {"anna@corp.example"}


@pytest.mark.parametrize("name", ["mbsync", "offlineimap", "getmail", "msmtp", "neomutt"])
def test_the_password_command_is_run_as_it_was_given(name: str, capture: Capture, stage: Stage) -> None:
    """A command with quotation marks, dollars and percent signs runs as the shell would run it."""
    stage.command = """printf '%s' "it's $HOME; 100% # yes" > mark; echo secret"""
    stage.export(capture.discovery("anna"), name)
    RUNS[name](stage)
    assert (stage.home / "mark").read_text(encoding="utf-8") == f"it's {stage.home}; 100% # yes"
