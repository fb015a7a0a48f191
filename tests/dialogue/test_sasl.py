"""SASL mechanisms, against the octets in their RFCs."""

from __future__ import annotations

import base64

import pytest

from mailsetup.dialogue.facts import Facts
from mailsetup.dialogue.login import OWN_COMMAND, Binding, Credentials, Login, choose
from mailsetup.dialogue.sasl import CANCEL, MAX_CHALLENGES
from mailsetup.dialogue.saslprep import saslprep
from mailsetup.dialogue.scram import MAX_ITERATIONS, Scram
from mailsetup.dialogue.secret import Secret
from mailsetup.model import Auth, Protocol


def _login(mechanism: str, username: str, secret: str, **more: object) -> Login:
    return Login(mechanism, username, Secret(secret), **more)  # type: ignore[arg-type]


def test_plain_vector() -> None:
    """The first example of RFC 4616 section 4."""
    assert _login("PLAIN", "tim", "tanstaaftanstaaf").exchange().start() == b"\0tim\0tanstaaftanstaaf"


def test_cram_md5_vector() -> None:
    """The example of RFC 2195 section 2, base64 and all."""
    exchange = _login("CRAM-MD5", "tim", "tanstaaftanstaaf").exchange()
    challenge = b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    assert exchange.start_line() is None
    assert exchange.answer_line(challenge) == b"dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"


def test_login_answers_in_order() -> None:
    """User name, then password, whatever the prompts say."""
    exchange = _login("LOGIN", "kim", "secret").exchange()
    assert exchange.start_line() is None
    assert exchange.answer_line(base64.b64encode(b"Benutzer:")) == base64.b64encode(b"kim")
    assert exchange.answer_line(b"") == base64.b64encode(b"secret")
    assert exchange.answer_line(b"") == CANCEL
    assert exchange.failure


def test_oauthbearer_vector() -> None:
    """The example of RFC 7628 section 4.1, octet for octet (OA-09)."""
    exchange = _login(
        "OAUTHBEARER", "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        hostname="server.example.com", port=143,
    ).exchange()  # fmt: skip
    assert exchange.start_line() == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI"
        b"HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )


def test_oauthbearer_error_is_acknowledged() -> None:
    """An error challenge is answered with a single 0x01, and kept (OA-10; RFC 7628 section 4.3)."""
    exchange = _login("OAUTHBEARER", "u", "t", hostname="h", port=993).exchange()
    exchange.start_line()
    assert exchange.answer_line(b"eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=") == b"AQ=="
    assert exchange.hint == '{"status":"invalid_token"}'


def test_oauthbearer_escapes_the_user_name() -> None:
    """Comma and equals sign cannot break the header (RFC 5801 section 4)."""
    exchange = _login("OAUTHBEARER", "a,b=c", "t", hostname="h", port=993).exchange()
    assert (exchange.start() or b"").startswith(b"n,a=a=2Cb=3Dc,\1")


def test_xoauth2_vector() -> None:
    """Google's example: the format, and the empty answer to an error (OA-12)."""
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"  # noqa: S105  (the published example)
    exchange = _login("XOAUTH2", "someuser@example.com", token).exchange()
    assert exchange.start() == b"user=someuser@example.com\x01auth=Bearer " + token.encode() + b"\x01\x01"
    assert exchange.answer_line(base64.b64encode(b'{"status":"401"}')) == b""
    assert exchange.hint == '{"status":"401"}'


def test_scram_sha_1_vector() -> None:
    """The exchange of RFC 5802 section 5."""
    exchange = Scram(_login("SCRAM-SHA-1", "user", "pencil"), nonce="fyko+d2lbbFgONRv9qkxdawL")
    assert exchange.start() == b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
    first = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    assert exchange.answer(first) == (
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    )
    assert exchange.answer(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=") == b""
    assert exchange.accepted()


def test_scram_sha_256_vector() -> None:
    """The exchange of RFC 7677 section 3."""
    exchange = Scram(_login("SCRAM-SHA-256", "user", "pencil"), nonce="rOprNGfwEbeRWgbNEkqO")
    exchange.start()
    first = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert exchange.answer(first) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert exchange.answer(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""
    assert exchange.accepted()


def test_scram_plus_binds_the_channel() -> None:
    """-PLUS names the binding in the header and repeats it with the data in the proof (RFC 5802 section 6)."""
    login = _login("SCRAM-SHA-256-PLUS", "user", "pencil", binding=Binding("tls-exporter", b"\x01\x02"))
    exchange = Scram(login, nonce="n")
    assert exchange.start() == b"p=tls-exporter,,n=user,r=n"
    final = exchange.answer(b"r=nm,s=QSXCR+Q6sek8bf92,i=1")
    assert final.startswith(b"c=" + base64.b64encode(b"p=tls-exporter,,\x01\x02") + b",r=nm,p=")


def test_scram_says_y_where_it_could_bind_and_the_server_does_not_offer_it() -> None:
    """A stripped -PLUS is detected by the server (RFC 5802 section 6)."""
    login = _login("SCRAM-SHA-256", "user", "pencil", binding=Binding("tls-exporter", b"\x01"))
    assert (Scram(login, nonce="n").start()) == b"y,,n=user,r=n"


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (b"r=other,s=QSXCR+Q6sek8bf92,i=4096", "another conversation"),
        (b"r=n,s=QSXCR+Q6sek8bf92,i=4096", "another conversation"),
        (b"r=nm,s=QSXCR+Q6sek8bf92,i=0", "unreasonable"),
        (b"r=nm,s=QSXCR+Q6sek8bf92,i=%d" % (MAX_ITERATIONS + 1), "unreasonable"),
        (b"r=nm,s=QSXCR+Q6sek8bf92,i=99999999999999", "no sense"),
        (b"r=nm,s=QSXCR+Q6sek8bf92,i=-1", "no sense"),
        (b"r=nm,s=!!!,i=4096", "base64"),
        (b"r=nm,i=4096", "no sense"),
        (b"m=ext,r=nm,s=QSXCR+Q6sek8bf92,i=4096", "extension"),
        (b"\xff\xfe", "not text"),
        (b"x" * 5000, "too long"),
    ],
)  # fmt: skip
def test_scram_refuses_what_makes_no_sense(message: bytes, complaint: str) -> None:
    """No proof is computed over a message that is not the server's answer to us, or that would burn the machine."""
    exchange = Scram(_login("SCRAM-SHA-256", "user", "pencil"), nonce="n")
    exchange.start()
    assert exchange.answer_line(base64.b64encode(message)) == CANCEL
    assert complaint in exchange.failure


def test_scram_does_not_believe_a_server_without_proof() -> None:
    """A bare "OK" may come from anybody: the log-in does not count, and the server is distrusted."""
    exchange = Scram(_login("SCRAM-SHA-256", "user", "pencil"), nonce="n")
    exchange.start()
    exchange.answer(b"r=nm,s=QSXCR+Q6sek8bf92,i=1")
    assert not exchange.accepted()
    assert exchange.distrusted


def test_scram_does_not_believe_a_wrong_proof() -> None:
    """A signature that does not match is an impostor's."""
    exchange = Scram(_login("SCRAM-SHA-256", "user", "pencil"), nonce="n")
    exchange.start()
    exchange.answer(b"r=nm,s=QSXCR+Q6sek8bf92,i=1")
    assert exchange.answer_line(base64.b64encode(b"v=AAAA")) == CANCEL
    assert exchange.distrusted


def test_endless_challenges_end() -> None:
    """After a bounded number of challenges the exchange is cancelled."""
    exchange = _login("XOAUTH2", "u", "t").exchange()
    lines = [exchange.answer_line(b"e30=") for _ in range(MAX_CHALLENGES + 1)]
    assert lines[-1] == CANCEL


@pytest.mark.parametrize(
    ("given", "prepared"),
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX"), ("a\u00a0b", "a b")],
)
def test_saslprep_vectors(given: str, prepared: str) -> None:
    """The examples of RFC 4013 section 3."""
    assert saslprep(given) == prepared


@pytest.mark.parametrize("text", ["\u0007", "\u0627\u0031"])
def test_saslprep_refuses(text: str) -> None:
    """The examples of RFC 4013 section 3 that are errors; the message does not quote them."""
    with pytest.raises(ValueError, match="RFC 4013") as caught:
        saslprep(text)
    assert text not in str(caught.value)


def _facts(*sasl: str, own: bool = False) -> Facts:
    facts = Facts(Protocol.IMAP)
    facts.sasl, facts.own_login = sasl, own
    return facts


BINDING = Binding("tls-exporter", b"x")


@pytest.mark.parametrize(
    ("claimed", "offered", "binding", "chosen"),
    [
        # Where nobody claims anything, the mechanism that proves the server comes first.
        ((), ("PLAIN", "LOGIN", "SCRAM-SHA-256"), None, "SCRAM-SHA-256"),
        ((), ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"), BINDING, "SCRAM-SHA-256-PLUS"),
        ((), ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"), None, "SCRAM-SHA-256"),
        ((), ("CRAM-MD5", "PLAIN"), None, "PLAIN"),
        # The claimed order beats the server's list (PROBE-04).
        ((Auth.PASSWORD,), ("CRAM-MD5", "SCRAM-SHA-256", "LOGIN", "PLAIN"), None, "PLAIN"),
        ((Auth.ENCRYPTED_PASSWORD, Auth.PASSWORD), ("PLAIN", "CRAM-MD5"), None, "CRAM-MD5"),
        # What is claimed is not offered: what is offered is used (OA-16).
        ((Auth.PASSWORD,), ("SCRAM-SHA-1",), None, "SCRAM-SHA-1"),
        ((Auth.OAUTH2, Auth.PASSWORD), ("PLAIN",), None, "PLAIN"),
        # Nothing of ours.
        ((Auth.PASSWORD,), ("GSSAPI", "NTLM", "DIGEST-MD5"), None, None),
        ((Auth.PASSWORD,), ("XOAUTH2", "OAUTHBEARER"), None, None),
    ],
)  # fmt: skip
def test_choice_of_mechanism(
    claimed: tuple[Auth, ...], offered: tuple[str, ...], binding: Binding | None, chosen: str | None
) -> None:
    """The claim decides the order, the server what is possible, and a password is no token (PROBE-04, OA-16)."""
    login = choose(Credentials("kim", Secret("pw"), claimed=claimed), _facts(*offered), binding)
    assert (login and login.mechanism) == chosen


def test_tokens_go_to_oauth_mechanisms_only() -> None:
    """OAUTHBEARER before XOAUTH2, and never PLAIN (OA-12)."""
    token = Credentials("kim", Secret("t"), is_token=True, claimed=(Auth.PASSWORD, Auth.OAUTH2))
    first = choose(token, _facts("PLAIN", "XOAUTH2", "OAUTHBEARER", own=True))
    assert first is not None
    assert first.mechanism == "OAUTHBEARER"
    assert choose(token, _facts("PLAIN", own=True)) is None


def test_the_own_command_is_the_last_resort_and_for_ascii_only() -> None:
    """AUTHENTICATE comes before LOGIN (IMAP-04); what is not ASCII never goes by LOGIN (EAI-06)."""
    facts = _facts("PLAIN", own=True)
    by_sasl = choose(Credentials("kim", Secret("pw")), facts)
    assert by_sasl is not None
    assert by_sasl.mechanism == "PLAIN"
    alone = choose(Credentials("kim", Secret("pw")), _facts(own=True))
    assert alone is not None
    assert alone.mechanism == OWN_COMMAND
    assert choose(Credentials("kim", Secret("pä")), _facts(own=True)) is None
    assert choose(Credentials("kïm", Secret("pw")), _facts(own=True)) is None


def test_broken_mechanisms_are_not_tried_again() -> None:
    """What has failed for reasons of its own is passed over."""
    login = choose(Credentials("kim", Secret("pw"), broken=("PLAIN",)), _facts("PLAIN", "LOGIN"))
    assert login is not None
    assert login.mechanism == "LOGIN"


def test_plain_scram_beside_an_offered_plus_does_not_claim_ignorance() -> None:
    """With -PLUS in the list, "y" would look like an attack to the server (RFC 5802 section 6)."""
    facts = _facts("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")
    login = choose(Credentials("kim", Secret("pw"), broken=("SCRAM-SHA-256-PLUS",)), facts, BINDING)
    assert login is not None
    assert login.binding is None
