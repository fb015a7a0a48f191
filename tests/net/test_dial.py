"""Happy Eyeballs, the address policy in force, and how many connections there are at a time."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import anyio.abc
import pytest

from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Status
from mailsetup.net.dial import Dialer
from mailsetup.net.interface import Answer, Answered, RecordType, Resolver
from mailsetup.net.order import families, in_order
from mailsetup.net.race import race
from mailsetup.testing import FakeNetwork
from tests.support.tcp_server import nothing_left_open, refused_port, tcp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


anyio_test = pytest.mark.anyio


async def wait(stream: anyio.abc.ByteStream) -> None:
    """Wait until the client goes."""
    await stream.receive()


def names(**records: str | list[str]) -> FakeNetwork:
    """Write a zone for ``mail.example``."""
    return FakeNetwork({f"mail.example {record_type}": said for record_type, said in records.items()})


class SlowResolver:
    """Answers each record type after its own delay."""

    def __init__(self, **said: tuple[float, str]) -> None:
        self.said = said

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        """Answer, in time."""
        delay, record = self.said[type]
        await anyio.sleep(delay)
        return Answer(name, type, Answered.FOUND, (record,)) if record else Answer(name, type, Answered.NODATA)


class CountingResolver:
    """Notes the record types that are asked for."""

    def __init__(self, inner: Resolver) -> None:
        self._inner = inner
        self.asked: list[str] = []

    async def resolve(self, name: str, type: RecordType, /, *, fresh: bool = False) -> Answer:  # noqa: A002
        """Note it and ask."""
        self.asked.append(type)
        return await self._inner.resolve(name, type, fresh=fresh)


@contextmanager
def black_hole() -> Iterator[tuple[str, int]]:
    """Listen with a full queue: further connections are neither accepted nor refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()
        for filler in fillers:
            filler.close()


@anyio_test
async def test_the_first_good_address_is_connected_to() -> None:
    """A name is resolved through our resolver and connected to."""
    async with nothing_left_open(), tcp_server(wait) as server:
        stream = await Dialer(names(A="127.0.0.1").resolver).dial("mail.example", server.port)
        assert stream.address == "127.0.0.1"
        stream.close()


@anyio_test
@pytest.mark.parametrize(
    ("records", "reason", "outcome", "status"),
    [
        ({"A": "NXDOMAIN", "AAAA": "NXDOMAIN"}, "nxdomain", Outcome.NO_SUCH_HOST, Status.ABSENT),
        ({"TXT": "here"}, "no-address", Outcome.NO_SUCH_HOST, Status.ABSENT),
        ({"A": "SERVFAIL", "AAAA": "SERVFAIL"}, "dns-servfail", Outcome.NETWORK_UNREACHABLE, Status.UNREACHABLE),
        ({"A": "TIMED-OUT", "TXT": "here"}, "dns-timed-out", Outcome.TIMEOUT, Status.UNREACHABLE),
        ({"A": "BOGUS", "AAAA": "SERVFAIL"}, "dns-bogus", Outcome.POLICY, Status.REFUSED),
    ],
)
async def test_a_name_without_address_says_why(
    records: dict[str, str], reason: str, outcome: Outcome, status: Status
) -> None:
    """Only NXDOMAIN and NODATA are a definite no; what DNS could not say is not (SRV-19)."""
    with pytest.raises(NetworkError) as caught:
        await Dialer(names(**records).resolver).dial("mail.example", 993)
    assert (caught.value.reason, caught.value.outcome, caught.value.status) == (reason, outcome, status)


@anyio_test
async def test_a_refused_connection_is_told_and_another_address_tried() -> None:
    """A dead first address does not hide a living second one (SRV-05, HE-02)."""
    async with nothing_left_open(), tcp_server(wait) as server:
        resolver = names(A=["127.0.0.2", "127.0.0.1"]).resolver
        stream = await Dialer(resolver).dial("mail.example", server.port)
        assert stream.address == "127.0.0.1"
        stream.close()
    with pytest.raises(NetworkError) as caught:
        await Dialer(names(A="127.0.0.1").resolver).dial("mail.example", refused_port())
    assert (caught.value.reason, caught.value.outcome) == ("connection-refused", Outcome.CONNECTION_REFUSED)


@anyio_test
async def test_a_silent_address_costs_a_quarter_of_a_second() -> None:
    """The next address is tried after 250 ms, and the loser's socket is closed (HE-01, HE-02)."""
    with black_hole() as (_, port):
        async with nothing_left_open(), tcp_server(wait, address="127.0.0.2", port=port):
            started = time.monotonic()
            stream = await Dialer(names(A=["127.0.0.1", "127.0.0.2"]).resolver).dial("mail.example", port)
            assert stream.address == "127.0.0.2"
            assert 0.2 < time.monotonic() - started < 0.5
            stream.close()


@anyio_test
async def test_a_silent_host_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that never answers ends in ``timed-out``."""
    monkeypatch.setattr("mailsetup.net.dial.CONNECT_TIMEOUT", 0.2)
    with black_hole() as (_, port):
        async with nothing_left_open():
            with pytest.raises(NetworkError) as caught:
                await Dialer(names(A="127.0.0.1").resolver).dial("mail.example", port)
    assert (caught.value.reason, caught.value.outcome) == ("timed-out", Outcome.TIMEOUT)


@anyio_test
async def test_ipv6_goes_first_and_ipv4_steps_in() -> None:
    """Where both families work IPv6 is taken; where it is dead IPv4 is (HE-02)."""
    both = names(A="127.0.0.1", AAAA="::1").resolver
    async with tcp_server(wait, address="::1") as six, tcp_server(wait, port=six.port):
        stream = await Dialer(both).dial("mail.example", six.port)
        assert stream.address == "::1"
        stream.close()
    async with tcp_server(wait) as server:
        stream = await Dialer(both).dial("mail.example", server.port)
        assert stream.address == "127.0.0.1"
        stream.close()


@pytest.mark.parametrize(
    ("records", "asked", "reached"),
    [
        ({"A": "127.0.0.1", "AAAA": "::1"}, ["A"], "127.0.0.1"),
        ({"AAAA": "::1"}, ["A", "AAAA"], "::1"),
        ({"A": "NXDOMAIN", "AAAA": "NXDOMAIN"}, ["A"], "nxdomain"),
        ({"A": "SERVFAIL", "AAAA": "::1"}, ["A"], "dns-servfail"),
        ({"TXT": "here"}, ["A", "AAAA"], "no-address"),
    ],
)
@anyio_test
async def test_a_machine_without_ipv6_asks_for_what_it_can_use(
    records: dict[str, str], asked: list[str], reached: str
) -> None:
    """AAAA is asked for only where there is no A, so that one sees that the host exists."""
    resolver = CountingResolver(names(**records).resolver)
    async with nothing_left_open(), tcp_server(wait, address="::1" if reached == "::1" else "127.0.0.1") as server:
        try:
            stream = await Dialer(resolver, families=("A",)).dial("mail.example", server.port)
        except NetworkError as error:
            where = error.reason
        else:
            where = stream.address
            stream.close()
    assert (where, resolver.asked) == (reached, asked)


@anyio_test
async def test_a_slow_family_is_given_fifty_milliseconds() -> None:
    """A slow AAAA does not hold up A, and a slow A is still tried when IPv6 fails (HE-01)."""
    async with nothing_left_open(), tcp_server(wait) as server:
        started = time.monotonic()
        stream = await Dialer(SlowResolver(A=(0, "127.0.0.1"), AAAA=(2, "::1"))).dial("mail.example", server.port)
        assert time.monotonic() - started < 0.3
        stream.close()
        stream = await Dialer(SlowResolver(A=(0.2, "127.0.0.1"), AAAA=(0, "::1"))).dial("mail.example", server.port)
        assert stream.address == "127.0.0.1"
        stream.close()


@anyio_test
async def test_the_policy_judges_the_address_that_is_connected_to() -> None:
    """With the guard on nothing private is connected to, by name, by literal or by override (SEC-02)."""
    async with tcp_server(wait) as server:
        guarded = Dialer(names(A=["127.0.0.1", "10.0.0.1"], AAAA="::1").resolver, allow_private=False)
        tries: list[Callable[[], object]] = [
            lambda: guarded.dial("mail.example", server.port),
            lambda: guarded.dial("127.0.0.1", server.port),
            lambda: guarded.dial("mail.example", server.port, address="127.0.0.1"),
            lambda: guarded.find("mail.example"),
        ]
        for dial in tries:
            with pytest.raises(NetworkError) as caught:
                await dial()  # type: ignore[misc]
            assert (caught.value.reason, caught.value.status) == ("private-address", Status.REFUSED)
        assert server.accepted == 0


@anyio_test
async def test_literals_and_overrides_are_not_resolved() -> None:
    """An IP address needs no DNS, and a target's own address takes the place of the name's."""
    network = FakeNetwork()
    async with tcp_server(wait) as server:
        for dialing in (
            Dialer(network.resolver).dial("127.0.0.1", server.port),
            Dialer(network.resolver).dial("gone.example", server.port, address="127.0.0.1"),
        ):
            (await dialing).close()
    assert network.asked == []


@anyio_test
async def test_two_connections_to_an_address_at_a_time() -> None:
    """However many ask, and under whatever names, a server sees at most two connections at once (HE-05)."""
    resolver = FakeNetwork({"a.example A": "127.0.0.1", "b.example A": "127.0.0.1"}).resolver
    async with nothing_left_open(), tcp_server(wait) as server:
        dialer = Dialer(resolver)

        async def visit(name: str) -> None:
            stream = await dialer.dial(name, server.port)
            await anyio.sleep(0.02)
            stream.close()

        async with anyio.create_task_group() as group:
            for name in ("a.example", "b.example") * 4:
                group.start_soon(visit, name)
        assert (server.accepted, server.most) == (8, 2)


@anyio_test
async def test_filtered_ports_do_not_hold_up_the_others() -> None:
    """Attempts that nobody answers stop counting after a second (HE-05)."""
    with black_hole() as (_, silent):
        async with nothing_left_open(), tcp_server(wait) as server, anyio.create_task_group() as group:
            dialer = Dialer(names(A="127.0.0.1").resolver)
            for _ in range(2):
                group.start_soon(dialer.dial, "mail.example", silent)
            await anyio.sleep(0.05)
            started = time.monotonic()
            (await dialer.dial("mail.example", server.port)).close()
            assert 0.8 < time.monotonic() - started < 1.5
            group.cancel_scope.cancel()


@anyio_test
async def test_closing_the_dialer_closes_everything() -> None:
    """What a call has opened is gone when it ends."""
    async with nothing_left_open(), tcp_server(wait) as server:
        dialer = Dialer(names(A="127.0.0.1").resolver)
        await dialer.dial("mail.example", server.port)
        dialer.close()


@anyio_test
async def test_a_cancelled_dial_leaves_nothing() -> None:
    """Cancelling at any moment leaves no socket behind."""
    with black_hole() as (_, port):
        async with nothing_left_open():
            for after in (0, 0.001, 0.3):
                with anyio.move_on_after(after):
                    await Dialer(names(A=["127.0.0.1", "127.0.0.2"]).resolver).dial("mail.example", port)


@anyio_test
async def test_a_photo_finish_has_one_winner() -> None:
    """Of two results at the same moment one is given out and the other discarded."""
    discarded: list[int] = []
    together = anyio.Event()

    async def arrive(number: int) -> int:
        await together.wait()
        return number

    async def release() -> None:
        await anyio.sleep(0.05)
        together.set()

    async with anyio.create_task_group() as group:
        group.start_soon(release)
        won = await race([lambda: arrive(1), lambda: arrive(2)], delay=0.01, failures=[], discard=discarded.append)
    assert won in (1, 2)
    assert set(discarded) <= {1, 2} - {won}


@pytest.mark.parametrize(
    ("addresses", "sources", "expected"),
    [
        # Both families work: IPv6 first, then in turn.
        (
            ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"],
            {"4": "198.51.100.9", "6": "2001:db8::9"},
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"],
        ),
        # No way to IPv6 at all: those addresses are left out.
        (["2001:db8::1", "192.0.2.1"], {"4": "198.51.100.9"}, ["192.0.2.1"]),
        # IPv6 only inside the house (unique local source for a global address): IPv4 goes first (rule 5).
        (["2001:db8::1", "192.0.2.1"], {"4": "198.51.100.9", "6": "fd00::9"}, ["192.0.2.1", "2001:db8::1"]),
        # No way to anything: all are kept, so that the failure is told.
        (["2001:db8::1", "192.0.2.1"], {}, ["2001:db8::1", "192.0.2.1"]),
        # The same address twice is one.
        (["192.0.2.1", "192.0.2.1"], {"4": "198.51.100.9"}, ["192.0.2.1"]),
    ],
)
def test_addresses_are_ordered(addresses: list[str], sources: dict[str, str], expected: list[str]) -> None:
    """RFC 6724 decides which family leads; then they alternate (HE-02)."""
    assert in_order(addresses, source=lambda address: sources.get("6" if ":" in address else "4")) == expected


@pytest.mark.parametrize(
    ("ways", "expected"), [("46", ("AAAA", "A")), ("4", ("A",)), ("6", ("AAAA",)), ("", ("AAAA", "A"))]
)
def test_the_families_are_those_with_a_way_out(ways: str, expected: tuple[str, ...]) -> None:
    """A family without a default route is no use; where there is none at all, the network is a closed one."""
    assert families(source=lambda address: address if ("6" if ":" in address else "4") in ways else None) == expected
