"""Our own stub resolver: absolute names, each question once per call, an honest answer within a deadline.

Rules:

* found, NODATA and NXDOMAIN are kept apart from SERVFAIL, REFUSED and time-outs (SRV-19); a server that fails is
  followed by the next one at once, one that is silent after ``PATIENCE``, and its late answer still counts;
* SERVFAIL is asked about once more without validation: data that is there then is *bogus*;
* the AD bit counts only from a server that may vouch (SEC-07);
* aliases are followed, over several questions where a server does not do it, up to a limit.

No search list (HE-06), no hosts file, no cache beyond the call.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio

from mailsetup.errors import NetworkError
from mailsetup.net.burst import one_by_one
from mailsetup.net.dns.reply import MAX_ALIASES, Reply, read_reply
from mailsetup.net.dns.servers import Burst, Inquiry, Nameserver
from mailsetup.net.dns.wire import Question, is_truncated, write_question
from mailsetup.net.failures import failure
from mailsetup.net.interface import Answer, Answered, RecordType
from mailsetup.net.once import Once
from mailsetup.net.race import race

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from mailsetup.net.burst import Ask, Told
    from mailsetup.net.dns.servers import Server
    from mailsetup.net.once import Claim

PATIENCE: Final = 0.8
"""Seconds before the next server is asked as well."""

DEADLINE: Final = 5.0
"""Seconds for one question, all retries included: what takes longer is as good as dead (field experience: 20 s)."""

HEAD_START: Final = 0.002
"""Seconds in which the questions of one moment are sent, before other work is done meanwhile."""

ROUNDS: Final = 3
"""How often each server is asked; a datagram can get lost."""

_CONCLUSIVE: Final = frozenset({Answered.FOUND, Answered.NODATA, Answered.NXDOMAIN, Answered.BOGUS})

_BY_WORD: Final = {status.value: status for status in Answered}


class DnsResolver:
    """A ``Resolver`` that asks ``servers``.

    Args:
        servers: whom to ask, the best one first.
        patience: seconds before the next one is asked as well.
        deadline: seconds for one question.
        meanwhile: work that is going to be needed, and can be done while the first answer is on its way.
    """

    def __init__(
        self,
        servers: Sequence[Server],
        /,
        *,
        patience: float = PATIENCE,
        deadline: float = DEADLINE,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        self._servers = list(servers)
        self._patience = patience
        self._deadline = deadline
        self._meanwhile = meanwhile
        self._answers: Once[Answer] = Once()

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        """Ask for ``name``, or give what was said before in this call."""
        name = name.lower().removesuffix(".")
        if fresh:
            self._answers.forget((name, type))
        return await self._answers.get((name, type), partial(self._ask, name, type))

    async def resolve_all(self, questions: Sequence[Ask], /, *, told: Told) -> None:
        """Ask many questions from one socket; what that does not settle is asked one by one. See ``BurstResolver``."""
        open_ = dict(enumerate(questions))
        mine: dict[Ask, tuple[int, Claim[Answer]]] = {}
        for place, (name, type_) in enumerate(questions):
            key = (name.lower().removesuffix("."), type_)
            if (known := self._answers.known(key)) is not None:
                told(place, known)
                del open_[place]
            elif (claim := self._answers.claim(key)) is not None:
                mine[key] = place, claim

        def settle(key: Ask, answer: Answer) -> None:
            place, claim = mine.pop(key)
            claim.settle(answer)
            told(place, answer)
            del open_[place]

        try:
            if self._meanwhile is None and len(mine) > 1:
                await self._ask_at_once(list(mine), settle)
        finally:
            for _, claim in mine.values():
                claim.give_up()
        if open_:
            await one_by_one(self, open_, told=told)

    async def _ask_at_once(self, asks: Sequence[Ask], settle: Callable[[Ask, Answer], None]) -> None:
        """Ask the first server, for as long as it has to itself. Only plain answers and plain "no"s settle anything."""
        server = self._servers[0]
        if not isinstance(server, Nameserver):
            return
        questions: dict[Question, Ask] = {}
        for ask in asks:
            with suppress(ValueError):  # a name that cannot exist: it gets its answer with the rest
                questions[write_question(*ask)] = ask
        with (
            closing(Burst(server, questions)) as burst,
            anyio.move_on_after(min(self._patience, self._deadline)),
            suppress(NetworkError),
        ):
            while not burst.is_over:
                for question, data in await burst.receive():
                    reply = Reply(Answered.SERVFAIL)
                    with suppress(NetworkError):  # what cannot be read settles nothing
                        reply = reply if is_truncated(data) else _read(question, data)
                    if reply.status in _CONCLUSIVE and not reply.dangling:
                        settle(questions[question], self._taken(server, reply).answer(question))

    async def fetch(self, name: str, record_type: str, /, *, write: Callable[..., Question]) -> bytes:
        """Ask a question of the caller's own making, and give the first reply to it as it came.

        Raises:
            NetworkError: nobody has answered.
        """

        async def ask(server: Server) -> bytes:
            return await server.ask(write(name, record_type, anonymous=server.is_anonymous))

        reply: bytes | None = None
        attempts = [partial(ask, server) for server in self._servers] * ROUNDS
        with anyio.move_on_after(self._deadline):
            reply = await race(attempts, delay=self._patience, failures=[])
        if reply is None:
            raise failure("dns-timed-out")
        return reply

    async def _ask(self, name: str, type_: RecordType) -> Answer:
        """Follow aliases to the end, one question after another where it takes several."""
        answer = Answer(name, type_, Answered.SERVFAIL, secure=True, ttl=2**31 - 1)
        owner = name
        while len(answer.aliases) <= MAX_ALIASES:
            reply = await self._ask_servers(owner, type_)
            aliases = answer.aliases + reply.aliases
            answer = replace(
                answer,
                status=reply.status,
                records=reply.records,
                aliases=aliases,
                secure=answer.secure and reply.authentic,
                ttl=min(answer.ttl, reply.ttl),
            )
            if not reply.dangling:
                return answer
            if len({name, *aliases}) <= len(aliases):
                break
            owner = aliases[-1]
        return Answer(name, type_, Answered.SERVFAIL)

    async def _ask_servers(self, name: str, type_: RecordType) -> Reply:
        """Ask one question of whoever answers it."""
        first = self._servers[0]
        try:
            question = write_question(name, type_, anonymous=first.is_anonymous)
        except ValueError:  # a name that cannot exist, from an alias or a document
            return Reply(Answered.REFUSED)
        if isinstance(first, Nameserver) and self._meanwhile is None:
            return await self._ask_first(first, question)
        attempts = [partial(self._ask_one, server, name, type_) for server in self._servers] * ROUNDS
        return await self._first_reply(attempts, within=self._deadline, failures=[])

    async def _ask_first(self, server: Nameserver, question: Question) -> Reply:
        """Ask the first server, and the others only if it does not answer.

        As a rule it does, and that costs a third of what a race costs. If it does not, the race goes on from there.
        """
        name, type_ = question.name, question.type
        failures: list[NetworkError] = []
        with closing(Inquiry(server, question)) as inquiry:
            on = partial(self._heard_late, inquiry, question, server)
            started = patience = min(self._patience, self._deadline)  # if nothing at all is heard
            with anyio.move_on_after(patience):
                try:
                    reply = _read(question, await inquiry.reply())
                except NetworkError as error:
                    failures.append(error)
                else:
                    if reply.status in _CONCLUSIVE:
                        return self._taken(server, reply)
                    on = partial(self._concluded, server, name, type_, reply)
                started = 0.0
            asked = [*self._servers[1:], *self._servers * (ROUNDS - 1)]
            others = [partial(self._ask_one, each, name, type_) for each in asked]
            attempts = others if failures else [on, *others]
            within = self._deadline - started
            return await self._first_reply(attempts, within=within, failures=failures, started=started)

    async def _first_reply(
        self,
        attempts: Sequence[Callable[[], Awaitable[Reply]]],
        *,
        within: float,
        failures: list[NetworkError],
        started: float = 0.0,
    ) -> Reply:
        reply: Reply | None = None
        with anyio.move_on_after(within):
            async with self._busy_meanwhile():
                reply = await race(attempts, delay=self._patience, failures=failures, started=started)
        return reply or Reply(_said_by(failures))

    @asynccontextmanager
    async def _busy_meanwhile(self) -> AsyncIterator[None]:
        """Do the other work while a question is out, but let all questions of the same moment go first."""
        work = self._meanwhile
        if work is None:
            yield
            return

        async def do() -> None:
            await anyio.sleep(HEAD_START)
            if self._meanwhile is not None:
                self._meanwhile = None
                work()

        async with anyio.create_task_group() as group:
            group.start_soon(do)
            yield
            group.cancel_scope.cancel()

    async def _ask_one(self, server: Server, name: str, type_: RecordType) -> Reply:
        """Ask one server; an answer that decides nothing is a failure, so that the next one is asked."""
        question = write_question(name, type_, anonymous=server.is_anonymous)
        return await self._concluded(server, name, type_, await _exchange(server, question))

    async def _heard_late(self, inquiry: Inquiry, question: Question, server: Server) -> Reply:
        """Go on waiting for a server that has been asked."""
        reply = _read(question, await inquiry.reply())
        return await self._concluded(server, question.name, question.type, reply)

    async def _concluded(self, server: Server, name: str, type_: RecordType, reply: Reply) -> Reply:
        """Ask again, in other words, where a reply decides nothing."""
        write = partial(write_question, name, type_, anonymous=server.is_anonymous)
        if reply.unsupported:
            reply = await _exchange(server, write(edns=False))
        if reply.status is Answered.SERVFAIL and not reply.unsupported:
            reply = await self._told_apart(server, write(unchecked=True))
        if reply.status not in _CONCLUSIVE:
            raise failure(f"dns-{reply.status.value}")
        return self._taken(server, reply)

    def _taken(self, server: Server, reply: Reply) -> Reply:
        """Take a reply that decides, and ask first from now on who gave it: a dead server costs its time once."""
        if self._servers[0] is not server:
            self._servers.remove(server)
            self._servers.insert(0, server)
        return replace(reply, authentic=False) if reply.authentic and not server.is_trusted else reply

    async def _told_apart(self, server: Server, unchecked: Question) -> Reply:
        """Tell a broken zone from a forged one: with validation switched off, the data of the latter are there."""
        with anyio.move_on_after(self._patience), suppress(NetworkError):
            if (await _exchange(server, unchecked)).status in _CONCLUSIVE:
                return Reply(Answered.BOGUS)
        return Reply(Answered.SERVFAIL)


async def _exchange(server: Server, question: Question) -> Reply:
    return _read(question, await server.ask(question))


def _read(question: Question, data: bytes) -> Reply:
    try:
        return read_reply(question, data)
    except ValueError as error:
        raise failure("dns-servfail", "The name server's answer is not a DNS message.") from error


def _said_by(failures: Sequence[NetworkError]) -> Answered:
    """Sum up who failed how: a server that answered at all says more than one that was not there."""
    words = [error.reason.removeprefix("dns-") for error in failures if error.reason.startswith("dns-")]
    return _BY_WORD[words[0]] if words else Answered.TIMED_OUT
