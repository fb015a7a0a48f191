"""HTTP/1.1 requests over our own connections.

Names resolve through our resolver, the address that was checked is the one connected to, and certificates are held
against the same rules as those of mail servers, because there is one ``TcpConnector`` underneath. h11 speaks the
protocol.

Rules: no cookies, no credentials; a fixed ``User-Agent``; the body is limited in *decoded* octets while it arrives;
one deadline for a request with all its redirects, each of which is recorded; connections are used again within the
call, two at most to one host; any status is a response.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

import anyio
import h11

from mailsetup._version import __version__
from mailsetup.errors import NetworkError
from mailsetup.names import ascii_name
from mailsetup.net.decoding import ACCEPTED, BodyDecoder
from mailsetup.net.failures import failure
from mailsetup.net.interface import Request, Response, Target
from mailsetup.net.redirects import follow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.net.connect import TcpConnection, TcpConnector

PER_HOST: Final = 2
"""Requests to one host at a time (HE-05)."""

REQUEST_TIMEOUT: Final = 10.0
"""Seconds for one request, redirects included."""

KEEP_ALIVE: Final = 5.0
"""Seconds an idle connection is kept: the next question of a source comes at once or not at all."""

IDLE_PLACES: Final = 32
"""Places with an idle connection. One call knows fewer; a run over many domains must not keep a socket for each."""

KNOWN_PLACES: Final = 1024
"""Places whose turns are counted, before those are forgotten where nobody is."""

MAX_HEAD: Final = 64 * 1024
"""Octets of a status line with all header fields."""

_PORTS: Final = {"https": 443, "http": 80}
_OWN_FIELDS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "authorization", "cookie"})
"""Header fields that are ours to write, or nobody's."""


class Place(NamedTuple):
    """Where a request goes."""

    scheme: str
    hostname: str
    port: int

    @property
    def authority(self) -> str:
        """For the ``Host`` field (RFC 9110 section 7.2)."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class HttpFetcher:
    """A ``Fetcher`` over a connector, for one call."""

    def __init__(
        self, connector: TcpConnector, /, *, within: float = REQUEST_TIMEOUT, per_host: int = PER_HOST
    ) -> None:
        self._connector = connector
        self._within = within
        self._per_host = per_host
        self._idle: dict[Place, list[_Exchange]] = {}
        self._turns: defaultdict[Place, anyio.Semaphore] = defaultdict(partial(anyio.Semaphore, per_host))

    async def fetch(self, request: Request, /) -> Response:
        """Fetch, redirects followed as the request says.

        Raises:
            NetworkError: there is no response; ``reason`` says why.
        """
        with anyio.move_on_after(self._within):
            return await follow(request, fetch_one=self._fetch_one)
        raise failure("timed-out", f"{request.url} was not fetched within {self._within:g} seconds.")

    def close(self) -> None:
        """Drop the idle connections."""
        for exchanges in self._idle.values():
            for exchange in exchanges:
                exchange.close()
        self._idle.clear()

    async def _fetch_one(self, request: Request) -> Response:
        place, target = _read_url(request.url)
        if len(self._turns) >= KNOWN_PLACES and place not in self._turns:
            for gone in [known for known, turns in self._turns.items() if turns.value == self._per_host]:
                del self._turns[gone]
        async with self._turns[place]:
            while (kept := self._take_idle(place)) is not None:
                try:
                    return await self._exchanged(kept, request, place, target)
                except NetworkError as error:
                    # The server may have closed it just now; the request is put anew if nothing of an answer had come.
                    if kept.has_answered or error.reason not in ("connection-reset", "bad-response"):
                        raise
            connection = await self._connector.open(Target(place.hostname, place.port, tls=place.scheme == "https"))
            return await self._exchanged(_Exchange(connection), request, place, target)

    def _take_idle(self, place: Place) -> _Exchange | None:
        while self._idle.get(place):
            kept = self._idle[place].pop()
            if kept.is_usable:
                kept.wake()
                return kept
            kept.close()
        return None

    async def _exchanged(self, exchange: _Exchange, request: Request, place: Place, target: str) -> Response:
        """Send, receive, and keep the connection if it can be used again."""
        try:
            response = await exchange.run(request, place, target)
        except BaseException:
            exchange.close()
            raise
        if exchange.is_usable:
            self._keep(place, exchange)
        else:
            exchange.close()
        return response

    def _keep(self, place: Place, exchange: _Exchange) -> None:
        """Keep a connection for later; of too many places, the one that was left longest ago is given up."""
        self._idle[place] = [*self._idle.pop(place, ()), exchange]
        exchange.rest()
        while len(self._idle) > IDLE_PLACES:
            for left in self._idle.pop(next(iter(self._idle))):
                left.close()


class _Exchange:
    """One connection, and the request that is on it."""

    def __init__(self, connection: TcpConnection) -> None:
        self._connection = connection
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self.has_answered = False
        """Whether the current request got as far as a status line."""
        self._idle_since = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether another request can be sent: the last one is over, and the server has said nothing since."""
        is_idle = self._http.our_state is h11.IDLE
        return is_idle and anyio.current_time() < self._idle_since + KEEP_ALIVE and not self._connection.is_readable

    def rest(self) -> None:
        self._connection.rest()

    def wake(self) -> None:
        self._connection.wake()

    def close(self) -> None:
        self._connection.close()

    async def run(self, request: Request, place: Place, target: str) -> Response:
        """Send a request and take the response, body included."""
        self.has_answered = False
        try:
            await self._send(request, place, target)
            return await self._receive(request)
        except h11.LocalProtocolError as error:
            raise failure("bad-url", f"{request.url} cannot be asked for: {error}.") from error
        except h11.RemoteProtocolError as error:
            raise failure("bad-response", address=self._connection.address) from error

    async def _send(self, request: Request, place: Place, target: str) -> None:
        events = [
            h11.Request(method=request.method, target=target, headers=_fields(request, place)),
            *([h11.Data(data=request.body)] if request.body else []),
            h11.EndOfMessage(),
        ]
        await self._connection.send(b"".join(self._http.send(event) or b"" for event in events))

    async def _receive(self, request: Request) -> Response:
        while isinstance(answer := await self._next_event(), h11.InformationalResponse):
            pass
        if not isinstance(answer, h11.Response):
            raise failure("bad-response", address=self._connection.address)
        self.has_answered = True
        headers = _headers(answer.headers)
        decoder = BodyDecoder(headers.get("content-encoding", ""), limit=request.max_bytes)
        while isinstance(event := await self._next_event(), h11.Data):
            decoder.feed(event.data)
        if self._http.our_state is self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._idle_since = anyio.current_time()
        return Response(
            status=answer.status_code,
            url=request.url,
            headers=headers,
            body=decoder.finish(),
            hops=(request.url,),
            address=self._connection.address or None,
        )

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._connection.receive(65536))
        return event


def _read_url(url: str) -> tuple[Place, str]:
    """Take a URL apart: where it leads, and what is asked for there (RFC 9112 section 3.2.1).

    Raises:
        NetworkError: ``bad-url``.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host = host if ":" in host else ascii_name(host)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise failure("bad-url", f"{url!r} is not an http or https URL of a host.") from error
    if "@" in parts.netloc:
        raise failure("bad-url", "A URL with a user name in it is not asked for.")
    query = f"?{parts.query}" if parts.query else ""
    return Place(parts.scheme, host, port), quote((parts.path or "/") + query, safe="%/:?#[]@!$&'()*+,;=~")


def _fields(request: Request, place: Place) -> list[tuple[bytes, bytes]]:
    """Write the header fields: ours, then the caller's, which may replace ours."""
    written = {"user-agent": f"mailsetup/{__version__}", "accept": "*/*", "accept-encoding": ACCEPTED}
    written |= {name.lower(): value for name, value in request.headers.items() if name.lower() not in _OWN_FIELDS}
    if request.body or request.method == "POST":
        written["content-length"] = str(len(request.body))
    fields = [("host", place.authority), *written.items()]
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in fields]


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give the response's header fields; several of one name are joined (RFC 9110 section 5.3)."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("ascii", "replace").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
