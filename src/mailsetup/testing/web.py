"""The web that a test writes down: URLs and what is served there.

Rules: a page may be given as text, as bytes, as a status number, or as a ``Page``. A host that serves any page answers
404 to other URLs; a host that has an address and no page refuses the connection; a host without an address fails as its
DNS answer says. Redirects and the size limit are applied by the same code as in the real fetcher.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import anyio

from mailsetup.net.failures import MEANINGS, failure
from mailsetup.net.interface import Request, Response
from mailsetup.net.redirects import follow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

HANGS = "hangs"
"""The fault of a black hole: there is never an answer, and the caller's own deadline has to end it."""

FAULTS = frozenset({HANGS, *MEANINGS})
"""What can be wrong with a page or a server: ``hangs``, or any reason of ``NetworkError``."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a web server."""

    body: bytes | str = b""
    """What is served; text as UTF-8."""
    status: int = 200
    """HTTP status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header fields; names in any case."""
    delay: float = 0.0
    """Seconds before the answer."""
    fault: str | None = None
    """One of ``FAULTS`` instead of an answer."""

    def __post_init__(self) -> None:
        if self.fault is not None and self.fault not in FAULTS:
            raise ValueError(f"{self.fault!r} is not one of the faults: {', '.join(sorted(FAULTS))}")

    @classmethod
    def redirect(cls, url: str, /, *, status: int = 302) -> Page:
        """Send the client to ``url``."""
        return cls(status=status, headers={"Location": url})


def page_of(value: Page | bytes | str | int, /) -> Page:
    """Take a page in any of its short forms."""
    if isinstance(value, Page):
        return value
    return Page(status=value) if isinstance(value, int) else Page(value)


def normalised(url: str, /) -> str:
    """Write a URL as a client requests it: scheme and host in lower case, a path, no default port, no fragment."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    host = parts.hostname or ""
    netloc = (f"[{host}]" if ":" in host else host) + port
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _method_and_url(key: str) -> tuple[str, str]:
    method, _, url = key.rpartition(" ")
    return method.upper(), normalised(url)


class FakeFetcher:
    """A ``Fetcher`` over pages in memory."""

    def __init__(
        self,
        pages: Mapping[str, Page | bytes | str | int],
        /,
        *,
        address_of: Callable[[str], Awaitable[str]],
        log: Callable[[Request], None],
    ) -> None:
        self._pages = {_method_and_url(key): page_of(value) for key, value in pages.items()}
        self._hosts = {urlsplit(url).netloc for _, url in self._pages}
        self._address_of = address_of
        self._log = log

    async def fetch(self, request: Request, /) -> Response:
        """Serve one request, redirects followed as it says."""
        return await follow(request, fetch_one=self._fetch_one)

    async def _fetch_one(self, request: Request) -> Response:
        self._log(request)
        url = normalised(request.url)
        parts = urlsplit(url)
        address = await self._address_of(parts.hostname or "")
        page = self._pages.get((request.method, url)) or self._pages.get(("", url))
        if page is None:
            if parts.netloc not in self._hosts:
                raise failure("connection-refused", address=address)
            page = Page(status=404)
        await anyio.sleep(page.delay)
        if page.fault == HANGS:
            await anyio.sleep_forever()
        if page.fault:
            raise failure(page.fault, address=address)
        return self._response(request, page, address=address)

    def _response(self, request: Request, page: Page, *, address: str) -> Response:
        body = page.body.encode() if isinstance(page.body, str) else page.body
        if len(body) > request.max_bytes:
            raise failure("too-large", address=address)
        headers = {name.lower(): value for name, value in page.headers.items()}
        response = Response(page.status, request.url, headers, body, (request.url,), address)
        return replace(response, body=b"") if request.method == "HEAD" else response
