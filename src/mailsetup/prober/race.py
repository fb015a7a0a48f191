"""Of many places where a server may be, find the best that is one, without waiting for those that stay silent.

A lane holds the candidates of one protocol, best first. They start one after the other: the next one when its
predecessor has failed, or has kept us waiting for a while. The first confirmed one gives its betters a grace time; then
the lane is settled and everything still under way in it is cancelled. How many connections one host sees at a time is
the connector's rule (HE-05).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from mailsetup.model import Outcome, Server
from mailsetup.prober.server import probe_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailsetup.net.interface import Network

STAGGER = 0.4
"""Seconds a candidate has to itself before the next one starts: five round trips of 80 ms, which a probe takes."""

GRACE = 0.7
"""Seconds that better candidates get once a worse one is confirmed."""

PATIENCE = 4.0
"""Seconds for a lane in which nothing is confirmed."""


_SILENCE = frozenset({Outcome.TIMEOUT, Outcome.NETWORK_UNREACHABLE})


class Lane:
    """The candidates of one protocol, and what became of them."""

    def __init__(self, candidates: Sequence[Server], /, *, network: Network) -> None:
        self.settled = anyio.Event()
        """Set when :meth:`run` has ended."""
        self._network = network
        self._candidates = tuple(candidates)
        self._probed: dict[int, Server] = {}
        self._changed = anyio.Event()

    @property
    def confirmed(self) -> tuple[Server, ...]:
        """What was found working, best first."""
        return tuple(server for _, server in sorted(self._probed.items()) if server.confirmed)

    @property
    def is_silent(self) -> bool:
        """Whether some candidate has not answered at all, so that "there is none" cannot be said."""
        outcomes = {server.probe.outcome for server in self._probed.values() if server.probe is not None}
        return len(self._probed) < len(self._candidates) or not outcomes.isdisjoint(_SILENCE)

    async def run(self) -> None:
        """Probe the candidates until the best is known, or patience is at its end."""
        try:
            with anyio.move_on_after(PATIENCE):
                async with anyio.create_task_group() as group:
                    group.start_soon(self._start_all)
                    await self._until_settled()
                    group.cancel_scope.cancel()
        finally:
            self.settled.set()

    async def _start_all(self) -> None:
        async with anyio.create_task_group() as group:
            for rank, server in enumerate(self._candidates):
                failed = anyio.Event()
                group.start_soon(self._probe, rank, server, failed)
                with anyio.move_on_after(STAGGER):
                    await failed.wait()

    async def _probe(self, rank: int, server: Server, failed: anyio.Event) -> None:
        probe = await probe_server(server, network=self._network, deadline=PATIENCE)
        self._probed[rank] = server.model_copy(update={"probe": probe})
        if probe.outcome is not Outcome.CONFIRMED:
            failed.set()
        self._changed.set()

    async def _until_settled(self) -> None:
        while not self._is_decided() and not self.confirmed:
            await self._next_change()
        with anyio.move_on_after(GRACE):
            while not self._is_decided():
                await self._next_change()

    def _is_decided(self) -> bool:
        """Nothing better than the best confirmed one is still open."""
        for rank in range(len(self._candidates)):
            if rank not in self._probed:
                return False
            if self._probed[rank].confirmed:
                return True
        return True

    async def _next_change(self) -> None:
        await self._changed.wait()
        self._changed = anyio.Event()
