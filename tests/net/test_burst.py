"""Many DNS questions at once: one socket, every answer as if it had been asked for alone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import anyio
import dns.message
import pytest

from mailsetup.model import Attempt, Options, SourceName, Status
from mailsetup.net import open_network
from mailsetup.net.burst import resolve_all
from mailsetup.net.dns import DnsResolver, Nameserver
from mailsetup.net.dns.servers import Burst
from mailsetup.net.dns.wire import write_question
from mailsetup.net.interface import Answer, Answered, Network
from mailsetup.net.trace import traced
from mailsetup.testing import FakeNetwork
from tests.support.dns_server import DnsServer, dns_server, reply_from
from tests.support.tcp_server import nothing_left_open, refused_port

if TYPE_CHECKING:
    from mailsetup.net.burst import Ask
    from mailsetup.net.interface import Resolver

pytestmark = pytest.mark.anyio

ZONE = {
    "corp.example MX": ["10 mx.corp.example."],
    "mail.corp.example A": ["192.0.2.1"],
    "alias.corp.example CNAME": ["mail.corp.example."],
    "far.corp.example CNAME": ["elsewhere.test."],
    "elsewhere.test A": ["192.0.2.2"],
    "only.corp.example TXT": ["x"],
    "broken.corp.example A": "SERVFAIL",
    "denied.corp.example A": "REFUSED",
    "garbled.corp.example A": "GARBAGE",
    "large.corp.example A": ["TRUNCATED", "192.0.2.3"],
}
ASKS: list[Ask] = [
    ("corp.example", "MX"),
    ("Mail.Corp.Example.", "A"),
    ("alias.corp.example", "A"),
    ("far.corp.example", "A"),
    ("only.corp.example", "A"),
    ("none.corp.example", "A"),
    ("broken.corp.example", "A"),
    ("denied.corp.example", "A"),
    ("garbled.corp.example", "A"),
    ("large.corp.example", "A"),
    ("no name", "A"),
    ("corp.example", "MX"),
]


def resolver(*servers: DnsServer, patience: float = 0.8, deadline: float = 5.0) -> DnsResolver:
    asked = [Nameserver(server.address, server.port) for server in servers]
    return DnsResolver(asked, patience=patience, deadline=deadline)


async def answers(to_ask: Resolver, asks: list[Ask]) -> list[Answer]:
    """Ask all; that each is answered once is a part of it."""
    told: dict[int, Answer] = {}

    def take(place: int, answer: Answer) -> None:
        assert place not in told
        told[place] = answer

    await resolve_all(to_ask, asks, told=take)
    return [told[place] for place in range(len(asks))]


async def test_a_burst_gives_what_single_questions_give() -> None:
    """Found, no, broken, refused, garbled, truncated, aliased and impossible: all the same (SRV-19, SRV-20)."""
    async with nothing_left_open(), dns_server(ZONE) as server:
        at_once = await answers(resolver(server, patience=0.2), ASKS)
        alone = resolver(server, patience=0.2)
        assert at_once == [await alone.resolve(*ask) for ask in ASKS]
    statuses = [answer.status.value for answer in at_once]
    assert statuses[:6] == ["found", "found", "found", "found", "nodata", "nxdomain"]
    assert statuses[6:] == ["servfail", "refused", "servfail", "found", "refused", "found"]


async def test_a_burst_leaves_from_one_port_and_each_burst_from_its_own() -> None:
    """The port is drawn anew for each burst, the identifier for each question (SEC-07)."""
    ports: list[int] = []
    async with await anyio.create_udp_socket(local_host="127.0.0.1") as udp:
        server = Nameserver("127.0.0.1", udp._raw_socket.getsockname()[1])
        for _ in range(5):
            asks: list[Ask] = [(f"n{number}.example", "A") for number in range(10)]
            with anyio.move_on_after(1):
                async with anyio.create_task_group() as group:
                    group.start_soon(answers, DnsResolver([server]), asks)
                    seen = [await udp.receive() for _ in asks]
                    group.cancel_scope.cancel()
            assert len({sender[1] for _, sender in seen}) == 1
            assert len({wire[:2] for wire, _ in seen}) > 5
            ports.append(seen[0][1][1])
    assert len(set(ports)) > 2


async def test_the_answer_to_another_question_is_not_taken() -> None:
    """A reply with a strange identifier or question settles nothing (SEC-07)."""

    def forging(query: dns.message.Message, over_tcp: bool) -> dns.message.Message | bytes | None:
        good = reply_from({"mail.example A": ["192.0.2.1"]}, query, over_tcp)
        assert isinstance(good, dns.message.Message)
        wire = bytearray(good.to_wire())
        if str(query.question[0].name).startswith("forged"):
            wire[0] ^= 0xFF
        return bytes(wire)

    asks: list[Ask] = [("mail.example", "A"), ("forged.example", "A")]
    async with nothing_left_open(), dns_server(forging) as server:
        found = await answers(resolver(server, patience=0.05, deadline=0.2), asks)
    assert [answer.status for answer in found] == [Answered.FOUND, Answered.TIMED_OUT]


async def test_questions_with_one_identifier_are_told_apart() -> None:
    """Identifiers are drawn, so two of a burst can be equal; the question in the reply tells which is meant."""
    questions = [write_question(f"n{number}.example", "A", anonymous=True) for number in range(3)]
    said = {f"n{number}.example A": [f"192.0.2.{number}"] for number in range(3)}
    async with nothing_left_open(), dns_server(said) as server:
        sent = Burst(Nameserver(server.address, server.port), questions)
        got = {}
        while not sent.is_over:
            for question, data in await sent.receive():
                got[question.name] = data
        sent.close()
    assert sorted(got) == [question.name for question in questions]


async def test_a_silent_server_is_followed_by_the_next() -> None:
    """What is not answered in time is asked of everybody, one by one; nothing is lost."""
    asks: list[Ask] = [("mail.corp.example", "A"), ("corp.example", "MX")]
    silent = {f"{name} {type_}": "SILENCE" for name, type_ in asks}
    async with nothing_left_open(), dns_server(silent) as dead, dns_server(ZONE) as alive:
        found = await answers(resolver(dead, alive, patience=0.05), asks)
    assert [answer.status for answer in found] == [Answered.FOUND, Answered.FOUND]


async def test_a_server_that_is_not_there_is_followed_by_the_next() -> None:
    """A refused datagram ends the burst, and not the questions."""
    async with nothing_left_open(), dns_server(ZONE) as alive:
        servers = [Nameserver("127.0.0.1", refused_port()), Nameserver(alive.address, alive.port)]
        found = await answers(DnsResolver(servers), [("mail.corp.example", "A"), ("corp.example", "MX")])
    assert [answer.status for answer in found] == [Answered.FOUND, Answered.FOUND]


async def test_what_was_asked_before_is_not_asked_again() -> None:
    """Neither within a burst, nor in the next one, nor while somebody else is asking."""
    async with nothing_left_open(), dns_server(ZONE, delay=0.05) as server:
        ask = resolver(server)
        asks: list[Ask] = [("mail.corp.example", "A"), ("corp.example", "MX"), ("mail.corp.example", "A")]
        async with anyio.create_task_group() as group:
            group.start_soon(ask.resolve, "corp.example", "MX")
            group.start_soon(answers, ask, asks)
            group.start_soon(answers, ask, [*asks, ("only.corp.example", "TXT")])
        await answers(ask, asks)
        assert sorted(server.asked) == ["corp.example MX", "mail.corp.example A", "only.corp.example TXT"]


async def test_a_cancelled_burst_leaves_its_questions_to_others() -> None:
    """Whoever waits for one of them asks it then."""
    found: list[Answer] = []
    asks: list[Ask] = [("mail.corp.example", "A"), ("corp.example", "MX")]

    async def wait_for(ask: DnsResolver) -> None:
        found.append(await ask.resolve("mail.corp.example", "A"))

    async with nothing_left_open(), dns_server(ZONE, delay=0.1) as server:
        ask = resolver(server)
        async with anyio.create_task_group() as group:
            with anyio.move_on_after(0.05):
                group.start_soon(wait_for, ask)
                await answers(ask, asks)
        assert [answer.status for answer in found] == [Answered.FOUND]


async def test_every_question_of_a_burst_is_an_attempt() -> None:
    """Each with its own end; what nobody waited for is recorded as well (SEC-10)."""
    attempts: list[Attempt] = []
    ticks = count()
    async with nothing_left_open(), dns_server({**ZONE, "mute.corp.example A": "SILENCE"}) as server:
        inner = FakeNetwork()
        network = traced(
            Network(resolver(server), inner.fetcher, inner.connector),
            source=SourceName.SRV,
            clock=lambda: float(next(ticks)),
            record=attempts.append,
        )
        asks: list[Ask] = [("mail.corp.example", "A"), ("only.corp.example", "A"), ("mute.corp.example", "A")]
        with anyio.move_on_after(0.2):
            await answers(network.resolver, asks)
    assert {(attempt.asked, attempt.outcome, attempt.reason, attempt.told) for attempt in attempts} == {
        ("mail.corp.example A", Status.FOUND, "", "resolver"),
        ("only.corp.example A", Status.ABSENT, "no-record", "resolver"),
        ("mute.corp.example A", Status.UNREACHABLE, "cut-short", "resolver"),
    }
    assert len(attempts) == 3


async def test_kept_answers_are_not_asked_for() -> None:
    """The cache gives what it has, and keeps what it had not (OPS-01)."""
    async with nothing_left_open(), dns_server(ZONE) as server:
        options = Options(nameservers=(server.spelled,))
        asks: list[Ask] = [("mail.corp.example", "A"), ("corp.example", "MX")]
        for _ in range(2):
            async with open_network(options) as network:
                found = await answers(network.resolver, asks)
        assert [answer.from_cache for answer in found] == [True, True]
        async with open_network(options) as network:
            found = await answers(network.resolver, [*asks, ("only.corp.example", "TXT")])
        assert [answer.from_cache for answer in found] == [True, True, False]
        assert sorted(server.asked) == ["corp.example MX", "mail.corp.example A", "only.corp.example TXT"]


async def test_a_resolver_without_bursts_is_asked_side_by_side() -> None:
    """An embedder's own resolver needs one method and no more."""
    together = 0

    class Slow:
        waiting = 0

        async def resolve(self, name: str, type: object, /, *, fresh: bool = False) -> Answer:  # noqa: A002
            nonlocal together
            self.waiting += 1
            together = max(together, self.waiting)
            await anyio.sleep(0.02)
            self.waiting -= 1
            return Answer(name, "A", Answered.NXDOMAIN)

    found = await answers(Slow(), [(f"n{number}.example", "A") for number in range(5)])
    assert [answer.name for answer in found] == [f"n{number}.example" for number in range(5)]
    assert together == 5
