"""The Python modules that are written really read the mailbox and send."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Discovery, Protocol, Security
from tests.lab.availability import unavailable
from tests.lab.world import BORIS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.exported.stage import Stage

pytestmark = pytest.mark.lab

BOTH = [Security.TLS, Security.STARTTLS]

READ = """
import mail_account
with mail_account.open_mailbox() as imap:
    imap.select("INBOX", readonly=True)
    print(imap.fetch("1", "(BODY[])"))
"""
READ_POP = """
import mail_account
pop = mail_account.open_mailbox()
print(pop.retr(1))
pop.quit()
"""
READ_CLIENT = """
import mail_reader
with mail_reader.open_mailbox() as imap:
    imap.select_folder("INBOX", readonly=True)
    print(imap.fetch(imap.search(), ["BODY[]"]))
"""
WRITE = """
import {module}, sys
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = {module}.ADDRESS, sys.argv[1], "hello"
message.set_content("Hello.")
"""
SEND = WRITE + "{module}.send(message)"
SEND_ASYNC = WRITE + "import asyncio; asyncio.run({module}.send(message))"


def _python(stage: Stage, script: str, *arguments: str, trust: bool = True) -> str:
    """Run a script beside the module, with the password in the environment."""
    settings = ["env", f"MAIL_PASSWORD={BORIS.password}", f"PYTHONPATH={':'.join(('.', *sys.path))}"]
    command = (*settings, sys.executable, "-c", script, *arguments)
    done = stage.run(*command, trust=trust, check=False, as_nobody=False)  # it may live where nobody else can look
    return done.stdout + done.stderr


def _needs(module: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        unavailable(f"the Python package {module} is not installed")


@pytest.mark.parametrize("security", BOTH)
def test_imaplib_reads(found: Callable[..., Discovery], stage: Stage, subject: str, security: Security) -> None:
    """The standard library over IMAP."""
    stage.export(found(security), "python")
    assert subject in _python(stage, READ)


@pytest.mark.parametrize("security", BOTH)
def test_poplib_reads(found: Callable[..., Discovery], stage: Stage, subject: str, security: Security) -> None:
    """The standard library over POP3."""
    stage.export(found(security, Protocol.POP3), "python")
    assert subject in _python(stage, READ_POP)


@pytest.mark.parametrize("security", BOTH)
def test_imapclient_reads(found: Callable[..., Discovery], stage: Stage, subject: str, security: Security) -> None:
    """IMAPClient."""
    _needs("imapclient")
    stage.export(found(security), "imapclient")
    assert subject in _python(stage, READ_CLIENT)


@pytest.mark.parametrize("security", BOTH)
@pytest.mark.parametrize(
    ("name", "module", "script"),
    [("python", "mail_account", SEND), ("aiosmtplib", "mail_sender", SEND_ASYNC)],
    ids=["smtplib", "aiosmtplib"],
)
def test_python_sends(
    found: Callable[..., Discovery],
    stage: Stage,
    recipient: str,
    accepted: Callable[[str], bool],
    security: Security,
    name: str,
    module: str,
    script: str,
) -> None:
    """With smtplib and with aiosmtplib."""
    if name == "aiosmtplib":
        _needs(name)
    stage.export(found(security), name)
    said = _python(stage, script.format(module=module), recipient)
    assert accepted(recipient), said


@pytest.mark.parametrize("security", BOTH)
@pytest.mark.parametrize(
    ("name", "script"),
    [("python", READ), ("imapclient", READ_CLIENT), ("aiosmtplib", SEND_ASYNC.format(module="mail_sender"))],
    ids=["imaplib", "imapclient", "aiosmtplib"],
)
def test_python_checks_the_certificate(
    found: Callable[..., Discovery], stage: Stage, security: Security, name: str, script: str
) -> None:
    """With a server of an unknown authority nothing is exchanged."""
    if name != "python":
        _needs(name)
    stage.export(found(security), name)
    said = _python(stage, script, "x@corp.example", trust=False)
    assert "CERTIFICATE_VERIFY_FAILED" in said
