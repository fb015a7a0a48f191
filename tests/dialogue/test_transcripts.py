"""Every conversation in ``tests/transcripts`` ends as its file says, on both event loops, however it is cut up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsetup.dialogue import Credentials, Facts, Secret, log_in, look, rule
from mailsetup.model import Auth, Protocol, Security, Server
from mailsetup.prober import converse
from mailsetup.testing.transcript import Transcript, TranscriptConnection, parse

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.net.interface import Network, Target

FOLDER = Path(__file__).parents[1] / "transcripts"
FILES = sorted(FOLDER.glob("*/*.txt"))
TEXTS = {path: path.read_text("utf-8") for path in FILES}
PORTS = {Protocol.IMAP: 993, Protocol.POP3: 995, Protocol.SMTP: 465, Protocol.MANAGESIEVE: 4190}
PATIENCE = 30.0
"""Seconds; nothing here takes one. A conversation that is to run out of time says in how many."""


@dataclass
class OneConnection:
    """A connector with a single conversation to give away, standing in for a whole network."""

    transcript: Transcript
    piece: int = 0
    connection: TranscriptConnection | None = None

    @property
    def connector(self) -> OneConnection:
        """It is its own connector."""
        return self

    async def connect(self, target: Target, /) -> TranscriptConnection:
        """Start the conversation from the top."""
        self.connection = TranscriptConnection(self.transcript, target=target, piece=self.piece)
        return self.connection


def _protocol(path: Path) -> Protocol:
    return Protocol(path.parent.name.removesuffix("-login"))


def _server(path: Path, transcript: Transcript) -> Server:
    implicit = bool(transcript.steps) and transcript.steps[0].kind == "tls"
    security = Security(transcript.settings.get("security", "tls" if implicit else "starttls"))
    protocol = _protocol(path)
    return Server(protocol=protocol, hostname=f"{protocol}.corp.example", port=PORTS[protocol], security=security)


def _dialogue(server: Server, facts: Facts, settings: dict[str, str]) -> Conversation[Facts]:
    if "login" not in settings:
        return look(facts, security=server.security)
    is_token = settings["login"] == "token"
    credentials = Credentials(
        username="kim@corp.example",
        secret=Secret("ya29.token" if is_token else settings.get("password", "correct horse")),
        is_token=is_token,
        claimed=tuple(map(Auth, settings.get("claimed", "").split())),
        hostname=server.hostname,
        port=server.port,
    )
    return log_in(facts, security=server.security, credentials=credentials)


def _seen(facts: Facts) -> dict[str, str]:
    reply = facts.reply
    return {
        "verdict": str(facts.outcome and facts.outcome.value),
        "reason": facts.reason,
        "greeting": facts.greeting,
        "capabilities": " ".join(facts.capabilities),
        "sasl": " ".join(facts.sasl),
        "auth": " ".join(auth.value for auth in facts.auth),
        "starttls": "offered" if facts.offers_starttls else "not offered",
        "login": rule(facts.protocol, reply).verdict.value if reply else "none",
        "mechanism": facts.tried,
    }


async def _play(path: Path, text: str, *, piece: int) -> tuple[Facts, TranscriptConnection | None, Transcript]:
    transcript = parse(text)
    server = _server(path, transcript)
    facts = Facts(server.protocol)
    door = OneConnection(transcript, piece)
    network: Network = door  # type: ignore[assignment]  # only the connector is asked for
    patience = float(transcript.settings.get("patience", PATIENCE))
    dialogue = _dialogue(server, facts, transcript.settings)
    await converse(server, dialogue, facts, network=network, seconds=patience)
    return facts, door.connection, transcript


@pytest.mark.anyio
@pytest.mark.parametrize("piece", [0, 3], ids=["whole", "in-pieces"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_transcript(path: Path, piece: int) -> None:
    """Verdict and facts are those in the file, and nothing else was said (IMAP-*, POP-*, SMTP-*, SIEVE-*, PROBE-*)."""
    facts, connection, transcript = await _play(path, TEXTS[path], piece=piece)
    assert "verdict" in transcript.expected, "a transcript says what is to come of it"
    seen = _seen(facts)
    for key, expected in transcript.expected.items():
        if key == "detail":
            assert expected in facts.detail
        elif key == "hint":
            assert facts.reply is not None
            assert expected in facts.reply.hint
        else:
            assert seen[key] == expected, key
    if connection is not None:
        assert connection.closed
        assert [step.data for step in connection.left] == []


def test_there_are_enough_of_them() -> None:
    """Each protocol has its own, and both loops play them all."""
    assert len(FILES) >= 60
    assert {_protocol(path) for path in FILES} == set(PORTS)
