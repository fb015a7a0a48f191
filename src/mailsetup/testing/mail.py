"""The mail servers that a test writes down: ``host:port`` and the conversation a server there holds.

A server may also be one fault word (``connection-refused``, ``certificate-expired``, ``hangs`` …). What is said in a
conversation is the matter of ``transcript.py``; this module only finds the one that is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from mailsetup.net.failures import failure
from mailsetup.testing.web import FAULTS, HANGS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from mailsetup.net.interface import Connection, Target


class FakeConnector:
    """A ``Connector`` to conversations in memory."""

    def __init__(
        self,
        transcripts: Mapping[str, str],
        /,
        *,
        address_of: Callable[[str], Awaitable[str]],
        log: Callable[[Target], None],
    ) -> None:
        self._transcripts = {key.lower(): text for key, text in transcripts.items()}
        self._address_of = address_of
        self._log = log

    async def connect(self, target: Target, /) -> Connection:
        """Open the conversation written down for ``host:port``, or for ``address:port`` where the target names one."""
        self._log(target)
        address = target.address or await self._address_of(target.hostname)
        await anyio.lowlevel.checkpoint()
        text = self._transcripts.get(f"{target.hostname}:{target.port}") or self._transcripts.get(
            f"{address}:{target.port}", "connection-refused"
        )
        word = text.strip()
        if word == HANGS:
            await anyio.sleep_forever()
        if word in FAULTS:
            raise failure(word, address=address)
        from mailsetup.testing.transcript import TranscriptConnection, parse

        return TranscriptConnection(parse(text), target=target, address=address)
