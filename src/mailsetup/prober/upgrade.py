"""A document says "no encryption". Nearly always the same host speaks TLS as well: these are the places to look first.

Implicit TLS before STARTTLS (RFC 8314 section 3); never port 25, which is not submission (SMTP-01).
"""

from __future__ import annotations

from mailsetup.model import Protocol, Security, Server

_PORTS: dict[Protocol, tuple[int, int]] = {
    Protocol.IMAP: (993, 143),
    Protocol.POP3: (995, 110),
    Protocol.SMTP: (465, 587),
}
"""Ports of implicit TLS and of STARTTLS."""

_MX_PORT = 25


def upgrades(server: Server, /) -> tuple[Server, ...]:
    """Name the TLS variants of a server without encryption, best first; nothing for a server that has it."""
    if server.security is not Security.NONE or server.protocol not in _PORTS:
        return ()
    implicit, upgrade = _PORTS[server.protocol]
    places = [(implicit, Security.TLS), (server.port, Security.STARTTLS), (upgrade, Security.STARTTLS)]
    return tuple(
        server.model_copy(
            update={
                "port": port,
                "security": security,
                "probe": None,
                "provenance": (*server.provenance, f"TLS variant of port {server.port}"),
            }
        )
        for port, security in dict.fromkeys(places)
        if not (port == _MX_PORT and server.protocol is Protocol.SMTP)
        and (port, security) != (implicit, Security.STARTTLS)
    )
