"""What holds for every format in the table."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given

from mailsetup.errors import CannotExpress, InvalidOptions
from mailsetup.model import Auth, Protocol, Security
from mailsetup.render.export import FORMATS, Wishes, export
from mailsetup.render.export.sentences import NOTES, REFUSALS, note_text, refusal_text
from tests.export.samples import NASTY, discovery, named, server, usernames

ALL = sorted(FORMATS)
INCOMING_ONLY = {"mbsync", "offlineimap", "getmail", "fetchmail", "imapclient"}
OUTGOING_ONLY = {"msmtp", "aiosmtplib"}
NO_USERNAMES = {"pacc", "dns"}


@pytest.mark.parametrize("name", ALL)
def test_ordinary_settings_can_be_said_in_every_format(name: str) -> None:
    """IMAP and SMTP with implicit TLS and a password: at least one file, none empty, text ends with a line break."""
    written = export(discovery(), format=name)
    assert written.files
    for file in written.files:
        assert file.content.endswith(b"\n")
        assert re.fullmatch(r"[A-Za-z0-9._-]+", file.name)
        assert (
            "smtp.corp.example" in file.content.decode()
            or "imap.corp.example" in file.content.decode()
            or (name in {"pacc", "evolution"})
        )


@pytest.mark.parametrize("name", ALL)
def test_the_same_settings_give_the_same_bytes(name: str) -> None:
    """No clock and no chance in what is written (MC-06)."""
    assert export(discovery(), format=name) == export(discovery(), format=name)


@pytest.mark.parametrize("name", ALL)
def test_a_server_without_encryption_is_never_written(name: str) -> None:
    """Better no file than one that sends a password over an open line."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(*(server(p, Security.NONE) for p in (Protocol.IMAP, Protocol.SMTP))), format=name)
    assert caught.value.code == "cleartext"


@pytest.mark.parametrize("name", ALL)
def test_an_encrypted_alternative_is_taken_instead(name: str) -> None:
    """The best server without encryption does not hide a worse one with it."""
    servers = [
        server(protocol, security, hostname=f"{security}.corp.example")
        for protocol in (Protocol.IMAP, Protocol.SMTP)
        for security in (Security.NONE, Security.TLS)
    ]
    written = "".join(file.content.decode() for file in export(discovery(*servers), format=name).files)
    assert "tls.corp.example" in written
    assert "none.corp.example" not in written


@pytest.mark.parametrize("name", sorted(set(ALL) - OUTGOING_ONLY))
def test_no_incoming_server_is_a_reason_to_refuse(name: str) -> None:
    """A format that fetches mail is not written half."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(server(Protocol.SMTP)), format=name)
    assert caught.value.code == "no-server"


@pytest.mark.parametrize("name", sorted(set(ALL) - INCOMING_ONLY))
def test_no_outgoing_server_is_a_reason_to_refuse(name: str) -> None:
    """A format that sends mail is not written half."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(server(Protocol.IMAP)), format=name)
    assert caught.value.code == "no-server"


@pytest.mark.parametrize("name", ALL)
def test_starttls_is_required_or_refused(name: str) -> None:
    """Programs that would do STARTTLS by chance, or with no look at the certificate, get no file (PACC-08)."""
    servers = [server(protocol, Security.STARTTLS) for protocol in (Protocol.IMAP, Protocol.SMTP)]
    if name in {"pacc", "getmail", "offlineimap"}:
        with pytest.raises(CannotExpress) as caught:
            export(discovery(*servers), format=name)
        assert caught.value.code == ("port" if name == "pacc" else "security")
    else:
        assert export(discovery(*servers), format=name).files


NO_OAUTH = {"autodiscover", "mobileconfig", "fetchmail", "gnus", "mu4e", "evolution", "pacc"}
"""``evolution`` and ``pacc`` can say it for some providers only."""


@pytest.mark.parametrize("name", ALL)
def test_an_account_of_oauth_alone_is_never_written_as_a_password(name: str) -> None:
    """Refused where the format has no word for OAuth2 (MC-03)."""
    found = named("anna@corp.example", auth=(Auth.OAUTH2,))
    if name in NO_OAUTH:
        with pytest.raises(CannotExpress) as caught:
            export(found, format=name)
        assert caught.value.code in {"login", "oauth-elsewhere", "no-issuer"}
    else:
        written = "".join(file.content.decode() for file in export(found, format=name).files).lower()
        assert name == "dns" or re.search("oauth|bearer", written)


@pytest.mark.parametrize("name", ALL)
@given(username=usernames)
@example(username="a\\")
@example(username='"')
def test_no_user_name_adds_or_removes_a_line(name: str, username: str) -> None:
    """A user name is one value in one place, or the format refuses it: nothing is injected, nothing else is raised."""
    plain = [file.content.count(b"\n") for file in export(discovery(), format=name).files]
    try:
        written = export(named(username), format=name)
    except CannotExpress as refusal:
        if refusal.code not in {"username", "username-form", "username-is-address"}:
            raise
        return
    assert [file.content.count(b"\n") for file in written.files] == plain


CONTROLS = ("a\nb", "a\rb", "a\0b", "a\x1bb", "a\x85b", "a\u2028b", "a\u202eb", " a", "a ", "")


@pytest.mark.parametrize("username", CONTROLS)
@pytest.mark.parametrize("name", sorted(set(ALL) - NO_USERNAMES))
def test_a_user_name_with_a_line_break_or_the_like_is_refused(name: str, username: str) -> None:
    """Whatever language it is, and whoever let such a name through before (SEC-06)."""
    with pytest.raises(CannotExpress):
        export(named(username), format=name)


@pytest.mark.parametrize("command", ["a\nb", "a\x1bb", ""])
@pytest.mark.parametrize("name", ["mbsync", "offlineimap", "getmail", "msmtp", "neomutt", "aerc", "himalaya", "mu4e"])
def test_a_password_command_with_a_line_break_is_refused(name: str, command: str) -> None:
    """The caller's own text is quoted and checked like everything else."""
    with pytest.raises(CannotExpress) as caught:
        export(discovery(), format=name, wishes=Wishes(password_command=command))
    assert caught.value.code == "command"


def test_an_unknown_format_is_the_callers_mistake() -> None:
    """And the message names those that exist."""
    with pytest.raises(InvalidOptions, match="mobileconfig"):
        export(discovery(), format="outlook-prf")


@pytest.mark.parametrize("name", ALL)
def test_every_note_and_refusal_has_a_sentence(name: str) -> None:
    """Codes are keys of the tables, and everything that a sentence names is filled in."""
    for username in NASTY:
        try:
            told = export(named(username), format=name).notes
            sentences = [(NOTES[one.code], note_text(one, str)) for one in told]
        except CannotExpress as refusal:
            sentences = [(REFUSALS[refusal.code], refusal_text(refusal, str)), ("", refusal.reason)]
        for template, sentence in sentences:
            names = [f"{{{field}}}" for _, field, _, _ in string.Formatter().parse(template) if field]
            assert not any(field in sentence for field in names)


def test_no_sentence_is_left_over() -> None:
    """Each code of the tables is used by some module, so that translators work for nothing nobody says."""
    import inspect
    from importlib import import_module
    from pkgutil import iter_modules

    import mailsetup.render.export as package

    modules = [import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__)]
    source = "".join(inspect.getsource(module) for module in modules if not module.__name__.endswith("sentences"))
    assert [code for code in (*REFUSALS, *NOTES) if f'"{code}"' not in source and code not in DERIVED] == []


DERIVED = {"token-environment", "password-environment", "username", "address", "command"}
"""Codes that are put together, or handed on as a parameter."""


def test_sentences_are_templates_that_can_be_filled() -> None:
    """No stray brace: ``format_map`` must not fail in front of the user."""
    for sentence in (*REFUSALS.values(), *NOTES.values()):
        assert all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(sentence))
