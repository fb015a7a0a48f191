"""The mail servers that a test writes down: ``host:port`` and the conversation a server there holds.

A server may also be one fault word (``connection-refused``, ``certificate-expired``, ``hangs`` …). What is said in a
conversation is the matter of ``transcript.py``; this module only finds the one that is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from mailsetup.net.failures import failure
from mailsetup.testing.transcript import Transcript, TranscriptConnection, parse
from mailsetup.testing.web import FAULTS, HANGS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from mailsetup.net.interface import Connection, Target


class FakeConnector:
    """A ``Connector`` to conversations in memory.

    Raises:
        ValueError: for a conversation that cannot be read; it names the server and the line.
    """

    def __init__(
        self,
        transcripts: Mapping[str, str],
        /,
        *,
        address_of: Callable[[str], Awaitable[str]],
        log: Callable[[Target], None],
    ) -> None:
        self._servers = {server.lower(): _read(server, text) for server, text in transcripts.items()}
        self._address_of = address_of
        self._log = log
        self.connections: list[TranscriptConnection] = []
        """Every conversation that was begun."""

    async def connect(self, target: Target, /) -> Connection:
        """Open the conversation written down for ``host:port``, or for ``address:port`` where the target names one."""
        self._log(target)
        address = target.address or await self._address_of(target.hostname)
        await anyio.lowlevel.checkpoint()
        by_address = self._servers.get(f"{address}:{target.port}", "connection-refused")
        server = self._servers.get(f"{target.hostname}:{target.port}", by_address)
        if server == HANGS:
            await anyio.sleep_forever()
        if isinstance(server, str):
            raise failure(server, address=address)
        connection = TranscriptConnection(server, target=target, address=address)
        self.connections.append(connection)
        return connection


def _read(server: str, text: str) -> Transcript | str:
    """Take a conversation apart, or take a fault word as it is."""
    if text.strip() in FAULTS:
        return text.strip()
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{server}: {error}") from error
