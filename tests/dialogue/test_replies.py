"""What servers say to a log-in, and what it means."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from mailsetup.dialogue import Reply, Secret, rule
from mailsetup.dialogue.provider_texts import KNOWN_TEXTS, KnownText, recognise
from mailsetup.model import Protocol, Verdict

V = Verdict


@pytest.mark.parametrize("row", KNOWN_TEXTS, ids=lambda row: row.example[:40])
def test_each_known_text_is_recognised_by_its_own_row(row: KnownText) -> None:
    """The example of every row finds that row, not one above it."""
    assert recognise(row.example) is row


@pytest.mark.parametrize(
    "text",
    [
        "Authentication failed.",
        "Invalid credentials (Failure)",
        "LOGIN failed.",
        "Error: authentication failed: UGFzc3dvcmQ6",
        "Username and Password not accepted.",
        "Authentication credentials invalid",
        "Logged in.",
        "",
        "[AUTHENTICATIONFAILED] Invalid username or password",
    ],
)
def test_ordinary_refusals_match_no_row(text: str) -> None:
    """A plain "no" says nothing beyond "user name or password", so it must not be over-read."""
    assert recognise(text) is None


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("AUTHENTICATIONFAILED", V.BAD_CREDENTIALS),
        ("", V.BAD_CREDENTIALS),
        ("AUTHORIZATIONFAILED", V.PROTOCOL_DISABLED),
        ("EXPIRED", V.BAD_CREDENTIALS),
        ("UNAVAILABLE", V.TEMPORARY),
        ("PRIVACYREQUIRED", V.PRIVACY_REQUIRED),
        ("CONTACTADMIN", V.BLOCKED),
        ("LIMIT", V.TEMPORARY),
        ("INUSE", V.TEMPORARY),
        ("WEBALERT", V.BLOCKED),
    ],
)
def test_imap_codes(code: str, verdict: Verdict) -> None:
    """Response codes tell the classes apart (IMAP-07)."""
    assert rule(Protocol.IMAP, Reply(ok=False, code=code, text="Failed.")).verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("AUTH", V.BAD_CREDENTIALS),
        ("SYS/TEMP", V.TEMPORARY),
        ("SYS/PERM", V.PROTOCOL_DISABLED),
        ("IN-USE", V.OK),
        ("LOGIN-DELAY", V.TEMPORARY),
    ],
)
def test_pop3_codes(code: str, verdict: Verdict) -> None:
    """Only [AUTH] blames the credentials (POP-05)."""
    assert rule(Protocol.POP3, Reply(ok=False, code=code, text="wrong password")).verdict is (
        verdict if code != "SYS/PERM" else V.BAD_CREDENTIALS
    )
    assert rule(Protocol.POP3, Reply(ok=False, code=code, text="no")).verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("432", V.APP_PASSWORD_NEEDED),
        ("454", V.TEMPORARY),
        ("421", V.TEMPORARY),
        ("500", V.MECHANISM_BROKEN),
        ("504", V.MECHANISM_BROKEN),
        ("530", V.PRIVACY_REQUIRED),
        ("534", V.APP_PASSWORD_NEEDED),
        ("535", V.BAD_CREDENTIALS),
        ("538", V.PRIVACY_REQUIRED),
        ("550", V.BLOCKED),
        ("450", V.TEMPORARY),
    ],
)
def test_smtp_codes(code: str, verdict: Verdict) -> None:
    """Reply codes tell the classes apart; only 535 blames the credentials (SMTP-04)."""
    assert rule(Protocol.SMTP, Reply(ok=False, code=code, text="5.7.0 no")).verdict is verdict


def test_a_code_that_clears_the_password_has_the_last_word() -> None:
    """Even with a text about passwords, UNAVAILABLE is no reason to ask for a new one (IMAP-07)."""
    reply = Reply(ok=False, code="UNAVAILABLE", text="wrong password, or database down")
    assert rule(Protocol.IMAP, reply).verdict is V.TEMPORARY


def test_a_generic_refusal_leaves_room_for_another_form_of_the_user_name() -> None:
    """A bare "no" may be about the user name (SRV-14); one about the password is definite."""
    assert not rule(Protocol.IMAP, Reply(ok=False, code="AUTHENTICATIONFAILED", text="Authentication failed.")).definite
    assert rule(Protocol.IMAP, Reply(ok=False, text="wrong password")).definite
    assert rule(Protocol.IMAP, Reply(ok=False, text="Application-specific password required")).definite


def test_a_token_is_rejected_in_its_own_words() -> None:
    """An expired token is not a wrong password."""
    reply = Reply(ok=False, mechanism="XOAUTH2", code="AUTHENTICATIONFAILED", text="Invalid password")
    assert rule(Protocol.IMAP, reply).verdict is V.TOKEN_REJECTED


def test_scram_refusals() -> None:
    """The server's own SCRAM errors blame the credentials; a server without proof is broken, for good."""
    refused = Reply(ok=False, failure="The server refuses the proof.", hint="invalid-proof")
    assert rule(Protocol.IMAP, refused).verdict is V.BAD_CREDENTIALS
    impostor = rule(Protocol.IMAP, Reply(ok=False, failure="no proof", distrusted=True))
    assert impostor.verdict is V.MECHANISM_BROKEN
    assert impostor.definite


def test_a_secret_shows_itself_nowhere() -> None:
    """repr, str, format, pickle, copy and JSON give nothing away (SEC-04)."""
    secret = Secret("canary-7f3a")
    assert secret.reveal() == "canary-7f3a"
    assert "canary" not in f"{secret!r} {secret!s} {secret} {secret:>20} {[secret]} {vars(type(secret))}"
    for write in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            write(secret)
        assert "canary" not in str(caught.value)
    assert secret != Secret("canary-7f3a")


def test_a_secret_is_blotted_out_of_what_a_server_says() -> None:
    """A server that quotes the password, plain or in base64, is not quoted with it (SEC-04)."""
    secret = Secret("canary-7f3a")
    text = secret.remove_from("bad password canary-7f3a (Y2FuYXJ5LTdmM2E=)")
    assert "canary-7f3a" not in text
    assert "Y2Fu" not in text
