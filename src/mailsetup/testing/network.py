r"""A whole network in memory, for embedders' tests and for our own.

::

    network = FakeNetwork(
        dns={"corp.example MX": ["10 mx.corp.example"], "slow.example A": "TIMED-OUT"},
        pages={"https://autoconfig.corp.example/mail/config-v1.1.xml": "<clientConfig …"},
        transcripts={"imap.corp.example:993": "S: * OK ready\nC: …"},
    )
    found = mailsetup.discover("kim@corp.example", options=mailsetup.Options(network=network))
    assert "GET https://autoconfig.corp.example/mail/config-v1.1.xml" in network.asked

Hosts of pages and transcripts that ``dns`` says nothing about have an address all the same. Everything that was asked
is in ``asked``, in order, so that a test can also prove what did *not* go out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio.lowlevel

from mailsetup.net.failures import failure, no_address
from mailsetup.net.interface import Answer, Network, RecordType
from mailsetup.net.policy import is_public
from mailsetup.testing.folder import read_folder
from mailsetup.testing.mail import FakeConnector
from mailsetup.testing.web import FakeFetcher, Page
from mailsetup.testing.zone import Zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mailsetup.net.interface import Request, Target
    from mailsetup.testing.transcript import TranscriptConnection

    _Records = Mapping[str, str | Sequence[str]]

_LAB = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")
"""Documentation addresses (RFC 5737, RFC 3849): in here, and only in here, they stand for public ones."""


class FakeResolver:
    """A ``Resolver`` over a zone in memory."""

    def __init__(self, zone: Zone, /, *, log: list[str]) -> None:
        self._zone = zone
        self._log = log

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002, ARG002
        """Answer from the zone."""
        self._log.append(f"{type} {name}")
        await anyio.lowlevel.checkpoint()
        return self._zone.answer(name, type)


class FakeNetwork(Network):
    """A ``Network`` that answers from memory and remembers what it was asked.

    Args:
        dns: ``"name TYPE"`` → records in zone-file form, or a status word. Unknown names are NXDOMAIN.
        pages: URL, or ``"METHOD URL"`` → text, bytes, status number or ``Page``.
        transcripts: ``"host:port"`` → conversation in the form of ``mailsetup.testing.transcript``, or a fault word.
        secure: names at and below which DNS answers are DNSSEC-validated.
        allow_private_addresses: as in ``Options``; the fake door, like the real one, refuses when it is false.

    Raises:
        ValueError: for an entry that cannot be read.
    """

    def __init__(
        self,
        dns: _Records | None = None,
        pages: Mapping[str, Page | bytes | str | int] | None = None,
        transcripts: Mapping[str, str] | None = None,
        *,
        secure: Iterable[str] = (),
        allow_private_addresses: bool = True,
    ) -> None:
        pages, transcripts = pages or {}, transcripts or {}
        state = _State(_with_hosts(dns or {}, pages, transcripts), secure, allow_private=allow_private_addresses)
        connector = FakeConnector(transcripts, address_of=state.address_of, log=state.log_target)
        fetcher = FakeFetcher(pages, address_of=state.address_of, log=state.log_request)
        super().__init__(FakeResolver(state.zone, log=state.asked), fetcher, connector)
        # The fields of a Network are frozen, and these are not fields.
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_connector", connector)

    _state: _State
    _connector: FakeConnector

    @property
    def asked(self) -> list[str]:
        """What went out, in order: ``MX corp.example``, ``GET https://…``, ``CONNECT imap.corp.example:993``."""
        return self._state.asked

    @property
    def requests(self) -> list[Request]:
        """The HTTP requests in full, one for each hop."""
        return self._state.requests

    @property
    def connections(self) -> list[TranscriptConnection]:
        """The conversations that were begun, each with the lines that were ``sent`` and what was ``left`` unsaid."""
        return self._connector.connections

    @classmethod
    def from_folder(cls, path: Path | str, /, *, allow_private_addresses: bool = True) -> FakeNetwork:
        """Read a network from files that a mail admin can read; see ``mailsetup.testing.folder``."""
        written = read_folder(path)
        return cls(
            written.dns,
            written.pages,
            written.transcripts,
            secure=written.secure,
            allow_private_addresses=allow_private_addresses,
        )


class _State:
    """What the three doors share."""

    def __init__(self, records: _Records, secure: Iterable[str], *, allow_private: bool) -> None:
        self.zone = Zone(records, secure=secure)
        self.asked: list[str] = []
        self.requests: list[Request] = []
        self._allow_private = allow_private

    def log_request(self, request: Request) -> None:
        self.asked.append(f"{request.method} {request.url}")
        self.requests.append(request)

    def log_target(self, target: Target) -> None:
        self.asked.append(f"CONNECT {target.hostname}:{target.port}")

    async def address_of(self, hostname: str) -> str:
        """Resolve as the real dialer does, without counting it as asked, and apply the address policy."""
        if is_literal(hostname):
            addresses = [hostname.strip("[]")]
        else:
            answers = [self.zone.answer(hostname, "AAAA"), self.zone.answer(hostname, "A")]
            addresses = [str(record) for answer in answers for record in answer.records]
            if not addresses:
                raise no_address(hostname, answers)
        allowed = [one for one in addresses if self._allow_private or one.startswith(_LAB) or is_public(one)]
        if not allowed:
            raise failure("private-address", f"{hostname} leads to {addresses[0]}.", address=addresses[0])
        return allowed[-1]


def is_literal(hostname: str) -> bool:
    """Whether the host of a URL is an IP address."""
    return ":" in hostname or hostname.replace(".", "").isdigit()


def _with_hosts(dns: _Records, pages: Iterable[str], transcripts: Iterable[str]) -> dict[str, str | Sequence[str]]:
    """Give an address to every host that serves something and that ``dns`` does not mention."""
    zone = Zone(dns)
    hosts = {urlsplit(key.rpartition(" ")[2]).hostname or "" for key in pages}
    hosts |= {key.rpartition(":")[0].lower() for key in transcripts}
    missing = sorted(host for host in hosts if not is_literal(host) and not zone.knows(host, "A", "AAAA", "CNAME"))
    return {**dns, **{f"{host} A": f"192.0.2.{1 + number % 254}" for number, host in enumerate(missing)}}
