"""Programs that fetch mail do so with the written file: the message that was in the mailbox is in their folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Discovery, Protocol, Security
from tests.lab.availability import program
from tests.lab.world import BORIS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

BOTH = [Security.TLS, Security.STARTTLS]


def mailbox(home: Path) -> str:
    """Give every message below a home folder, in one text."""
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.parent.name in {"new", "cur", "box"}
    )


@pytest.mark.parametrize("security", BOTH)
def test_mbsync_fetches(found: Callable[..., Discovery], stage: Stage, subject: str, security: Security) -> None:
    """It takes ``.mbsyncrc``, the password from the command, and the whole mailbox."""
    mbsync = program("mbsync", package="isync")
    stage.export(found(security), "mbsync")
    (stage.home / "Mail" / "lab.example").mkdir(parents=True)
    stage.run(mbsync, "-a")
    assert f"Subject: {subject}" in mailbox(stage.home)


def test_mbsync_checks_the_certificate(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """From a server of an unknown authority nothing is fetched."""
    mbsync = program("mbsync", package="isync")
    stage.export(found(Security.TLS), "mbsync")
    (stage.home / "Mail" / "lab.example").mkdir(parents=True)
    done = stage.run(mbsync, "-a", trust=False, check=False)
    assert done.returncode != 0
    assert "ertificate" in done.stderr
    assert subject not in mailbox(stage.home)


def test_offlineimap_fetches(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """OfflineIMAP takes ``.offlineimaprc`` and runs the command in it."""
    offlineimap = program("offlineimap", package="offlineimap3")
    stage.export(found(Security.TLS), "offlineimap")
    (stage.home / "Mail").mkdir()
    stage.run(offlineimap, "-o", "-u", "basic")
    assert f"Subject: {subject}" in mailbox(stage.home)


def test_offlineimap_checks_the_certificate(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """From a server of an unknown authority nothing is fetched."""
    offlineimap = program("offlineimap", package="offlineimap3")
    stage.export(found(Security.TLS), "offlineimap")
    (stage.home / "Mail").mkdir()
    done = stage.run(offlineimap, "-o", "-u", "basic", trust=False, check=False)
    assert "CERTIFICATE_VERIFY_FAILED" in done.stdout + done.stderr
    assert subject not in mailbox(stage.home)


def _getmail(stage: Stage, *, trust: bool) -> str:
    getmail = program("getmail", package="getmail6")
    for folder in ("new", "cur", "tmp"):
        (stage.home / "Mail" / "lab.example" / folder).mkdir(parents=True)
    done = stage.run(getmail, "--getmaildir", stage.home / ".config" / "getmail", trust=trust, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_getmail_fetches(found: Callable[..., Discovery], stage: Stage, subject: str, protocol: Protocol) -> None:
    """It takes ``getmailrc`` for both protocols."""
    stage.export(found(Security.TLS, protocol), "getmail")
    said = _getmail(stage, trust=True)
    assert f"Subject: {subject}" in mailbox(stage.home), said


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_getmail_checks_the_certificate(
    found: Callable[..., Discovery], stage: Stage, subject: str, protocol: Protocol
) -> None:
    """It does so only because the file says so (``ca_certs``)."""
    stage.export(found(Security.TLS, protocol), "getmail")
    assert "CERTIFICATE_VERIFY_FAILED" in _getmail(stage, trust=False)
    assert subject not in mailbox(stage.home)


def _fetchmail(stage: Stage, discovery: Discovery, *, trust: bool, then: str) -> str:
    fetchmail = program("fetchmail", package="fetchmail")
    stage.export(discovery, "fetchmail")
    (stage.home / "box").mkdir()
    talk = [("Enter password", f"{BORIS.password}\n"), (then, "")]
    return stage.on_terminal(fetchmail, "-v", "--mda", "cat >> box/mail", talk=talk, trust=trust, ends=True)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("security", BOTH)
def test_fetchmail_fetches(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security, protocol: Protocol
) -> None:
    """It takes ``.fetchmailrc`` for both protocols and both kinds of TLS, and asks for the password."""
    said = _fetchmail(stage, found(security, protocol), trust=True, then="normal termination")
    assert f"Subject: {subject}" in mailbox(stage.home), said


@pytest.mark.parametrize("security", BOTH)
def test_fetchmail_checks_the_certificate(
    found: Callable[..., Discovery], stage: Stage, subject: str, security: Security
) -> None:
    """From a server of an unknown authority nothing is fetched."""
    _fetchmail(stage, found(security), trust=False, then="ertificate verification error")
    assert subject not in mailbox(stage.home)


def test_mu4e_finds_what_mbsync_fetched(found: Callable[..., Discovery], stage: Stage, subject: str) -> None:
    """Both files work together: mbsync fills the folder, mu indexes it as noted, and mu4e knows every setting."""
    mbsync, mu = program("mbsync", package="isync"), program("mu", package="maildir-utils")
    emacs = program("emacs", package="emacs-nox")
    written = stage.export(found(Security.TLS), "mu4e")
    (stage.home / "Mail" / "lab.example").mkdir(parents=True)
    stage.run(mbsync, "-a")
    told = next(note.arguments["command"] for note in written.notes if note.code == "mu-first")
    assert told.startswith("mu init ")
    stage.run("sh", "-c", told.replace("mu ", f"{mu} "))
    assert subject in stage.run(mu, "find", f"subject:{subject.split()[1]}").stdout
    settings = set(re.findall(r"\bmu4e-[a-z-]+", written.files[0].content.decode()))
    unknown = f"(seq-filter (lambda (s) (not (boundp s))) '({' '.join(sorted(settings))}))"
    done = stage.run(emacs, "--batch", "--eval", f"(progn (package-initialize) (require 'mu4e) (princ {unknown}))")
    assert len(settings) >= 5
    assert done.stdout == "nil"
