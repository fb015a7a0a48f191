"""A network that keeps the record: what was asked, of whom, how it ended, how long it took, and who learned what.

One ``Attempt`` for each DNS question, each HTTP request (every hop of a redirect is one) and each connection. A
question that nobody waited for any longer is recorded too: whoever was asked has learned what there was to learn.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mailsetup.errors import NetworkError
from mailsetup.model import Attempt, Learned, SourceName, Status
from mailsetup.net.burst import resolve_all
from mailsetup.net.interface import Answer, Answered, Connection, Network, RecordType, Request, Response, Target
from mailsetup.net.redirects import REDIRECTS, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mailsetup.net.burst import Ask, Told
    from mailsetup.net.interface import Connector, Fetcher, Resolver

RESOLVER: Final = "resolver"
"""Who is told a DNS question."""

FROM_CACHE: Final = "It was kept from an earlier call; nobody was asked."
"""The detail of an attempt that stayed here."""

_CUT_SHORT: Final = (Status.UNREACHABLE, "cut-short", "Nobody waited for the answer any longer.")

_ANSWERS: Final[dict[Answered, tuple[Status, str]]] = {
    Answered.FOUND: (Status.FOUND, ""),
    Answered.NODATA: (Status.ABSENT, "no-record"),
    Answered.NXDOMAIN: (Status.ABSENT, "nxdomain"),
    Answered.SERVFAIL: (Status.UNREACHABLE, "dns-servfail"),
    Answered.TIMED_OUT: (Status.UNREACHABLE, "dns-timed-out"),
    Answered.REFUSED: (Status.UNREACHABLE, "dns-refused"),
    Answered.BOGUS: (Status.REFUSED, "dns-bogus"),
}

_NOBODY_REACHED: Final = frozenset(
    {
        "nxdomain", "no-address", "dns-servfail", "dns-timed-out", "dns-refused", "dns-bogus", "private-address",
        "connection-refused", "network-unreachable", "no-network", "proxy-failed", "bad-url",
    }
)  # fmt: skip
"""Reasons after which nobody was asked: nothing was sent, so nothing was learned."""

_BEFORE_THE_REQUEST: Final = frozenset(
    {
        "tls-failed", "not-tls", "certificate-expired", "certificate-not-yet-valid", "certificate-name-mismatch",
        "certificate-self-signed", "certificate-untrusted",
    }
)  # fmt: skip
"""Reasons after which only the host name had been sent, in the handshake."""

_BUSY: Final = frozenset({408, 425, 429})
"""Client errors that say "not now" and not "no"."""


def traced(
    network: Network,
    /,
    *,
    source: SourceName | str,
    clock: Callable[[], float],
    record: Callable[[Attempt], None],
) -> Network:
    """Wrap ``network`` so that each question ends in a call of ``record``.

    Args:
        network: any network.
        source: in whose name it is asked.
        clock: seconds since the call began.
        record: takes each attempt when it has ended.
    """
    book = _Book(source, clock, record)
    return Network(
        _TracedResolver(network.resolver, book),
        _TracedFetcher(network.fetcher, book),
        _TracedConnector(network.connector, book),
    )


class _Entry:
    """How a question ended, filled in while it is asked."""

    outcome = Status.FOUND
    reason = ""
    detail = ""
    from_cache = False

    def learned(self, at_most: Learned, *, told: str) -> Learned:
        """What the other side really learned: a request that was never sent told nobody anything."""
        if self.from_cache:
            return Learned.NOTHING
        if told == RESOLVER:
            return at_most
        if self.reason in _NOBODY_REACHED and self.outcome is not Status.FOUND:
            return Learned.NOTHING
        if self.reason in _BEFORE_THE_REQUEST and at_most is Learned.ADDRESS:
            return Learned.DOMAIN
        return at_most

    def ended(self, outcome: Status, reason: str, detail: str = "", *, from_cache: bool = False) -> None:
        self.outcome, self.reason, self.from_cache = outcome, reason, from_cache
        self.detail = detail or (FROM_CACHE if from_cache else "")


@dataclass(frozen=True, slots=True)
class _Book:
    """Where attempts are written down."""

    source: SourceName | str
    clock: Callable[[], float]
    record: Callable[[Attempt], None]

    @contextmanager
    def entry(self, asked: str, *, learned: Learned, told: str) -> Iterator[_Entry]:
        entry, started = _Entry(), self.clock()
        try:
            yield entry
        except NetworkError as error:
            entry.ended(error.status or Status.UNREACHABLE, error.reason, error.detail)
            raise
        except BaseException:
            entry.ended(*_CUT_SHORT)
            raise
        finally:
            self.note(entry, asked, learned=learned, told=told, started=started)

    def note(self, entry: _Entry, asked: str, *, learned: Learned, told: str, started: float) -> None:
        self.record(
            Attempt(
                source=self.source,
                asked=asked,
                outcome=entry.outcome,
                reason=entry.reason,
                detail=entry.detail,
                started=started,
                elapsed=self.clock() - started,
                learned=entry.learned(learned, told=told),
                told="" if entry.from_cache else told,
            )
        )


class _TracedResolver:
    def __init__(self, inner: Resolver, book: _Book) -> None:
        self._inner, self._book = inner, book

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        with self._book.entry(f"{name} {type}", learned=Learned.DOMAIN, told=RESOLVER) as entry:
            answer = await self._inner.resolve(name, type, fresh=fresh)
            entry.ended(*_ANSWERS[answer.status], from_cache=answer.from_cache)
        return answer

    async def resolve_all(self, questions: Sequence[Ask], /, *, told: Told) -> None:
        open_ = dict.fromkeys(range(len(questions)))
        started = self._book.clock()

        def note(place: int, outcome: tuple[Status, str, str], *, from_cache: bool = False) -> None:
            del open_[place]
            (name, type_), entry = questions[place], _Entry()
            entry.ended(*outcome, from_cache=from_cache)
            self._book.note(entry, f"{name} {type_}", learned=Learned.DOMAIN, told=RESOLVER, started=started)

        def answered(place: int, answer: Answer) -> None:
            note(place, (*_ANSWERS[answer.status], ""), from_cache=answer.from_cache)
            told(place, answer)

        try:
            await resolve_all(self._inner, questions, told=answered)
        finally:
            for place in list(open_):
                note(place, _CUT_SHORT)


class _TracedFetcher:
    def __init__(self, inner: Fetcher, book: _Book) -> None:
        self._inner, self._book = inner, book

    async def fetch(self, request: Request, /) -> Response:
        """Follow redirects here, so that each hop is an attempt of its own, with its own host."""
        return await follow(request, fetch_one=self._fetch_one)

    async def _fetch_one(self, request: Request) -> Response:
        asked = request.url if request.method == "GET" else f"{request.method} {request.url}"
        with self._book.entry(asked, learned=request.learned, told=urlsplit(request.url).hostname or "") as entry:
            response = await self._inner.fetch(request)
            entry.ended(*_ending(response), from_cache=response.from_cache)
        return response


class _TracedConnector:
    def __init__(self, inner: Connector, book: _Book) -> None:
        self._inner, self._book = inner, book

    async def connect(self, target: Target, /) -> Connection:
        with self._book.entry(f"{target.hostname}:{target.port}", learned=Learned.NOTHING, told=target.hostname):
            return await self._inner.connect(target)


def _ending(response: Response) -> tuple[Status, str, str]:
    """Say what an HTTP status means to somebody who looks for a document."""
    status, reason = response.status, f"http-{response.status}"
    if status in REDIRECTS and response.location:
        return Status.FOUND, reason, f"It leads to {response.location[:200]}."
    if status == 204 or (400 <= status < 500 and status not in _BUSY):
        return Status.ABSENT, reason, ""
    if 200 <= status < 300:
        return Status.FOUND, "", ""
    return Status.UNREACHABLE, reason, ""
