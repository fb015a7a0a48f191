"""The nouns of the result."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from pydantic import BaseModel, ValidationError

from mailsetup import model
from mailsetup.model import Discovery, Outcome, Probe, Protocol, Security, Server, SourceName, Trust
from tests.support.strategies import DISCOVERIES

MODELS = [
    value
    for value in vars(model).values()
    if isinstance(value, type) and issubclass(value, BaseModel) and value.__name__ != "Model"
]

WORKS, FAILS = Probe(outcome=Outcome.CONFIRMED), Probe(outcome=Outcome.TIMEOUT)


def server(protocol: str, port: int = 993, *, probe: Probe | None = None, trust: Trust = Trust.VOUCHED) -> Server:
    return Server(
        protocol=Protocol(protocol),
        hostname="mail.corp.example",
        port=port,
        security=Security.TLS,
        probe=probe,
        trust=trust,
    )


def discovery(*servers: Server, prefer: str = "imap") -> Discovery:
    return Discovery(address="x@corp.example", domain="corp.example", servers=servers, prefer=Protocol(prefer))


@pytest.mark.parametrize("noun", MODELS, ids=lambda noun: noun.__name__)
def test_every_model_is_frozen(noun: type[BaseModel]) -> None:
    """A result is a value: it can be shared between threads and kept in sets."""
    assert noun.model_config["frozen"] is True


def test_assigning_to_a_field_is_refused() -> None:
    """Frozen means frozen."""
    with pytest.raises(ValidationError, match="frozen"):
        server("imap").port = 1  # type: ignore[misc]  # the point of the test


def test_a_misspelt_field_is_refused() -> None:
    """It never passes in silence."""
    with pytest.raises(ValidationError, match="hostnmae"):
        Server(protocol=Protocol.IMAP, hostname="h.example", hostnmae="x", port=1, security=Security.TLS)  # type: ignore[call-arg]


@settings(max_examples=30)
@given(DISCOVERIES)
def test_any_result_survives_json(answer: Discovery) -> None:
    """``Discovery.model_validate_json(d.model_dump_json()) == d``, and the derived entries are in the JSON."""
    text = answer.model_dump_json()
    assert Discovery.model_validate_json(text) == answer
    written = json.loads(text)
    assert written["found"] is answer.found
    assert written["confirmed"] is answer.confirmed
    assert (written["incoming"] or {}).get("hostname") == (answer.incoming.hostname if answer.incoming else None)


@settings(max_examples=30)
@given(DISCOVERIES)
def test_the_pair_is_the_best_of_the_list(answer: Discovery) -> None:
    """Derived, never computed apart: the first of each protocol, the preferred incoming protocol first."""
    by_protocol = {protocol: [one for one in answer.servers if one.protocol is protocol] for protocol in Protocol}
    for protocol, found in (("imap", answer.imap), ("pop3", answer.pop3), ("smtp", answer.smtp)):
        assert found == next(iter(by_protocol[Protocol(protocol)]), None)
    wanted = (answer.pop3 or answer.imap) if answer.prefer is Protocol.POP3 else (answer.imap or answer.pop3)
    assert answer.incoming == wanted
    assert answer.outgoing == answer.smtp
    assert answer.found is bool(answer.servers)


@pytest.mark.parametrize(("prefer", "protocol"), [("imap", "imap"), ("pop3", "pop3")])
def test_preferring_a_protocol(prefer: str, protocol: str) -> None:
    """IMAP before POP3, unless the caller prefers POP3."""
    chosen = discovery(server("pop3"), server("imap"), prefer=prefer).incoming
    assert chosen is not None
    assert chosen.protocol == protocol


def test_the_other_protocol_is_better_than_none() -> None:
    """A preference is not a condition."""
    assert discovery(server("pop3")).incoming == server("pop3")
    assert discovery(server("imap"), prefer="pop3").incoming == server("imap")
    assert discovery(server("smtp")).incoming is None


@pytest.mark.parametrize(
    ("incoming", "outgoing", "confirmed"),
    [(WORKS, WORKS, True), (WORKS, FAILS, False), (FAILS, WORKS, False), (WORKS, None, False), (None, None, False)],
)
def test_confirmed_means_both_were_seen_working(incoming: Probe, outgoing: Probe, confirmed: bool) -> None:
    """One of the pair is not enough, and no probe is no proof."""
    assert discovery(server("imap", probe=incoming), server("smtp", 465, probe=outgoing)).confirmed is confirmed


def test_half_a_pair_is_not_confirmed() -> None:
    """Somebody who cannot send has no working settings."""
    assert not discovery(server("imap", probe=WORKS)).confirmed
    assert not discovery().confirmed


@pytest.mark.parametrize(("trust", "asks"), [(3, False), (2, False), (1, True), (0, True)])
def test_who_needs_consent(trust: int, asks: bool) -> None:
    """A person must agree before a credential goes to a server nobody vouches for (TRUST-07, TRUST-08, TRUST-09)."""
    assert server("imap", trust=Trust(trust)).needs_consent is asks


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_ports_are_ports(port: int) -> None:
    """1 to 65535 (AC-41)."""
    with pytest.raises(ValidationError):
        server("imap", port)


def test_words_are_strings() -> None:
    """Callers compare with plain strings, print and format without ``.value``."""
    assert {Security.TLS: 1}["tls"] == 1  # type: ignore[index]  # equal, and of equal hash
    assert f"{Protocol.IMAP} {SourceName.USER_FILE}" == "imap user-file"
    assert str(Outcome.CONFIRMED) == "confirmed"
    assert Trust.CLEARTEXT < Trust.UNAUTHENTICATED < Trust.VOUCHED < Trust.AUTHENTICATED


def test_what_makes_two_claims_one_server() -> None:
    """Protocol, host, port and security; not the user name, not who said so."""
    one = server("imap")
    assert one.endpoint == one.model_copy(update={"username": "x", "trust": Trust.CLEARTEXT}).endpoint
    assert one.endpoint != one.model_copy(update={"security": Security.STARTTLS}).endpoint
