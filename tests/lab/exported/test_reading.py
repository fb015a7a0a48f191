"""Programs that show a mailbox do so with the written file, on a terminal of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Discovery, Protocol, Security
from tests.lab.availability import program
from tests.lab.world import BORIS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

BOTH = [Security.TLS, Security.STARTTLS]
NEOMUTT = ("-F", ".config/neomutt/lab.example.muttrc")
ALPINE_STARTS = [("Exit this greeting", "e")]
ALPINE_LOGS_IN = [("ENTER PASSWORD:", f"{BORIS.password}\r"), ("Preserve password", "n")]


@pytest.mark.parametrize("security", BOTH)
def test_neomutt_shows_the_mailbox(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security
) -> None:
    """NeoMutt opens the inbox at once."""
    stage.export(found(security), "neomutt")
    stage.on_terminal(program("neomutt", package="neomutt"), *NEOMUTT, talk=[(subject, "q")])


def test_neomutt_asks_about_an_unknown_authority(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """It shows the certificate and waits; nothing was sent."""
    stage.export(found(Security.TLS), "neomutt")
    neomutt = program("neomutt", package="neomutt")
    shown = stage.on_terminal(neomutt, *NEOMUTT, talk=[("(r)eject", "r")], trust=False)
    assert subject not in shown


@pytest.mark.parametrize("security", BOTH)
def test_aerc_shows_the_mailbox(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security
) -> None:
    """It takes ``accounts.conf``, whose permissions it checks, and runs the command in it."""
    stage.export(found(security), "aerc")
    stage.on_terminal(program("aerc", package="aerc"), talk=[(subject, ":quit\r")])


@pytest.mark.parametrize("security", BOTH)
def test_aerc_checks_the_certificate(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security
) -> None:
    """With a server of an unknown authority it does not go on."""
    stage.export(found(security), "aerc")
    shown = stage.on_terminal(program("aerc", package="aerc"), talk=[("x509", "")], trust=False)
    assert subject not in shown


@pytest.mark.parametrize("security", BOTH)
def test_aerc_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    subject: str,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
) -> None:
    """It sends over the server of the file, too."""
    stage.export(found(security), "aerc")
    talk = [
        (subject, f":compose -H 'To: {recipient}' -H 'Subject: hello'\r"),
        ("Send this email", "y"),
        ("sent", ":quit\r"),
    ]
    stage.on_terminal(program("aerc", package="aerc"), talk=talk)
    assert accepted(recipient)


@pytest.mark.parametrize(("protocol", "security"), [(Protocol.IMAP, Security.TLS), (Protocol.POP3, Security.STARTTLS)])
def test_alpine_shows_the_mailbox(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security, protocol: Protocol
) -> None:
    """Alpine takes ``.pinerc`` for both protocols, and asks for the password only."""
    stage.export(found(security, protocol), "alpine")
    talk = [*ALPINE_STARTS, *ALPINE_LOGS_IN, (subject, "q")]
    stage.on_terminal(program("alpine", package="alpine"), "-i", talk=talk)


def test_alpine_checks_the_certificate(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """It asks before it goes on with a server of an unknown authority, and has asked for no password by then."""
    stage.export(found(Security.STARTTLS), "alpine")
    talk = [*ALPINE_STARTS, ("CERTIFICATE VALIDATION FAILURE", "")]
    shown = stage.on_terminal(program("alpine", package="alpine"), "-i", talk=talk, trust=False)
    assert "ENTER PASSWORD" not in shown


@pytest.mark.parametrize("security", BOTH)
def test_alpine_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
) -> None:
    """It sends over the server of the file, after a login there."""
    stage.export(found(security), "alpine")
    talk = [("COMPOSE MESSAGE", "\x18"), ("Send message", "y"), *ALPINE_LOGS_IN, ("Alpine finished", "")]
    stage.on_terminal(program("alpine", package="alpine"), '-default-fcc=""', recipient, talk=talk)
    assert accepted(recipient)


READ = """
(require 'nnimap)
(nnimap-open-server (cadr gnus-select-method) (cddr gnus-select-method))
(with-current-buffer (nnimap-buffer)
  (nnimap-command "EXAMINE INBOX")
  (nnimap-command "FETCH 1 (BODY.PEEK[])")
  (princ (buffer-string)))
"""


def _gnus_reads(stage: Stage, discovery: Discovery, *, trust: bool) -> str:
    emacs = program("emacs", package="emacs-nox")
    stage.export(discovery, "gnus")
    server = discovery.incoming
    assert server is not None
    (stage.home / ".emacs.d").mkdir()
    authinfo = stage.home / ".authinfo"
    entry = f"machine {server.hostname} port {server.port} login boris password '{BORIS.password}'\n"
    authinfo.write_text(entry, encoding="utf-8")
    authinfo.chmod(0o600)
    (stage.home / "read.el").write_text(READ, encoding="utf-8")
    done = stage.run(emacs, "--batch", "-Q", "-l", ".gnus.el", "-l", "read.el", trust=trust, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("security", BOTH)
def test_gnus_reads(found: Callable[..., Discovery], stage: Stage, subject: str, security: Security) -> None:
    """Gnus takes the server of the file, and the password from ``.authinfo``."""
    assert f"Subject: {subject}" in _gnus_reads(stage, found(security), trust=True)


@pytest.mark.parametrize("security", BOTH)
def test_gnus_checks_the_certificate(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security
) -> None:
    """From a server of an unknown authority nothing is read."""
    assert subject not in _gnus_reads(stage, found(security), trust=False)
