"""Drive one dialogue over one connection, under one time limit. The only place where dialogue and network meet.

It decides nothing: limits, verdicts and the check before the handshake are ``dialogue``'s; certificates and addresses
are the network door's. Saying goodbye costs no round trip: the last line is sent, and nobody waits for the answer
(PROBE-07).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from mailsetup.dialogue import INJECTED, Bind, Done, Facts, Receive, Send, Stage, StartTls, Talk
from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Security
from mailsetup.net.interface import Target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mailsetup.dialogue.actions import Conversation
    from mailsetup.model import Certificate, Server
    from mailsetup.net.interface import Connection, Network, Tls

RECEIVE = 16384
"""Octets asked for at a time: a TLS record, and more than any honest answer."""

CLOSING = 0.5
"""Seconds that closing may take; the peer need not answer."""


@dataclass(slots=True)
class Conversed:
    """What came of it."""

    facts: Facts
    address: str | None = None
    tls: Tls | None = None
    certificate: Certificate | None = None

    def failed(self, error: NetworkError) -> None:
        """Note that the network ended it."""
        self.address = error.address or self.address
        self.certificate = error.certificate or self.certificate
        self.facts.reason = error.reason
        if self.facts.stage is Stage.TLS and error.reason == "not-tls":
            # Clear text behind the go-ahead, a moment later than the dialogue would have seen it.
            self.facts.outcome, self.facts.detail = Outcome.STARTTLS_INJECTION, INJECTED
        else:
            self.facts.outcome, self.facts.detail = error.outcome or Outcome.PROTOCOL_ERROR, error.detail


async def converse(
    server: Server,
    dialogue: Conversation[Facts],
    facts: Facts,
    /,
    *,
    network: Network,
    seconds: float,
    meanwhile: Callable[[Conversed], Awaitable[bool]] | None = None,
) -> Conversed:
    """Connect to ``server`` and hold ``dialogue``, which writes into ``facts``. Failures are in the result.

    ``meanwhile`` runs beside the dialogue, once there is a connection. If it ends with true it has reached a verdict,
    and the conversation is over.
    """
    conversed = Conversed(facts)
    talk = Talk(dialogue)
    target = Target(server.hostname, server.port, tls=server.security is Security.TLS)
    try:
        with anyio.move_on_after(seconds) as limit:
            connection = await network.connector.connect(target)
            try:
                conversed.address = connection.address
                await _drive_beside(talk, connection, conversed, meanwhile)
            finally:
                conversed.tls = connection.tls
                with anyio.move_on_after(CLOSING, shield=True):
                    await connection.aclose()
    except NetworkError as error:
        if facts.stage is Stage.DONE:
            talk.interrupt()
        elif facts.outcome is None:
            conversed.failed(error)
    if facts.outcome is None:
        _time_is_up(talk, conversed, limit, seconds)
    if conversed.tls is not None:
        conversed.certificate = conversed.tls.certificate
    return conversed


def _time_is_up(talk: Talk[Facts], conversed: Conversed, limit: anyio.CancelScope, seconds: float) -> None:
    if not limit.cancelled_caught:
        raise RuntimeError("the conversation ended without a verdict")
    if conversed.address is not None:
        talk.interrupt()
        return
    conversed.facts.outcome = Outcome.TIMEOUT
    conversed.facts.reason = "connect-timed-out"
    conversed.facts.detail = f"No connection came about within {seconds:.0f} seconds."


async def _drive_beside(
    talk: Talk[Facts],
    connection: Connection,
    conversed: Conversed,
    meanwhile: Callable[[Conversed], Awaitable[bool]] | None,
) -> None:
    if meanwhile is None:
        await _drive(talk, connection)
        return
    failures: list[NetworkError] = []
    async with anyio.create_task_group() as group:

        async def beside() -> None:
            if await meanwhile(conversed):
                group.cancel_scope.cancel()

        group.start_soon(beside)
        try:
            await _drive(talk, connection)
        except NetworkError as error:  # as itself, and not in a group of exceptions
            failures.append(error)
        group.cancel_scope.cancel()
    if failures:
        raise failures[0]


async def _drive(talk: Talk[Facts], connection: Connection) -> None:
    while True:
        match talk.advance():
            case Send(data=data):
                await connection.send(data)
            case Receive():
                talk.received(await connection.receive(RECEIVE))
            case StartTls():
                await connection.start_tls()
            case Bind():
                talk.bound(_binding(connection))
            case Done():
                return


def _binding(connection: Connection) -> bytes:
    """Give ``kind NUL data``: tls-exporter for TLS 1.3 (RFC 9266), tls-unique before (RFC 5929)."""
    if connection.tls is None:
        return b""
    is_modern = connection.tls.version == "TLSv1.3"
    data = connection.channel_binding("tls-exporter" if is_modern else "tls-unique")
    return b"" if data is None else (b"tls-exporter" if is_modern else b"tls-unique") + b"\0" + data
