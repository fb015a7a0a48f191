"""Logging in: what is sent to whom, how often, and what the answer means."""

from __future__ import annotations

import base64
import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from mailsetup.errors import ConsentRequired, InvalidOptions, NetworkError
from mailsetup.logins import SENTENCES
from mailsetup.model import Auth, Discovery, Outcome, Protocol, Security, Server, Trust, Verdict, Verification
from mailsetup.net.interface import Network
from mailsetup.testing import FakeNetwork
from mailsetup.verifier import MAX_ATTEMPTS, verify

if TYPE_CHECKING:
    from mailsetup.net.interface import Target
    from mailsetup.testing.transcript import TranscriptConnection

pytestmark = pytest.mark.anyio

PASSWORD = "canary-Zaubertrank-7f3a"  # noqa: S105  (the canary)
ADDRESS = "kim@corp.example"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PLAIN = _b64(f"\0{ADDRESS}\0{PASSWORD}")
PLAIN_LOCAL = _b64(f"\0kim\0{PASSWORD}")


def _imap(*answers: str, capabilities: str = "SASL-IR AUTH=PLAIN", sent: str = f"PLAIN {PLAIN}") -> str:
    return "\n".join(
        [
            "<tls>",
            f"S: * OK [CAPABILITY IMAP4rev1 {capabilities}] ready",
            f"C: a1 AUTHENTICATE {sent}",
            *answers,
            "C: q1 LOGOUT",
        ]
    )


def _smtp(*answers: str, auth: str = "PLAIN", sent: str = f"PLAIN {PLAIN}") -> str:
    return "\n".join(
        [
            "<tls>", "S: 220 ready", "C: EHLO [127.0.0.1]", "S: 250-smtp.corp.example", f"S: 250 AUTH {auth}",
            f"C: AUTH {sent}", *answers, "C: QUIT",
        ]
    )  # fmt: skip


IMAP_OK = _imap("S: a1 OK welcome")
IMAP_BAD = _imap("S: a1 NO [AUTHENTICATIONFAILED] Authentication failed.")
SMTP_OK = _smtp("S: 235 welcome")
IMAP_PLACE, SMTP_PLACE = "imap.corp.example:993", "smtp.corp.example:465"


def _server(protocol: Protocol, **more: object) -> Server:
    values: dict[str, object] = {
        "protocol": protocol,
        "hostname": f"{protocol.value}.corp.example",
        "port": {Protocol.IMAP: 993, Protocol.SMTP: 465, Protocol.POP3: 995}[protocol],
        "security": Security.TLS,
        "username": ADDRESS,
        "auth": (Auth.PASSWORD,),
    }
    return Server.model_validate({**values, **more})


def _discovery(*servers: Server) -> Discovery:
    pair = servers or (_server(Protocol.IMAP), _server(Protocol.SMTP))
    return Discovery(address=ADDRESS, domain="corp.example", servers=pair)


def _connects(network: FakeNetwork) -> list[str]:
    return [asked.removeprefix("CONNECT ") for asked in network.asked if asked.startswith("CONNECT")]


async def test_both_servers_are_proven() -> None:
    """Incoming first, then outgoing; user name and mechanism that worked are told (PROBE-05, SMTP-09)."""
    network = FakeNetwork(transcripts={IMAP_PLACE: IMAP_OK, SMTP_PLACE: SMTP_OK})
    verification = await verify(_discovery(), password=PASSWORD, network=network)
    assert verification.ok
    assert [login.protocol for login in verification.logins] == [Protocol.IMAP, Protocol.SMTP]
    assert {(login.username, login.mechanism, login.logins) for login in verification.logins} == {(ADDRESS, "PLAIN", 1)}
    assert _connects(network) == [IMAP_PLACE, SMTP_PLACE]


async def test_the_result_round_trips() -> None:
    """``Verification`` survives its own JSON."""
    network = FakeNetwork(transcripts={IMAP_PLACE: IMAP_BAD})
    verification = await verify(_discovery(), password=PASSWORD, network=network)
    assert Verification.model_validate_json(verification.model_dump_json()) == verification


async def test_a_wrong_password_ends_everything() -> None:
    """After "bad credentials" from one server no other one is asked (PROBE-04)."""
    network = FakeNetwork(transcripts={IMAP_PLACE: IMAP_BAD, SMTP_PLACE: SMTP_OK})
    verification = await verify(_discovery(), password=PASSWORD, network=network)
    assert [login.verdict for login in verification.logins] == [Verdict.BAD_CREDENTIALS, Verdict.NOT_TRIED]
    assert _connects(network) == [IMAP_PLACE]
    assert verification.headline is not None
    assert verification.headline.verdict is Verdict.BAD_CREDENTIALS


@pytest.mark.parametrize("trust", [Trust.UNAUTHENTICATED, Trust.CLEARTEXT])
@pytest.mark.parametrize("consent", [False, 1, "yes", None])
async def test_consent_comes_first(trust: Trust, consent: object) -> None:
    """Without ``consent=True`` not even a connection is made to a server nobody vouches for (TRUST-07…09, 13)."""
    network = FakeNetwork(transcripts={IMAP_PLACE: IMAP_OK, SMTP_PLACE: SMTP_OK})
    discovery = _discovery(_server(Protocol.IMAP), _server(Protocol.SMTP, trust=trust))
    with pytest.raises(ConsentRequired, match=r"smtp\.corp\.example \(corp\.example\)"):
        await verify(discovery, password=PASSWORD, consent=consent, network=network)  # type: ignore[arg-type]
    assert network.asked == []


async def test_with_consent_it_goes_on() -> None:
    """A person has agreed: the server is logged in to."""
    network = FakeNetwork(transcripts={IMAP_PLACE: IMAP_OK})
    discovery = _discovery(_server(Protocol.IMAP, trust=Trust.UNAUTHENTICATED))
    assert (await verify(discovery, password=PASSWORD, consent=True, network=network)).ok


async def test_nothing_goes_to_a_server_without_encryption() -> None:
    """Security "none" is refused without a connection, consent or not (PROBE-01)."""
    network = FakeNetwork(transcripts={"imap.corp.example:143": "S: * OK hi"})
    discovery = _discovery(_server(Protocol.IMAP, port=143, security=Security.NONE))
    verification = await verify(discovery, password=PASSWORD, consent=True, network=network)
    assert verification.logins[0].verdict is Verdict.PRIVACY_REQUIRED
    assert network.asked == []


@pytest.mark.parametrize(
    ("conversation", "outcome"),
    [
        ("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] no TLS here", Outcome.STARTTLS_MISSING),
        ("S: * PREAUTH [CAPABILITY IMAP4rev1] come in", Outcome.STARTTLS_REFUSED),
        ("S: * OK [CAPABILITY STARTTLS] hi\nC: s1 STARTTLS\nS: s1 OK\nS: * OK more", Outcome.STARTTLS_INJECTION),
        (
            "S: * OK [CAPABILITY STARTTLS] hi\nC: s1 STARTTLS\nS: s1 OK\n<tls fails certificate-expired>",
            Outcome.CERTIFICATE_EXPIRED,
        ),
        ("S: * OK [CAPABILITY STARTTLS] hi\nC: s1 STARTTLS\nS: s1 NO", Outcome.STARTTLS_REFUSED),
        ("certificate-untrusted", Outcome.CERTIFICATE_UNTRUSTED),
        ("connection-refused", Outcome.CONNECTION_REFUSED),
    ],
)
async def test_no_password_without_verified_tls(conversation: str, outcome: Outcome) -> None:
    """Whatever prevents TLS prevents the log-in; not one line more is taken (PROBE-01, IMAP-02, IMAP-10)."""
    network = FakeNetwork(transcripts={"imap.corp.example:143": conversation})
    discovery = _discovery(_server(Protocol.IMAP, port=143, security=Security.STARTTLS))
    login = (await verify(discovery, password=PASSWORD, network=network)).logins[0]
    assert (login.verdict, login.logins) == (Verdict.UNREACHABLE, 0)
    assert login.probe is not None
    assert login.probe.outcome is outcome


async def test_the_other_form_of_the_user_name_is_tried_once() -> None:
    """A refusal that may be about the name allows the second form, and that is all (SRV-14)."""
    places = Conversations([IMAP_BAD, _imap("S: a1 OK in", sent=f"PLAIN {PLAIN_LOCAL}")])
    server = _server(Protocol.IMAP, username_alternatives=("kim", "corp\\kim"))
    login = (await verify(_discovery(server), password=PASSWORD, network=places.network)).logins[0]
    assert (login.verdict, login.username, login.logins) == (Verdict.OK, "kim", 2)


async def test_two_forms_and_no_more() -> None:
    """Two refused forms are the end, on this server and on the next (SRV-14, PROBE-04)."""
    second = _imap("S: a1 NO [AUTHENTICATIONFAILED] Authentication failed.", sent=f"PLAIN {PLAIN_LOCAL}")
    places = Conversations([IMAP_BAD, second, SMTP_OK])
    server = _server(Protocol.IMAP, username=None, username_alternatives=())
    verification = await verify(
        _discovery(server, _server(Protocol.SMTP)), password=PASSWORD, attempts=MAX_ATTEMPTS, network=places.network
    )
    assert [login.verdict for login in verification.logins] == [Verdict.BAD_CREDENTIALS, Verdict.NOT_TRIED]
    assert verification.logins[0].logins == 2
    assert len(places.left) == 1


@pytest.mark.parametrize("text", ["Wrong password", "[ALERT] Application-specific password required", "Account locked"])
async def test_a_definite_refusal_allows_no_second_form(text: str) -> None:
    """What is plainly not about the user name is tried once (field's rule: never try on after a definite failure)."""
    places = Conversations([_imap(f"S: a1 NO {text}"), IMAP_OK])
    server = _server(Protocol.IMAP, username_alternatives=("kim",))
    verification = await verify(_discovery(server, _server(Protocol.SMTP)), password=PASSWORD, network=places.network)
    assert verification.logins[0].logins == 1
    assert verification.logins[1].verdict is Verdict.NOT_TRIED
    assert len(places.left) == 1


async def test_a_broken_mechanism_gives_way_to_the_next() -> None:
    """Servers advertise mechanisms that do not work: the next one is tried, within the budget (PROBE-03)."""
    offered = "SASL-IR AUTH=PLAIN AUTH=LOGIN"
    broken = _imap("S: a1 BAD no such mechanism", capabilities=offered)
    works = _imap(
        "S: +", f"C: {_b64(ADDRESS)}", "S: +", f"C: {_b64(PASSWORD)}", "S: a1 OK in", capabilities=offered, sent="LOGIN"
    )
    places = Conversations([broken, works])
    login = (await verify(_discovery(_server(Protocol.IMAP)), password=PASSWORD, network=places.network)).logins[0]
    assert (login.verdict, login.mechanism, login.logins) == (Verdict.OK, "LOGIN", 2)


async def test_the_budget_is_hard() -> None:
    """With a budget of one there is one log-in, whatever might work next (PROBE-04)."""
    places = Conversations([_imap("S: a1 BAD no", capabilities="SASL-IR AUTH=PLAIN AUTH=LOGIN"), IMAP_OK])
    discovery = _discovery(_server(Protocol.IMAP))
    login = (await verify(discovery, password=PASSWORD, attempts=1, network=places.network)).logins[0]
    assert (login.verdict, login.logins) == (Verdict.MECHANISM_BROKEN, 1)
    assert len(places.left) == 1


@pytest.mark.parametrize("attempts", [0, -1, MAX_ATTEMPTS + 1])
async def test_a_budget_out_of_bounds_is_the_callers_mistake(attempts: int) -> None:
    """Nobody can raise the budget to where accounts are locked."""
    with pytest.raises(InvalidOptions):
        await verify(_discovery(), password=PASSWORD, attempts=attempts, network=FakeNetwork())


@pytest.mark.parametrize("credentials", [{}, {"password": "x", "token": "y"}, {"password": ""}])
async def test_exactly_one_credential(credentials: dict[str, str]) -> None:
    """A password or a token."""
    with pytest.raises(InvalidOptions):
        await verify(_discovery(), network=FakeNetwork(), **credentials)  # type: ignore[arg-type]


async def test_a_refusal_outlives_a_connection_that_fails_later() -> None:
    """On the second try the connection is refused: "bad credentials" stays the verdict."""
    places = Conversations([IMAP_BAD, "connection-refused"])
    server = _server(Protocol.IMAP, username_alternatives=("kim",))
    login = (await verify(_discovery(server), password=PASSWORD, network=places.network)).logins[0]
    assert (login.verdict, login.logins) == (Verdict.BAD_CREDENTIALS, 1)


async def test_oauth_only_servers_get_no_password() -> None:
    """Neither where the source says so, nor where the server does (OA-16)."""
    network = FakeNetwork(transcripts={SMTP_PLACE: "<tls>\nS: 220 x\nC: …\nS: 250-x\nS: 250 AUTH XOAUTH2\nC: QUIT"})
    claimed = await verify(_discovery(_server(Protocol.IMAP, auth=(Auth.OAUTH2,))), password=PASSWORD, network=network)
    assert claimed.logins[0].verdict is Verdict.OAUTH_REQUIRED
    assert network.asked == []
    seen = await verify(_discovery(_server(Protocol.SMTP)), password=PASSWORD, network=network)
    assert (seen.logins[0].verdict, seen.logins[0].logins) == (Verdict.OAUTH_REQUIRED, 0)


async def test_a_token_logs_in() -> None:
    """XOAUTH2 where that is what is offered; a rejected token stops everything (OA-12)."""
    initial = _b64(f"user={ADDRESS}\1auth=Bearer t0ken\1\1")
    conversation = _imap("S: a1 OK in", capabilities="SASL-IR AUTH=PLAIN AUTH=XOAUTH2", sent=f"XOAUTH2 {initial}")
    refused = _smtp("S: 334 e30=", "C:", "S: 535 no", auth="PLAIN XOAUTH2", sent=f"XOAUTH2 {initial}")
    network = FakeNetwork(transcripts={IMAP_PLACE: conversation, SMTP_PLACE: refused})
    verification = await verify(_discovery(), token="t0ken", network=network)  # noqa: S106
    assert [login.verdict for login in verification.logins] == [Verdict.OK, Verdict.TOKEN_REJECTED]


@pytest.mark.parametrize(
    ("answer", "verdict", "goes_on"),
    [
        ("S: a1 NO [UNAVAILABLE] later", Verdict.TEMPORARY, True),
        ("S: a1 NO [ALERT] Your account is not enabled for IMAP use", Verdict.PROTOCOL_DISABLED, True),
        ("S: a1 NO [PRIVACYREQUIRED] TLS please", Verdict.PRIVACY_REQUIRED, True),
        ("S: a1 NO Application-specific password required", Verdict.APP_PASSWORD_NEEDED, False),
        ("S: a1 NO Too many failed login attempts", Verdict.BLOCKED, False),
        ("S: a1 NO basic authentication is disabled", Verdict.OAUTH_REQUIRED, False),
        ("<reset>", Verdict.TEMPORARY, True),
        ("<close>", Verdict.TEMPORARY, True),
    ],
)
async def test_what_ends_everything_and_what_does_not(answer: str, verdict: Verdict, *, goes_on: bool) -> None:
    """Verdicts on the credential stop the next server too; verdicts on the service do not (IMAP-07, SMTP-04)."""
    conversation = _imap(answer) if answer.startswith("S") else _imap(answer).removesuffix("\nC: q1 LOGOUT")
    network = FakeNetwork(transcripts={IMAP_PLACE: conversation, SMTP_PLACE: SMTP_OK})
    verification = await verify(_discovery(), password=PASSWORD, network=network)
    assert verification.logins[0].verdict is verdict
    assert verification.logins[0].detail
    assert verification.logins[0].next_step
    assert verification.logins[1].verdict is (Verdict.OK if goes_on else Verdict.NOT_TRIED)


async def test_an_impostor_gets_nothing_more() -> None:
    """A server that accepts SCRAM without proving itself: no PLAIN for it, and nothing for the other server."""
    conversation = "\n".join(
        ["<tls>", "S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 AUTH=PLAIN] hi", "C: a1 AUTHENTICATE SCRAM-SHA-256",
         "S: +", "C: …", "S: a1 OK trust me", "C: q1 LOGOUT"]
    )  # fmt: skip
    network = FakeNetwork(transcripts={IMAP_PLACE: conversation, SMTP_PLACE: SMTP_OK})
    servers = (_server(Protocol.IMAP, auth=()), _server(Protocol.SMTP, auth=()))
    verification = await verify(_discovery(*servers), password=PASSWORD, network=network)
    assert [login.verdict for login in verification.logins] == [Verdict.MECHANISM_BROKEN, Verdict.NOT_TRIED]
    assert not verification.ok


@pytest.mark.parametrize(
    ("version", "binding", "mechanism", "header"),
    [
        ("TLSv1.3", "tls-exporter:0102", "SCRAM-SHA-256-PLUS", "p=tls-exporter,,"),
        ("TLSv1.2", "tls-unique:0102", "SCRAM-SHA-256-PLUS", "p=tls-unique,,"),
        ("TLSv1.3", "tls-unique:0102", "SCRAM-SHA-256", "n,,"),
    ],
)
async def test_the_channel_is_bound_where_tls_allows_it(
    version: str, binding: str, mechanism: str, header: str
) -> None:
    """-PLUS is used with the kind of binding that fits the TLS version, and not without (RFC 5802, RFC 9266)."""
    offered = "SASL-IR AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256"
    text = "\n".join(
        [f"<tls version={version} binding={binding}>", f"S: * OK [CAPABILITY IMAP4rev1 {offered}] hi", "C: …",
         "S: a1 NO not today", "C: q1 LOGOUT"]
    )  # fmt: skip
    places = Conversations([text])
    await verify(_discovery(_server(Protocol.IMAP, auth=())), password=PASSWORD, network=places.network)
    _, _, name, initial = places.opened[0].sent[0].split(b" ")
    assert name.decode() == mechanism
    assert base64.b64decode(initial).decode().startswith(header)


async def test_the_deadline_holds() -> None:
    """A server that never answers costs no more than the deadline."""
    silent = _imap("<silence>").removesuffix("\nC: q1 LOGOUT")
    network = FakeNetwork(transcripts={IMAP_PLACE: silent, SMTP_PLACE: "hangs"})
    verification = await verify(_discovery(), password=PASSWORD, deadline=0.2, network=network)
    assert [login.verdict for login in verification.logins] == [Verdict.TEMPORARY, Verdict.NOT_TRIED]


def test_every_verdict_has_its_sentence() -> None:
    """No verdict leaves the user without words."""
    assert set(SENTENCES) == set(Verdict)


ECHO = _imap(f"S: a1 NO [AUTHENTICATIONFAILED] user {ADDRESS} password {PASSWORD} ({PLAIN}, {_b64(PASSWORD)}) is wrong")
BYE = _imap(f"S: * BYE {PASSWORD} is wrong").removesuffix("\nC: q1 LOGOUT")


@pytest.mark.parametrize("conversation", [IMAP_OK, ECHO, BYE], ids=["accepted", "echoed", "echoed-in-bye"])
async def test_the_password_is_nowhere(conversation: str, caplog: pytest.LogCaptureFixture) -> None:
    """Logs, repr and JSON of a verification never hold the password, even where the server quotes it (SEC-04)."""
    caplog.set_level(logging.DEBUG)
    network = FakeNetwork(transcripts={IMAP_PLACE: conversation, SMTP_PLACE: SMTP_OK})
    verification = await verify(_discovery(), password=PASSWORD, network=network)
    everything = f"{verification!r} {verification.model_dump_json()} {caplog.text}"
    for form in (PASSWORD, _b64(PASSWORD), PLAIN):
        assert form not in everything


async def test_the_password_is_in_no_traceback() -> None:
    """Not even one that shows the variables of our frames, when the embedder's own network breaks (SEC-04)."""

    class Broken:
        async def connect(self, target: Target, /) -> TranscriptConnection:
            raise ZeroDivisionError(target.hostname)

    fake = FakeNetwork()
    network = Network(fake.resolver, fake.fetcher, Broken())
    shown = ""
    try:
        await verify(_discovery(), password="".join(PASSWORD), network=network)
    except ZeroDivisionError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown = "".join(frames.format())
    assert "verify" in shown
    assert PASSWORD not in shown.replace(f"PASSWORD = '{PASSWORD}'", "")


class Conversations:
    """A network where each connection gets the next conversation."""

    def __init__(self, texts: list[str]) -> None:
        self.left = list(texts)
        self.opened: list[TranscriptConnection] = []
        fake = FakeNetwork()
        self.network = Network(fake.resolver, fake.fetcher, self)

    async def connect(self, target: Target, /) -> TranscriptConnection:
        """Hand out the next one."""
        from mailsetup.testing.transcript import TranscriptConnection, parse

        text = self.left.pop(0)
        if text == "connection-refused":
            raise NetworkError(text, outcome=Outcome.CONNECTION_REFUSED)
        self.opened.append(TranscriptConnection(parse(text), target=target))
        return self.opened[-1]
