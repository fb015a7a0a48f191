"""Sources that can be taken to another process, and tell which one they were asked in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import anyio

from mailsetup.model import Finding, Protocol, Security, Server, Status, Trust

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network

DEADLY = "deadly.com"
"""Whoever asks about it dies."""

BROKEN = "broken.com"
"""What is found there cannot be written down: a mistake, as far as a run can tell."""

SLOW = "slow.com"
"""Whoever asks about it waits for ten minutes."""


class Whereabouts:
    """Finds a server that is named after the process."""

    name = "whereabouts"

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Answer, die or wait."""
        if address.domain == DEADLY:
            os._exit(3)
        await anyio.sleep(600 if address.domain == SLOW else 0.05)
        server = Server(
            protocol=Protocol.IMAP,
            hostname=f"p{os.getpid()}.{address.domain}",
            port=993,
            security=Security.TLS,
            username=str(address),
            trust=Trust.VOUCHED,
            provenance=("here",),
        )
        if address.domain == BROKEN:
            server = server.model_copy(update={"provenance": ("\ud800",)})
        return Finding(status=Status.FOUND, servers=(server,))
