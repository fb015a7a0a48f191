"""PACC: the domain's automatic configuration document, bound to DNS by a digest (PACC-01 to PACC-16).

TXT record and document are asked for at once; the comparison needs both. The digest is checked before anything in the
document is believed, and on a mismatch both are asked for once more past all caches (PACC-13), because operators change
one shortly after the other. What can go wrong has three names: ``no-digest``, ``digest-mismatch``, ``host-unreachable``
(PACC-14).

Redirects are followed on https: whoever serves the octets, the digest in the domain's zone still binds them. There is
no PACC for a hoster's name and no step up to a parent domain (PACC-12).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import anyio

from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats import pacc
from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.net.interface import Answer, Answered, Request, Response
from mailsetup.problems import problem
from mailsetup.sources import oauth
from mailsetup.sources.documents import fetch_document, finding_of, require_registrable, unusable
from mailsetup.sources.records import without_records
from mailsetup.sources.together import both, failed, patience

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Network
    from mailsetup.plan import Step

MAX_DOCUMENT = 64 * 1024
"""Octets; real documents have below 4 KiB."""

VERSION_TAG = b"v=UAAC1"
"""How a record starts that is meant to be a digest, whether or not it can be read."""


class Published(NamedTuple):
    """What DNS and the web server said, at the same time."""

    answer: Answer
    document: Response | NetworkError

    @property
    def records(self) -> list[bytes]:
        """The TXT records."""
        return [record for record in self.answer.records if isinstance(record, bytes)]

    @property
    def body(self) -> bytes | None:
        """The octets that the digest is about, if there are any."""
        return self.document.body if isinstance(self.document, Response) else None

    @property
    def announces(self) -> bool:
        """Whether DNS says that there is a document."""
        return any(record.lstrip().startswith(VERSION_TAG) for record in self.records)


class Pacc:
    """The ``pacc`` source for one domain."""

    name: str = SourceName.PACC

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._patience = patience(options)
        self._owner = f"_ua-auto-config.{step.domain}"
        self._url = f"https://ua-auto-config.{step.domain}/.well-known/user-agent-configuration.json"

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Fetch, compare, and only then read."""
        require_registrable(self._step.domain)
        published = await self._ask(network, fresh=False)
        if published.body is None:
            return self._without_document(published)
        if self._outcome(published) == "mismatch":
            published = await self._ask(network, fresh=True)
            if published.body is None:
                return self._without_document(published)
        outcome = self._outcome(published)
        if outcome == "match":
            return await self._read(published, address, network)
        return self._mismatch() if outcome == "mismatch" else self._without_digest(published)

    async def _ask(self, network: Network, *, fresh: bool) -> Published:
        resolve = partial(network.resolver.resolve, self._owner, "TXT", fresh=fresh)
        return Published(*await both(resolve, partial(self._fetch, network, fresh=fresh)))

    async def _fetch(self, network: Network, *, fresh: bool) -> Response | NetworkError:
        headers = {"Cache-Control": "no-cache"} if fresh else {}
        with anyio.move_on_after(self._patience):
            try:
                return await fetch_document(network, Request(self._url, headers=headers, max_bytes=MAX_DOCUMENT))
            except NetworkError as error:
                return error
        return NetworkError("timed-out", f"There was no answer within {self._patience:g} seconds.")

    def _outcome(self, published: Published) -> str:
        return pacc.check_digest(published.body or b"", published.records).outcome

    async def _read(self, published: Published, address: Address, network: Network) -> Finding:
        assert isinstance(published.document, Response)  # noqa: S101  (its digest was found right)
        try:
            document = pacc.parse(published.document.body, address=address)
        except InvalidDocument as error:
            return unusable(error, url=self._url)
        trust = min(Trust.AUTHENTICATED, self._step.ceiling)
        secure = " (DNSSEC)" if published.answer.secure else ""
        provenance = (*self._step.via, f"TXT {self._owner}{secure}", *published.document.hops)
        finding = finding_of(document, source=SourceName.PACC, trust=trust, provenance=provenance)
        return await oauth.completed(finding, network, trust=trust)

    def _without_document(self, published: Published) -> Finding:
        assert isinstance(published.document, NetworkError)  # noqa: S101  (the caller found no body)
        if not published.announces:
            return failed(published.document)
        detail = f"DNS announces a PACC document, but it cannot be had: {published.document.detail}"
        told = problem("pacc-host-unreachable", subject=self._url, url=self._url, reason=published.document.detail)
        status = Status.UNREACHABLE if published.document.status is Status.ABSENT else published.document.status
        return Finding(status=status or Status.UNREACHABLE, reason="host-unreachable", detail=detail, problems=(told,))

    def _without_digest(self, published: Published) -> Finding:
        try:
            pacc.parse(published.body or b"")
        except InvalidDocument:
            return Finding(status=Status.ABSENT, reason="not-config", detail="Something else is served there.")
        if published.answer.status not in (Answered.FOUND, Answered.NODATA, Answered.NXDOMAIN):
            return without_records(published.answer)
        told = problem("pacc-no-digest", subject=self._url, url=self._url, owner=self._owner)
        return Finding(status=Status.UNUSABLE, reason="no-digest", detail=told.message, problems=(told,))

    def _mismatch(self) -> Finding:
        told = problem("pacc-digest-mismatch", subject=self._url, url=self._url, owner=self._owner)
        return Finding(status=Status.UNUSABLE, reason="digest-mismatch", detail=told.message, problems=(told,))
