"""Asks many servers side by side, politely: so many at a time in all, two at a time at one host, each server once.

Nothing about anybody is sent: these are the conversations that prove a server before a login.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import anyio

from mailsetup.model import Probe, RequirementKind, Server
from mailsetup.names import NO_DISCOVERY_SUFFIXES
from mailsetup.net import open_network
from mailsetup.prober import probe_server, upgrades
from mailsetup.providers.live_report import LiveReport, ServerCheck, check_of, skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailsetup.model import Options
    from mailsetup.net.interface import Network
    from mailsetup.providers.schema import ProviderFile, ServerEntry

PER_HOST = 2
"""Connections to one host at a time (HE-05)."""


async def check_servers(
    providers: Sequence[ProviderFile],
    /,
    *,
    options: Options,
    jobs: int,
    now: datetime,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> LiveReport:
    """Probe every server of ``providers`` and hold it against its file. Takes at most ``options.timeout`` a server.

    ``told`` is called after each with how many are done, and of how many.
    """
    places = [(provider, server_of(entry)) for provider in providers for entry in provider.servers]
    async with open_network(options) as network:
        round_ = _Round(network, jobs=jobs, seconds=options.timeout, told=told)
        async with anyio.create_task_group() as group:
            for provider, server in places:
                if not why_skipped(provider, server):
                    for each in (server, *upgrades(server)):
                        round_.ask(each, group)
    return LiveReport(
        made=now, servers=tuple(_checked(provider, server, round_.probes, now) for provider, server in places)
    )


def server_of(entry: ServerEntry, /) -> Server:
    """Give the server as the file claims it; user names are of no interest here."""
    return Server(**entry.model_dump(include={"protocol", "hostname", "port", "security", "auth"}))


def why_skipped(provider: ProviderFile, server: Server, /) -> str:
    """Say why a server cannot be asked; nothing if it can."""
    if "%" in server.hostname:
        return "The host name depends on the address."
    if server.hostname.rpartition(".")[2] in NO_DISCOVERY_SUFFIXES:
        return "The name means something inside a special network only."
    if any(requirement.kind is RequirementKind.SPECIAL_NETWORK for requirement in provider.requirements):
        return "The provider is reached inside a special network only."
    return ""


def _checked(
    provider: ProviderFile, server: Server, probes: dict[tuple[object, ...], Probe], now: datetime
) -> ServerCheck:
    reason = why_skipped(provider, server)
    if reason:
        return skipped(provider.id, server, reason)
    better = [variant for variant in upgrades(server) if probes[variant.endpoint].is_confirmed]
    return check_of(provider.id, server, probes[server.endpoint], upgrades=better, now=now)


class _Round:
    """The probes of one run; a server that several providers name is asked once."""

    def __init__(self, network: Network, *, jobs: int, seconds: float, told: Callable[[int, int], None]) -> None:
        self.probes: dict[tuple[object, ...], Probe] = {}
        self._network = network
        self._seconds = seconds
        self._told = told
        self._asked: set[tuple[object, ...]] = set()
        self._jobs = anyio.CapacityLimiter(jobs)
        self._hosts: defaultdict[str, anyio.Semaphore] = defaultdict(partial(anyio.Semaphore, PER_HOST))

    def ask(self, server: Server, group: anyio.abc.TaskGroup) -> None:
        """Have a server asked, if nobody has yet."""
        if server.endpoint not in self._asked:
            self._asked.add(server.endpoint)
            group.start_soon(self._ask, server)

    async def _ask(self, server: Server) -> None:
        # The host's turn first: whoever waits for it must not keep others from theirs.
        async with self._hosts[server.hostname], self._jobs:
            self.probes[server.endpoint] = await probe_server(server, network=self._network, deadline=self._seconds)
        self._told(len(self.probes), len(self._asked))
