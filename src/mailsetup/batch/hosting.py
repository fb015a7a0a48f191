"""Addresses → whose servers will be asked about them: the column ``hoster``.

The name is a registrable domain and not a provider's id, because several records of the database lead to the same
servers (Gmail and Google Workspace, nine towns of one Japanese provider), and a hoster that is not in it has no id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.batch.arrow import load
from mailsetup.errors import InvalidAddress
from mailsetup.formats import mx
from mailsetup.many.spelling import plain_parts
from mailsetup.model import Hosting
from mailsetup.names import gets_network_discovery, registrable_domain
from mailsetup.net.interface import Answered, MxRecord
from mailsetup.providers.hosting import hoster_of
from mailsetup.providers.in_use import in_use
from mailsetup.sources.bundled import listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from mailsetup.batch.tables import Texts
    from mailsetup.model import Options
    from mailsetup.net.interface import Answer, Network
    from mailsetup.providers.database import Entry

NOBODY = ""
"""The hoster of what is no address."""

MOST = 200_000
"""Domains whose hosters are remembered from one batch to the next: some 40 MB."""


class Hosters:
    """Makes the column ``hoster``."""

    def __init__(self, options: Callable[[], Options], /, *, concurrency: int) -> None:
        self._options = options
        self._concurrency = concurrency

    @property
    def schema(self) -> pa.Schema:
        """One column of text."""
        pa = load()
        return pa.schema([("hoster", pa.string())])

    def make(self, texts: Iterator[Texts], /) -> Iterator[pa.RecordBatch]:
        """Give the hosters for each list of addresses."""
        pa = load()
        options = self._options()
        known: dict[str, str] = {}
        for chunk in texts:
            domains = [_domain(text or "") for text in chunk]
            unknown = [domain for domain in dict.fromkeys(domains) if domain is not None and domain not in known]
            if len(known) + len(unknown) > MOST:
                known.clear()
                unknown = [domain for domain in dict.fromkeys(domains) if domain is not None]
            known |= self._hosters(unknown, options)
            column = [NOBODY if domain is None else known[domain] for domain in domains]
            yield pa.RecordBatch.from_arrays([pa.array(column, pa.string())], schema=self.schema)

    def _hosters(self, domains: list[str], options: Options) -> dict[str, str]:
        found = {domain: _here(domain) for domain in domains}
        unknown = [domain for domain in domains if found[domain] is None and gets_network_discovery(domain)]
        if unknown and _may_ask(options):
            from anyio.from_thread import start_blocking_portal

            with start_blocking_portal() as portal:
                found |= portal.call(_ask, unknown, options, self._concurrency)
        return {domain: hoster or _own(domain) for domain, hoster in found.items()}


def _domain(text: str) -> str | None:
    parts = plain_parts(text)
    if parts is not None:
        return parts[1]
    try:
        return Address.parse(text).domain
    except InvalidAddress:
        return None


def _here(domain: str) -> str | None:
    """Name the hoster if the provider database knows the domain."""
    listed = listing(domain)
    return None if listed is None else _name(listed.entry)


def _name(entry: Entry) -> str:
    """Name a provider after the first of its servers that has the same name for everybody."""
    hostnames = (str(server["hostname"]) for server in entry.data.get("servers", ()))
    return next((name for host in hostnames if "%" not in host and (name := registrable_domain(host))), entry.id)


def _own(domain: str) -> str:
    return (registrable_domain(domain) if gets_network_discovery(domain) else None) or domain


def _may_ask(options: Options) -> bool:
    if options.offline:
        return False
    from mailsetup.net.offline import has_network

    return options.network is not None or has_network(options)


async def _ask(domains: Iterable[str], options: Options, concurrency: int) -> dict[str, str | None]:
    """Ask DNS who takes the mail of each domain."""
    import anyio

    from mailsetup.net import open_network

    waiting = iter(domains)
    found: dict[str, str | None] = {}

    async def one_after_the_other(network: Network) -> None:
        for domain in waiting:
            with anyio.move_on_after(options.timeout):
                found[domain] = _exchanger(await network.resolver.resolve(domain, "MX"))

    async with open_network(options) as network, anyio.create_task_group() as group:
        for _ in range(concurrency):
            group.start_soon(one_after_the_other, network)
    return found


def _exchanger(answer: Answer) -> str | None:
    """Name whoever the best exchanger belongs to."""
    if answer.status is not Answered.FOUND:
        return None
    exchangers = mx.read(record for record in answer.records if isinstance(record, MxRecord)).exchangers
    if not exchangers:
        return None
    hoster = hoster_of(Hosting(exchangers=exchangers), in_use())
    return registrable_domain(exchangers[0].hostname) if hoster is None else _name(hoster.entry)
