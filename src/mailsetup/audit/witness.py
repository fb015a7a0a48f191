"""A network that remembers what it was told: every DNS answer, and every document that was served.

The sources ask as they always do; afterwards the rules look at what they were told, without asking again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.net.interface import Network

if TYPE_CHECKING:
    from mailsetup.net.interface import Answer, Fetcher, RecordType, Request, Resolver, Response


class Witness:
    """What was told so far, and the network that tells."""

    def __init__(self, network: Network, /) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        """By name and type; the last one where a question was asked twice."""
        self.bodies: dict[str, bytes] = {}
        """By URL, those of status 200."""
        self.network = Network(
            _Resolver(network.resolver, self.answers), _Fetcher(network.fetcher, self.bodies), network.connector
        )


class _Resolver:
    def __init__(self, inner: Resolver, answers: dict[tuple[str, str], Answer]) -> None:
        self._inner, self._answers = inner, answers

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        answer = await self._inner.resolve(name, type, fresh=fresh)
        self._answers[name.lower().removesuffix("."), type] = answer
        return answer


class _Fetcher:
    def __init__(self, inner: Fetcher, bodies: dict[str, bytes]) -> None:
        self._inner, self._bodies = inner, bodies

    async def fetch(self, request: Request, /) -> Response:
        response = await self._inner.fetch(request)
        if response.status == 200:
            self._bodies[request.url] = response.body
        return response
