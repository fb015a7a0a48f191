"""The cache in front of a network: asked first, told afterwards. Connections to mail servers do not pass it."""

from __future__ import annotations

from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, Final

import anyio

from mailsetup.net.burst import resolve_all
from mailsetup.net.cache.freshness import answer_lifetime, is_keepable, response_lifetime
from mailsetup.net.cache.scope import scopes
from mailsetup.net.cache.store import MEMORY, Kept, Key
from mailsetup.net.failures import failure
from mailsetup.net.http import REQUEST_TIMEOUT
from mailsetup.net.interface import Answer, Answered, RecordType, Request, Response
from mailsetup.net.once import MOST
from mailsetup.net.redirects import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mailsetup.model import Options, Problem
    from mailsetup.net.burst import Ask, Told
    from mailsetup.net.cache.store import Store
    from mailsetup.net.dns.servers import Nameserver
    from mailsetup.net.interface import Fetcher, Resolver

_PAST_CACHES: Final = "cache-control"
"""A request with this field wants a new answer, whatever it says in there (PACC-13)."""

_SERVER_ERROR: Final = 500
"""From here on a status says that the server could not answer, and nothing about what it said before."""

_NOT_KEPT: Final = frozenset({"set-cookie", "set-cookie2", "authentication-info"})
"""Header fields that are about one visit."""


class Cache:
    """The cache of one call.

    Args:
        options: where it is kept, and whose answers may be used.
        servers: the name servers that are asked.
        clock: seconds since 1970.
    """

    def __init__(
        self, options: Options, /, *, servers: Iterable[Nameserver], clock: Callable[[], float] = time
    ) -> None:
        self.noticed: list[Problem] = []
        """What is wrong with it. Grows during the call."""
        self._scopes = scopes(options, servers)
        self._fresh = options.fresh
        self._clock = clock
        self._store: Store = MEMORY
        if options.cache_dir is not None:
            from mailsetup.net.cache.disk import DiskStore  # SQLite takes its time to load

            self._store = DiskStore(options.cache_dir, noticed=self.noticed)

    def resolver(self, inner: Resolver, /) -> Resolver:
        """Put the cache in front of a resolver."""
        scope = self._scopes.dns
        return inner if scope is None else _CachedResolver(inner, self, scope)

    def fetcher(self, inner: Fetcher, /) -> Fetcher:
        """Put the cache in front of a fetcher."""
        scope = self._scopes.web
        return inner if scope is None else _CachedFetcher(inner, self, scope)

    def close(self) -> None:
        """Write what is still to be written."""
        self._store.close()

    def find(self, key: Key, /) -> tuple[Answer | Response, float] | None:
        """Give what is kept and still good, and the seconds left to it; nothing where the call wants fresh answers."""
        if self._fresh:
            return None
        now, kept = self._clock(), self._store.get(key)
        return (kept.value, kept.until - now) if kept is not None and kept.is_good(now) else None

    def keep(self, key: Key, value: Answer | Response, /, *, seconds: float) -> None:
        """Keep an answer for so long; for no time is not at all, and ends what was kept before."""
        now = self._clock()
        if seconds > 0 or self._store.get(key) is not None:
            self._store.put(key, Kept(value, now, now + seconds))


class _CachedResolver:
    def __init__(self, inner: Resolver, cache: Cache, scope: str) -> None:
        self._inner, self._cache, self._scope = inner, cache, scope
        self._asked: set[str] = set()

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        """See ``Resolver``."""
        key = self._key(name, type)
        if not fresh and (kept := self._find(key)) is not None:
            return kept
        answer = await self._inner.resolve(name, type, fresh=fresh)
        self._keep(key, answer, fresh=fresh)
        return answer

    async def resolve_all(self, questions: Sequence[Ask], /, *, told: Told) -> None:
        """See ``mailsetup.net.burst``."""
        places: list[int] = []
        for place, ask in enumerate(questions):
            kept = self._find(self._key(*ask))
            if kept is None:
                places.append(place)
            else:
                told(place, kept)

        def answered(number: int, answer: Answer) -> None:
            place = places[number]
            self._keep(self._key(*questions[place]), answer)
            told(place, answer)

        if places:
            await resolve_all(self._inner, [questions[place] for place in places], told=answered)

    def _key(self, name: str, type_: RecordType) -> Key:
        return Key(self._scope, f"{name.lower().removesuffix('.')} {type_}")

    def _find(self, key: Key) -> Answer | None:
        if key.question in self._asked or (found := self._cache.find(key)) is None:
            return None
        answer, left = found
        return replace(answer, ttl=int(left), from_cache=True) if isinstance(answer, Answer) else None

    def _keep(self, key: Key, answer: Answer, *, fresh: bool = False) -> None:
        # The resolver says the same again for the rest of the call; its time to live began the first time.
        if (answer.status is Answered.FOUND or answer.is_no) and (fresh or key.question not in self._asked):
            if len(self._asked) >= MOST:
                self._asked.clear()  # of a long run over many domains
            self._asked.add(key.question)
            self._cache.keep(key, answer, seconds=answer_lifetime(answer))


class _CachedFetcher:
    def __init__(self, inner: Fetcher, cache: Cache, scope: str) -> None:
        self._inner, self._cache, self._scope = inner, cache, scope

    async def fetch(self, request: Request, /) -> Response:
        """See ``Fetcher``. Each hop of a redirect is kept by itself, for its own time; one deadline holds for all."""
        if request.follow == "none":
            return await self._fetch_one(request)
        with anyio.move_on_after(REQUEST_TIMEOUT):
            return await follow(request, fetch_one=self._fetch_one)
        raise failure("timed-out", f"{request.url} was not fetched within {REQUEST_TIMEOUT:g} seconds.")

    async def _fetch_one(self, request: Request) -> Response:
        if not is_keepable(request):
            return await self._inner.fetch(request)
        fields = {name.lower(): value for name, value in request.headers.items()}
        wants_new = fields.pop(_PAST_CACHES, None) is not None
        key = Key(self._scope, "\n".join([request.url, *(f"{name}: {fields[name]}" for name in sorted(fields))]))
        if not wants_new and (found := self._cache.find(key)) is not None:
            response = found[0]
            if isinstance(response, Response) and len(response.body) <= request.max_bytes:
                return replace(response, from_cache=True)
        response = await self._inner.fetch(request)
        if response.status < _SERVER_ERROR:
            headers = {name: value for name, value in response.headers.items() if name not in _NOT_KEPT}
            self._cache.keep(key, replace(response, headers=headers), seconds=response_lifetime(response))
        return response
