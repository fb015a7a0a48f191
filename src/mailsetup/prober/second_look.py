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
    if server.security is Security.TLS:
        if facts.reason == "not-tls":
            await _look_in_clear_text(server, conversed, network=network)
    elif facts.outcome is Outcome.TIMEOUT and facts.stage is Stage.GREETING and conversed.address:
        await _look_inside_tls(server, conversed, network=network)


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


async def _look_inside_tls(server: Server, conversed: Conversed, *, network: Network) -> None:
    """See whether the port, which said nothing, waits for TLS."""
    target = Target(server.hostname, server.port, tls=True, address=conversed.address)
    try:
        connection = await network.connector.connect(target)
    except NetworkError as error:
        if error.outcome not in _SHOOK_HANDS:
            return
    else:
        await connection.aclose()
    _sharpen(conversed, wrong_protocol(b"\x16\x03\x01", server.protocol))


def _sharpen(conversed: Conversed, verdict: Ended) -> None:
    facts = conversed.facts
    facts.outcome, facts.detail, facts.reason = verdict.outcome, verdict.detail, verdict.reason
