"""A world for workers: hosters with many customers' domains, built anew in each process, and a log of who is asked.

A line of the log is one event: process, hoster, ``begin`` or ``end``, and a time that all processes of a machine share.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import anyio

from mailsetup import Options
from mailsetup.names import registrable_domain
from mailsetup.net.interface import Network
from mailsetup.testing import FakeNetwork
from tests.support.guard import stay_at_home

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mailsetup.net.interface import Connection, Connector, Fetcher, Request, Response, Target

CUSTOMERS = {f"hoster{number}.example": 4 + 3 * number for number in range(10)}
"""Hoster → how many domains it has."""

GATED = "hoster5.example"
"""Whoever asks this one waits until the gate is open."""

ASKING = 0.01
"""Seconds that a question to a hoster takes, so that two who ask at the same time are found out."""

_DOCUMENT = """<clientConfig version="1.1"><emailProvider id="{0}"><domain>{0}</domain>
<incomingServer type="imap"><hostname>imap.{0}</hostname><port>993</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.{0}</hostname><port>465</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username></outgoingServer>
</emailProvider></clientConfig>"""


def domains() -> dict[str, str]:
    """Every customer's domain → its hoster."""
    return {f"customer{number}-of-{hoster}": hoster for hoster, count in CUSTOMERS.items() for number in range(count)}


def network() -> FakeNetwork:
    """Hosters that publish a document for their customers, and whose servers refuse connections."""
    servers = [server for name in CUSTOMERS for server in (f"imap.{name}:993", f"smtp.{name}:465")]
    return FakeNetwork(
        dns={f"{domain} MX": f"10 mx{at % 3}.{hoster}" for at, (domain, hoster) in enumerate(domains().items())},
        pages={f"https://autoconfig.{name}/mail/config-v1.1.xml": _DOCUMENT.format(name) for name in CUSTOMERS},
        transcripts=dict.fromkeys(servers, "connection-refused"),
    )


def options(folder: Path) -> Options:
    """Lead a worker into the world; called there. The log and the gate are in ``folder``."""
    if not getattr(sys, "stays_at_home", False):
        sys.addaudithook(stay_at_home)
        sys.stays_at_home = True  # type: ignore[attr-defined]
    fake, log = network(), Log(folder)
    doors = Network(fake.resolver, WatchedFetcher(fake.fetcher, log), WatchedConnector(fake.connector, log))
    return Options(network=doors, timeout=60, config_dir=folder)


class Event(NamedTuple):
    """A line of the log."""

    process: int
    hoster: str
    is_begin: bool
    time: float


class Log:
    """Who asked whom, from when to when."""

    def __init__(self, folder: Path, /) -> None:
        self._path = folder / "log"
        self._gate = folder / "gate"

    def open_gate(self) -> None:
        """Let everybody pass from now on."""
        self._gate.touch()

    @asynccontextmanager
    async def asking(self, hostname: str, /) -> AsyncIterator[None]:
        """Write down that a host is asked, and make it last."""
        hoster = registrable_domain(hostname)
        if hoster not in CUSTOMERS:
            yield
            return
        self._write(hoster, "begin")
        try:
            await anyio.sleep(ASKING)
            while hoster == GATED and not self._gate.exists():  # noqa: ASYNC110  (another process opens it)
                await anyio.sleep(ASKING)
            yield
        finally:
            self._write(hoster, "end")

    def _write(self, hoster: str, word: str) -> None:
        # One short write to a file that is opened for appending: lines of several processes never mix.
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{os.getpid()} {hoster} {word} {time.monotonic()}\n")

    def events(self) -> list[Event]:
        """Read what has been written so far, in order of time."""
        lines = self._path.read_text("ascii").splitlines() if self._path.exists() else []
        read = (line.split() for line in lines)
        events = [Event(int(pid), hoster, word == "begin", float(at)) for pid, hoster, word, at in read]
        return sorted(events, key=lambda event: event.time)


class WatchedFetcher:
    """A ``Fetcher`` whose requests are written down."""

    def __init__(self, fetcher: Fetcher, log: Log, /) -> None:
        self._fetcher = fetcher
        self._log = log

    async def fetch(self, request: Request, /) -> Response:
        """Fetch, and have it written down."""
        async with self._log.asking(urlsplit(request.url).hostname or ""):
            return await self._fetcher.fetch(request)


class WatchedConnector:
    """A ``Connector`` whose connections are written down."""

    def __init__(self, connector: Connector, log: Log, /) -> None:
        self._connector = connector
        self._log = log

    async def connect(self, target: Target, /) -> Connection:
        """Connect, and have it written down."""
        async with self._log.asking(target.hostname):
            return await self._connector.connect(target)
