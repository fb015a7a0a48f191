"""Beside a server that somebody names, the same host may offer the protocol at its other usual port. Pure.

That tells whether implicit TLS exists and nobody says so, and whether a port takes passwords in the open although
nobody is sent there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol, Security

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.model import Server

USUAL: dict[Protocol, tuple[tuple[int, Security], ...]] = {
    Protocol.IMAP: ((993, Security.TLS), (143, Security.STARTTLS)),
    Protocol.POP3: ((995, Security.TLS), (110, Security.STARTTLS)),
    Protocol.SMTP: ((465, Security.TLS), (587, Security.STARTTLS)),
}
"""Usual ports of each protocol (RFC 8314)."""


def neighbours(named: Iterable[Server], /) -> tuple[Server, ...]:
    """Give the servers at usual ports of the named hosts that are not named themselves."""
    named = list(named)
    known = {server.endpoint for server in named}
    found: dict[tuple[object, ...], Server] = {}
    for server in named:
        for port, security in USUAL.get(server.protocol, ()):
            beside = server.model_copy(
                update={
                    "port": port,
                    "security": security,
                    "sources": (),
                    "provenance": (*server.provenance, f"other usual port of {server.hostname}"),
                    "probe": None,
                }
            )
            if beside.endpoint not in known:
                found.setdefault(beside.endpoint, beside)
    return tuple(found.values())
