"""Why it failed: one more look at the same port in the other manner, TLS for clear text or the reverse.

It makes the difference between "does not work" and "use SSL/TLS here, not STARTTLS" (PROBE-09). Nothing is sent in it,
beyond the handshake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.dialogue.actions import ReadLine
from mailsetup.dialogue.banner import names, recognise
from mailsetup.dialogue.facts import Ended, Stage, wrong_protocol
from mailsetup.dialogue.talk import Done, Receive, Talk
from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Security
from mailsetup.net.interface import Target

if TYPE_CHECKING:
    from mailsetup.dialogue.actions import Conversation
    from mailsetup.model import Server
    from mailsetup.net.interface import Network
    from mailsetup.prober.conversation import Conversed

MAX_LINE = 1024
"""Octets of a greeting that are looked at: it only has to be recognised."""

_SHOOK_HANDS = frozenset(
    {
        Outcome.CERTIFICATE_EXPIRED,
        Outcome.CERTIFICATE_NAME_MISMATCH,
        Outcome.CERTIFICATE_SELF_SIGNED,
        Outcome.CERTIFICATE_UNTRUSTED,
    }
)


async def explain(server: Server, conversed: Conversed, /, *, network: Network) -> None:
    """Look again where that can explain the failure; sharpen ``conversed.facts``."""
    facts = conversed.facts
    is_silent = facts.outcome is Outcome.TIMEOUT and facts.stage is Stage.GREETING
    if server.security is Security.TLS:
        if facts.reason == "not-tls":
            await _look_in_clear_text(server, conversed, network=network)
    elif is_silent and conversed.address and await waits_for_tls(server, network=network, address=conversed.address):
        expects_tls(conversed, server)


async def _look_in_clear_text(server: Server, conversed: Conversed, *, network: Network) -> None:
    """See whether the port, which failed at TLS, greets in clear text."""
    target = Target(server.hostname, server.port, tls=False, address=conversed.address)
    try:
        connection = await network.connector.connect(target)
        try:
            talk = Talk(_one_line())
            while not isinstance(step := talk.advance(), Done):
                if isinstance(step, Receive):
                    talk.received(await connection.receive(MAX_LINE))
        finally:
            await connection.aclose()
    except NetworkError:
        return
    line = step.result
    other = recognise(line)
    if other == names(server.protocol):
        detail = f"The port speaks {other} in clear text first: use STARTTLS here, not SSL/TLS from the first byte."
        _sharpen(conversed, Ended(Outcome.WRONG_PROTOCOL, detail, reason="starttls-expected"))
    elif other is not None:
        _sharpen(conversed, wrong_protocol(line, server.protocol))


def _one_line() -> Conversation[bytes]:
    return (yield ReadLine(MAX_LINE))


async def waits_for_tls(server: Server, /, *, network: Network, address: str | None = None) -> str | None:
    """See whether the port, which says nothing in clear text, takes a handshake; give the address of who did."""
    try:
        connection = await network.connector.connect(Target(server.hostname, server.port, tls=True, address=address))
    except NetworkError as error:
        return error.address or address if error.outcome in _SHOOK_HANDS else None
    await connection.aclose()
    return connection.address


def expects_tls(conversed: Conversed, server: Server, /) -> None:
    """Put the verdict on a port that waits for TLS."""
    _sharpen(conversed, wrong_protocol(b"\x16\x03\x01", server.protocol))


def _sharpen(conversed: Conversed, verdict: Ended) -> None:
    facts = conversed.facts
    facts.outcome, facts.detail, facts.reason = verdict.outcome, verdict.detail, verdict.reason
