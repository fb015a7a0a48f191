"""Probe one server: connect, shake hands, ask what it can do, say goodbye; look again where that explains a failure.

Rules: TLS with a verified certificate or no "confirmed" (TLS-01, TLS-02); what was advertised before TLS counts for
nothing (IMAP-03, POP-03, SMTP-02, SIEVE-02); every verdict comes within the deadline; a second look costs a connection
only where the first one failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from mailsetup.dialogue import SPOKEN, Facts, Stage, look
from mailsetup.model import Outcome, Probe, Security, Trust
from mailsetup.prober.conversation import Conversed, converse
from mailsetup.prober.second_look import expects_tls, explain, waits_for_tls
from mailsetup.prober.suggestion import suggest

if TYPE_CHECKING:
    from mailsetup.model import Server
    from mailsetup.net.interface import Network

DEADLINE = 10.0
"""Seconds for everything. Greetings are held back for seconds by servers that slow down spammers (PROBE-06)."""

SILENCE = 2.5
"""Seconds without a greeting after which the port is tried with TLS as well: the rest of ten would be spent in vain by
a server that waits for the client's first word."""

SECOND_LOOK = 1.5
"""Seconds of them that are kept for finding out why the first look failed, and the most it may take."""


async def probe_server(server: Server, /, *, network: Network, deadline: float = DEADLINE) -> Probe:
    """Say what a live conversation with ``server`` shows. Raises nothing for what goes wrong there.

    ``Probe.outcome`` is ``confirmed`` for the right protocol inside TLS 1.2 or newer with a certificate that is valid
    for the host name. A server without encryption is spoken to, and is ``policy`` at best (PROBE-02).
    """
    started = anyio.current_time()
    if server.protocol not in SPOKEN:
        return Probe(outcome=Outcome.POLICY, detail=f"There is no way to probe {server.protocol} by host and port.")
    facts = Facts(server.protocol)

    async def ask_aside(conversed: Conversed) -> bool:
        """Where nobody has said anything, see whether the port waits for TLS."""
        await anyio.sleep(SILENCE)
        is_silent = facts.stage is Stage.GREETING and facts.outcome is None
        if is_silent and await waits_for_tls(server, network=network, address=conversed.address):
            expects_tls(conversed, server)
            return True
        return False

    conversed = await converse(
        server,
        look(facts, security=server.security),
        facts,
        network=network,
        seconds=max(deadline - SECOND_LOOK, deadline * 0.7),
        meanwhile=None if server.security is Security.TLS else ask_aside,
    )
    suggestion = None
    with anyio.move_on_after(min(SECOND_LOOK, max(0.0, started + deadline - anyio.current_time()))):
        if facts.outcome is Outcome.CERTIFICATE_NAME_MISMATCH:
            suggestion = await suggest(server.hostname, conversed.certificate, conversed.address, network=network)
        elif facts.outcome is not Outcome.CONFIRMED:
            await explain(server, conversed, network=network)
    return to_probe(server, conversed, suggestion=suggestion, elapsed=anyio.current_time() - started)


def to_probe(server: Server, conversed: Conversed, *, suggestion: str | None = None, elapsed: float = 0.0) -> Probe:
    """Put what was seen into the form of the result."""
    facts = conversed.facts
    outcome, detail = _judged_by_security(server, facts)
    return Probe(
        outcome=outcome,
        detail=detail,
        address=conversed.address,
        greeting=facts.greeting,
        capabilities=facts.capabilities,
        auth=facts.auth,
        sasl=facts.sasl,
        open_logins=facts.open_logins,
        tls_version=conversed.tls.version if conversed.tls else None,
        certificate=conversed.certificate,
        suggestion=suggestion,
        elapsed=elapsed,
    )


def _judged_by_security(server: Server, facts: Facts) -> tuple[Outcome, str]:
    outcome = facts.outcome or Outcome.PROTOCOL_ERROR
    if outcome is Outcome.CONFIRMED and server.security is Security.NONE:
        offer = " It does offer STARTTLS." if facts.offers_starttls else ""
        return (
            Outcome.POLICY,
            f"The connection is not encrypted: a password would cross the network in the open.{offer}",
        )
    if outcome is Outcome.STARTTLS_MISSING and facts.reason == "not-offered" and server.trust >= Trust.VOUCHED:
        # SMTP-03: the source is to be trusted, the line is not.
        return outcome, f"{facts.detail} It should: something on the way may have removed the offer."
    return outcome, facts.detail


def takes_internationalised(probe: Probe, /) -> bool:
    """Whether the submission server takes addresses with a non-ASCII local part (SMTPUTF8, EAI-05)."""
    return any(keyword.upper() == "SMTPUTF8" for keyword in probe.capabilities)
