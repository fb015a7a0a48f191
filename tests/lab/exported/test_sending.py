"""Programs that send mail do so with the written file: the server took it from the user who had logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Discovery, Security
from tests.lab.availability import program
from tests.lab.world import BORIS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

BOTH = [Security.TLS, Security.STARTTLS]
MESSAGE = "From: boris@lab.example\nTo: {recipient}\nSubject: hello\n\nHello.\n"


@pytest.mark.parametrize("security", BOTH)
def test_msmtp_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
) -> None:
    """It takes ``.msmtprc`` and the password from the command."""
    stage.export(found(security), "msmtp")
    stage.run(program("msmtp", package="msmtp"), recipient, stdin=MESSAGE.format(recipient=recipient))
    assert accepted(recipient)


@pytest.mark.parametrize("security", BOTH)
def test_msmtp_checks_the_certificate(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    refused: Callable[[str], bool],
    security: Security,
) -> None:
    """To a server of an unknown authority nothing is sent."""
    stage.export(found(security), "msmtp")
    msmtp = program("msmtp", package="msmtp")
    done = stage.run(msmtp, recipient, stdin=MESSAGE.format(recipient=recipient), trust=False, check=False)
    assert "certificate" in done.stderr
    assert refused(recipient)


@pytest.mark.parametrize("security", BOTH)
def test_neomutt_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
) -> None:
    """NeoMutt sends by itself, without a mail server on this machine."""
    stage.export(found(security), "neomutt")
    neomutt = program("neomutt", package="neomutt")
    options = ("-F", ".config/neomutt/lab.example.muttrc", "-e", "set copy=no")
    stage.run(neomutt, *options, "-s", "hello", recipient, stdin="Hello.\n")
    assert accepted(recipient)


@pytest.mark.parametrize("security", BOTH)
def test_neomutt_checks_the_certificate(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    refused: Callable[[str], bool],
    security: Security,
) -> None:
    """To a server of an unknown authority nothing is sent."""
    stage.export(found(security), "neomutt")
    neomutt = program("neomutt", package="neomutt")
    options = ("-F", ".config/neomutt/lab.example.muttrc", "-e", "set copy=no")
    done = stage.run(neomutt, *options, "-s", "hello", recipient, stdin="Hello.\n", trust=False, check=False)
    assert done.returncode != 0
    assert refused(recipient)


SEND = """
(require 'smtpmail) (require 'message)
(with-temp-buffer
  (message-mode)
  (insert "From: boris@lab.example\\nTo: %s\\nSubject: hello\\n" mail-header-separator "\\nHello.\\n")
  (smtpmail-send-it))
"""


def _emacs_sends(stage: Stage, name: str, file: str, discovery: Discovery, recipient: str, *, trust: bool) -> str:
    emacs = program("emacs", package="emacs-nox")
    stage.export(discovery, name)
    host = discovery.outgoing.hostname if discovery.outgoing else ""
    port = discovery.outgoing.port if discovery.outgoing else 0
    entry = f"machine {host} port {port} login boris password '{BORIS.password}'\n"
    (stage.home / ".emacs.d").mkdir(exist_ok=True)
    authinfo = stage.home / ".authinfo"
    authinfo.write_text(entry, encoding="utf-8")
    authinfo.chmod(0o600)
    script = stage.home / "send.el"
    script.write_text(SEND % recipient)
    done = stage.run(emacs, "--batch", "-Q", "-l", file, "-l", "send.el", trust=trust, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("security", BOTH)
@pytest.mark.parametrize(("name", "file"), [("gnus", ".gnus.el"), ("mu4e", ".emacs.d/mu4e.el")])
def test_emacs_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
    name: str,
    file: str,
) -> None:
    """Emacs takes what both files set, and the password from ``.authinfo``."""
    said = _emacs_sends(stage, name, file, found(security), recipient, trust=True)
    assert accepted(recipient), said


@pytest.mark.parametrize("security", BOTH)
def test_emacs_checks_the_certificate(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    refused: Callable[[str], bool],
    security: Security,
) -> None:
    """To a server of an unknown authority nothing is sent."""
    said = _emacs_sends(stage, "gnus", ".gnus.el", found(security), recipient, trust=False)
    assert "ertificate" in said
    assert refused(recipient)
