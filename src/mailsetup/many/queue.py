"""What has come in, what it waits for, and what can go out: the state of a run. No event loop, no network.

Rules: a domain is looked up once, whoever asks; an answer that is at hand costs no waiting; in order, an answer waits
for those before it, in bounded number; an invalid address is an answer too. ``put``, ``ready`` and ``unstarted`` belong
to the caller's thread; from another one a job is only filled in and appended to ``finished``.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from mailsetup.address import Address
from mailsetup.discovery import Case, ask_here, goes_on
from mailsetup.errors import InvalidAddress
from mailsetup.many.known import Known
from mailsetup.many.memory import Memory
from mailsetup.many.skeleton import Skeleton, any_address, skeleton_of
from mailsetup.many.spelling import is_plain_local, plain_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.model import Discovery, Options

    Result = Discovery | InvalidAddress

WINDOW = 10_000
"""Answers that may wait, for one before them or for their domain."""

BELIEVED = 1.0
"""Seconds for which a network that was there is taken to be there still."""


class Job:
    """A domain that is being asked."""

    __slots__ = ("address", "key", "skeleton", "waiting")

    def __init__(self, key: str, address: Address) -> None:
        self.key = key
        self.address = address
        self.skeleton: Skeleton | None = None
        self.waiting: list[Promised] = []


class Promised(NamedTuple):
    """An answer that waits for its domain."""

    job: Job
    local: str
    domain: str


class Queue:
    """Addresses in, answers out."""

    def __init__(self, options: Options, /, *, concurrency: int, ordered: bool) -> None:
        # One question serves everybody at a domain, so it tells nobody's address; and nobody watches it grow.
        self.options = options.model_copy(update={"share_address": False, "observer": None})
        self.finished: deque[Job] = deque()
        self.unstarted: list[Job] = []
        self._concurrency = concurrency
        self._ordered = ordered
        self._known = Known(self.options)
        self._memory = Memory()
        self._flying: dict[str, Job] = {}
        self._online_until = 0.0
        self._waiting: deque[Result | Promised] = deque()
        self._held = 0
        self._ready: deque[Result] = deque()

    @property
    def is_full(self) -> bool:
        """Nothing more can be taken in before something has gone out."""
        return len(self._flying) >= self._concurrency or len(self._waiting) + self._held >= WINDOW

    @property
    def is_busy(self) -> bool:
        """Something is still to come."""
        return bool(self._flying)

    def put(self, text: str, /) -> None:
        """Take in one address."""
        answer = self._look_up(text)
        if self._ordered and (self._waiting or isinstance(answer, Promised)):
            self._waiting.append(answer)
        elif isinstance(answer, Promised):
            answer.job.waiting.append(answer)
            self._held += 1
        else:
            self._ready.append(answer)

    def ready(self) -> Iterator[Result]:
        """Give what can go out now."""
        while self.finished:
            self._land(self.finished.popleft())
        waiting = self._waiting
        while waiting:
            answer = waiting[0]
            if isinstance(answer, Promised):
                if answer.job.key in self._flying:
                    break
                answer = _written(answer)
            waiting.popleft()
            self._ready.append(answer)
        while self._ready:
            yield self._ready.popleft()

    def _land(self, job: Job) -> None:
        del self._flying[job.key]
        assert job.skeleton is not None  # noqa: S101  (a job is filled in before it is finished)
        self._memory.put(job.key, job.skeleton)
        self._held -= len(job.waiting)
        self._ready.extend(map(_written, job.waiting))

    def _look_up(self, text: str) -> Result | Promised:
        parts = plain_parts(text)
        if parts is not None:
            skeleton = self._known.get(parts[1]) or self._memory.get(parts[1])
            if skeleton is not None:
                return skeleton.write(*parts)
            if monotonic() < self._online_until and self._known.must_ask(parts[1]):
                return self._promise(parts[1], any_address(Address(*parts, parts[1], parts[1])), *parts)
        try:
            address = Address.parse(text)
        except InvalidAddress as error:
            return error
        return self._ask(address)

    def _ask(self, address: Address) -> Result | Promised:
        is_plain = is_plain_local(address.local)
        key = address.domain_typed if is_plain else str(address)
        skeleton = self._memory.get(key)
        if skeleton is None:
            asked = any_address(address) if is_plain else address
            if key in self._flying:
                return self._promise(key, asked, address.local, address.domain)
            case = ask_here(Case(asked, self.options))
            if self._goes_on(case):
                return self._promise(key, asked, address.local, address.domain)
            skeleton = skeleton_of(case)
            self._memory.put(key, skeleton)
        return skeleton.write(address.local, address.domain)

    def _promise(self, key: str, asked: Address, local: str, domain: str) -> Promised:
        """Have the domain asked, unless it is being asked, and let this answer wait for it."""
        job = self._flying.get(key)
        if job is None:
            job = self._flying[key] = Job(key, asked)
            self.unstarted.append(job)
        return Promised(job, local, domain)

    def _goes_on(self, case: Case) -> bool:
        now = monotonic()
        is_online = now < self._online_until
        does = goes_on(case, is_online=is_online)
        if does and not is_online:
            self._online_until = now + BELIEVED
        return does


def _written(promised: Promised) -> Result:
    assert promised.job.skeleton is not None  # noqa: S101  (asked for only after its job has landed)
    return promised.job.skeleton.write(promised.local, promised.domain)
