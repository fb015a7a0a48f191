"""The historic TXT record ``mailconf=URL`` at the domain, which names an autoconfig document (AC-23).

Asked only when it is named in ``Options.sources``. Plain DNS picked the URL, so the answer is unauthenticated, unless
DNSSEC vouches for the record. Only https is fetched, and the address is never sent.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailsetup.errors import InvalidDocument
from mailsetup.formats import autoconfig
from mailsetup.formats.values import web_url
from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.net.interface import Answered, Request
from mailsetup.sources.documents import fetch_document, finding_of, trust_of, unusable
from mailsetup.sources.records import without_records
from mailsetup.sources.together import best_of, first_found, patience

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Network
    from mailsetup.plan import Step

TAG = b"mailconf="

MAX_URLS = 2
"""Records that are followed; more than one is a mistake already."""


class Mailconf:
    """The ``mailconf`` source for one domain."""

    name: str = SourceName.MAILCONF

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._options = options

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask for the record, then for the document it names."""
        answer = await network.resolver.resolve(self._step.domain, "TXT")
        if answer.status is not Answered.FOUND:
            return without_records(answer)
        named = [record[len(TAG) :] for record in answer.records if isinstance(record, bytes) and _is_tagged(record)]
        if not named:
            return Finding(status=Status.ABSENT, reason="no-record", detail="No TXT record starts with mailconf=.")
        urls = [url for text in named if (url := _usable(text)) is not None][:MAX_URLS]
        if not urls:
            return Finding(
                status=Status.UNUSABLE, reason="bad-url", detail="The mailconf record names no https URL of a host."
            )
        most = Trust.AUTHENTICATED if answer.secure else Trust.UNAUTHENTICATED
        asks = [partial(self._read, url, most, address, network) for url in urls]
        return first_found(await best_of(asks, grace=self._options.grace, seconds=patience(self._options)))

    async def _read(self, url: str, most: Trust, address: Address, network: Network) -> Finding:
        response = await fetch_document(network, Request(url))
        try:
            config = autoconfig.parse(response.body, address=address)
        except InvalidDocument as error:
            return unusable(error, url=response.url)
        trust = min(trust_of(response, most=most), self._step.ceiling)
        provenance = (*self._step.via, f"TXT {self._step.domain}", *response.hops)
        return finding_of(config, source=SourceName.MAILCONF, trust=trust, provenance=provenance)


def _is_tagged(record: bytes) -> bool:
    return record[: len(TAG)].lower() == TAG


def _usable(text: bytes) -> str | None:
    """Give the URL if it is https; a record in any other form is skipped."""
    try:
        return web_url(text.decode("ascii").strip())
    except (UnicodeDecodeError, InvalidDocument):
        return None
