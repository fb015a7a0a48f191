"""A look-up on a real network, kept in a folder that ``FakeNetwork.from_folder`` reads.

::

    async with mailsetup.net.open_network(options) as network:
        with recorded(network, "bug-17") as tape:
            await mailsetup.aio.discover(address, options=options.model_copy(update={"network": tape}))

What is kept: DNS answers, each hop of each HTTP exchange, and the conversations of probes. What did not answer is kept
as silence, so that a replay waits as the original did. Not kept: times to live, cookies, the certificate beyond its
names, end and fingerprints. A signed name is written as signed with everything below it.

A recording holds the domain, and the address where it was shared. It never holds a credential: of what a client says,
only the harmless commands below are written down.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from mailsetup.errors import NetworkError
from mailsetup.net.interface import Network
from mailsetup.net.redirects import follow
from mailsetup.testing.tape import Tape
from mailsetup.testing.web import HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from mailsetup.net.interface import (
        Answer,
        Connection,
        Connector,
        Fetcher,
        RecordType,
        Request,
        Resolver,
        Response,
        Target,
        Tls,
    )
    from mailsetup.testing.tape import Conversation


@contextmanager
def recorded(network: Network, folder: Path | str, /) -> Iterator[Network]:
    """Give a network that does what ``network`` does, and write all of it into ``folder`` at the end.

    Raises:
        FileExistsError: if ``folder`` holds a recording already.
    """
    target = Path(folder)
    if any((target / name).exists() for name in ("dns.zone", "pages", "transcripts")):
        raise FileExistsError(target)
    tape = Tape()
    try:
        yield Network(
            _Resolver(network.resolver, tape), _Fetcher(network.fetcher, tape), _Connector(network.connector, tape)
        )
    finally:
        tape.write(target)


class _Resolver:
    def __init__(self, inner: Resolver, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002  (DNS's own word)
        try:
            answer = await self._inner.resolve(name, type, fresh=fresh)
        except anyio.get_cancelled_exc_class():
            self._tape.unanswered(name, type)
            raise
        self._tape.answered(answer)
        return answer


class _Fetcher:
    def __init__(self, inner: Fetcher, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def fetch(self, request: Request, /) -> Response:
        return await follow(request, fetch_one=self._fetch_one)

    async def _fetch_one(self, request: Request) -> Response:
        try:
            response = await self._inner.fetch(replace(request, follow="none"))
        except NetworkError as error:
            self._tape.failed(request, error.reason, address=error.address)
            raise
        except anyio.get_cancelled_exc_class():
            self._tape.failed(request, HANGS)
            raise
        self._tape.served(request, response)
        return response


class _Connector:
    def __init__(self, inner: Connector, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def connect(self, target: Target, /) -> Connection:
        conversation = self._tape.conversation(target)
        try:
            connection = await self._inner.connect(target)
        except NetworkError as error:
            conversation.not_connected(error)
            raise
        except anyio.get_cancelled_exc_class():
            conversation.word = HANGS
            raise
        conversation.opened(connection.tls, address=connection.address)
        return _Connection(connection, conversation)


class _Connection:
    """A connection that is listened to."""

    def __init__(self, inner: Connection, conversation: Conversation) -> None:
        self._inner = inner
        self._conversation = conversation

    @property
    def address(self) -> str:
        return self._inner.address

    @property
    def tls(self) -> Tls | None:
        return self._inner.tls

    async def send(self, data: bytes, /) -> None:
        self._conversation.client(data)
        await self._inner.send(data)

    async def receive(self, max_bytes: int = 4096, /) -> bytes:
        try:
            data = await self._inner.receive(max_bytes)
        except NetworkError as error:
            self._conversation.mark("<reset>" if error.reason == "connection-reset" else "<silence>")
            raise
        except anyio.get_cancelled_exc_class():
            self._conversation.mark("<silence>")
            raise
        if data:
            self._conversation.server(data)
        else:
            self._conversation.mark("<close>")
        return data

    async def start_tls(self) -> Tls:
        try:
            tls = await self._inner.start_tls()
        except NetworkError as error:
            self._conversation.failed_handshake(error)
            raise
        self._conversation.handshake(tls)
        return tls

    def channel_binding(self, kind: Literal["tls-exporter", "tls-unique"], /) -> bytes | None:
        return self._inner.channel_binding(kind)

    async def aclose(self) -> None:
        await self._inner.aclose()
