"""``check --login``: where the password comes from, whom it may go to, and that it shows up nowhere."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest
import typer

from mailsetup.cli.login import Credentials, log_in
from mailsetup.model import Auth, Discovery, Options, Security, Server, Trust
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "canary-Holunder-51"  # noqa: S105  (the canary)
ADDRESS = "kim@corp.example"
PLAIN = base64.b64encode(f"\0{ADDRESS}\0{PASSWORD}".encode()).decode()

IMAP = f"""<tls>
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: a1 AUTHENTICATE PLAIN {PLAIN}
S: a1 %s
C: q1 LOGOUT
"""
SMTP = f"""<tls>
S: 220 ready
C: EHLO [127.0.0.1]
S: 250-smtp.corp.example
S: 250 AUTH PLAIN
C: AUTH PLAIN {PLAIN}
S: 235 welcome
C: QUIT
"""


def found(trust: Trust = Trust.AUTHENTICATED) -> Discovery:
    """Make a result with a pair of servers."""
    common = {"security": Security.TLS, "username": ADDRESS, "auth": (Auth.PASSWORD,), "trust": trust}
    imap = Server(protocol="imap", hostname="imap.corp.example", port=993, **common)
    smtp = Server(protocol="smtp", hostname="smtp.corp.example", port=465, **common)
    return Discovery(address=ADDRESS, domain="corp.example", servers=(imap, smtp))


def options(answer: str = "OK welcome") -> Options:
    """Make options with servers that let the user in, or not."""
    transcripts = {"imap.corp.example:993": IMAP % answer, "smtp.corp.example:465": SMTP}
    return Options(network=FakeNetwork(transcripts=transcripts))


@pytest.fixture
def password_fd() -> Iterator[int]:
    """Give a file descriptor that the password can be read from, as a shell's here-string gives it."""
    reader, writer = os.pipe()
    os.write(writer, PASSWORD.encode() + b"\n")
    os.close(writer)
    yield reader
    os.close(reader)


def run(
    discovery: Discovery,
    opts: Options,
    given: Credentials,
    *,
    json: bool = False,
    agreed: str = "",
    language: str = "en",
) -> bool:
    """Log in as the command line does."""
    return log_in(discovery, opts, given, consent_to=[agreed] if agreed else [], json=json, language=language)


def test_the_password_is_read_from_a_file_descriptor(password_fd: int, capsys: pytest.CaptureFixture[str]) -> None:
    """One line end is the shell's; both servers let the user in, and the password is on no screen (SEC-04)."""
    assert run(found(), options(), Credentials(password_fd, None, None))
    printed = capsys.readouterr()
    assert printed.out.count("logged in") == 2
    assert PASSWORD not in printed.out + printed.err


def test_a_refused_password_is_told_once_and_tried_nowhere_else(
    password_fd: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first definite no ends everything: the submission server is not asked (PROBE-04)."""
    opts = options("NO [AUTHENTICATIONFAILED] wrong")
    assert not run(found(), opts, Credentials(password_fd, None, None))
    assert [asked for asked in opts.network.asked if asked.startswith("CONNECT")] == ["CONNECT imap.corp.example:993"]
    printed = capsys.readouterr().out
    assert "wrong user name or password" in printed
    assert "not tried" in printed


def test_json_holds_the_verdicts_and_no_secret(password_fd: int, capsys: pytest.CaptureFixture[str]) -> None:
    """What a program gets is the Verification, and nothing else (SEC-04)."""
    run(found(), options(), Credentials(password_fd, None, None), json=True)
    printed = capsys.readouterr().out
    assert printed.startswith('{"logins":')
    assert PASSWORD not in printed
    assert PLAIN not in printed


def test_a_server_nobody_vouches_for_gets_nothing_without_consent(
    password_fd: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal to ask at, the program names the registrable domain and connects to nobody (TRUST-07)."""
    opts = options()
    with pytest.raises(typer.Exit) as ended:
        run(found(Trust.UNAUTHENTICATED), opts, Credentials(password_fd, None, None))
    assert ended.value.exit_code == 3
    assert "imap.corp.example (corp.example)" in capsys.readouterr().err
    assert opts.network.asked == []


def test_consent_is_given_for_a_registrable_domain(password_fd: int) -> None:
    """--consent-to names the domain, not "everything"."""
    assert run(found(Trust.UNAUTHENTICATED), options(), Credentials(password_fd, None, None), agreed="corp.example")


def test_consent_to_another_domain_is_no_consent(password_fd: int) -> None:
    """Agreeing to one domain says nothing about another."""
    with pytest.raises(typer.Exit):
        run(found(Trust.UNAUTHENTICATED), options(), Credentials(password_fd, None, None), agreed="other.example")


def test_a_closed_file_descriptor_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A user's mistake is no traceback."""
    with pytest.raises(typer.Exit) as ended:
        run(found(), options(), Credentials(987, None, None))
    assert ended.value.exit_code == 2
    assert "987" in capsys.readouterr().err


def test_an_empty_password_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is not a password, and is sent to nobody."""
    reader, writer = os.pipe()
    os.close(writer)
    opts = options()
    with pytest.raises(typer.Exit):
        run(found(), opts, Credentials(reader, None, None))
    os.close(reader)
    assert "no password" in capsys.readouterr().err
    assert opts.network.asked == []


def test_a_missing_keyring_package_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optional package is named with the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    with pytest.raises(typer.Exit):
        run(found(), options(), Credentials(None, None, "mail"))
    assert "pip install keyring" in capsys.readouterr().err


def test_nothing_found_means_nothing_to_log_in_to() -> None:
    """No password is asked for where there is no server."""
    nobody = Discovery(address=ADDRESS, domain="corp.example")
    assert not run(nobody, options(), Credentials(None, None, None))


def test_a_refusal_is_told_in_the_users_language(password_fd: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Verdict, sentence and next step are German with --lang de; the server's own words stay as they are."""
    opts = options("NO [AUTHENTICATIONFAILED] wrong")
    assert not run(found(), opts, Credentials(password_fd, None, None), language="de")
    printed = capsys.readouterr().out
    assert "Benutzername oder Passwort falsch" in printed
    assert "does not accept" not in printed
    assert "Check both" not in printed
