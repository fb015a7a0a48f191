"""From a host name to a TCP connection: resolve, check, race.

Rules (RFC 8305): A and AAAA are asked for side by side; once one family is there, the other gets 50 ms to take part
from the start (HE-01). A family that leads nowhere from this machine is asked for only where the other has nothing, so
that the reason is the right one. Addresses are tried one after another, 250 ms apart, families in turn, and losers are
cancelled (HE-02). The address policy is applied to the very address that is connected to (SEC-02). At most two
connections to one address at a time (HE-05), counted by address and not by name, because ``imap.``, ``smtp.`` and
``mail.`` are often one machine; an attempt that nobody answers for a second stops counting, or one filtered port would
hold up the others, and a connection that is only kept for later is closed when its place is needed: many names are
served at one address.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import anyio

from mailsetup.net.failures import failure, no_address
from mailsetup.net.interface import Answered
from mailsetup.net.order import FAMILIES, in_order
from mailsetup.net.policy import is_public
from mailsetup.net.race import race
from mailsetup.net.stream import SocketStream, connect_socket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from mailsetup.errors import NetworkError
    from mailsetup.net.interface import Answer, Resolver
    from mailsetup.net.order import Family

FAMILY_WAIT: Final = 0.05
"""Seconds that the slower of A and AAAA gets (RFC 8305 section 8: resolution delay)."""

ATTEMPT_DELAY: Final = 0.25
"""Seconds between the starts of two attempts (RFC 8305 section 8)."""

CONNECT_TIMEOUT: Final = 6.0
"""Seconds for one address: the SYN, and its repetitions after 1 and 3 seconds."""

PER_ADDRESS: Final = 2
"""Connections to one address at a time (HE-05): servers ban bursts."""

KNOWN_ADDRESSES: Final = 1024
"""Addresses whose connections are counted, before those are forgotten that have none."""

_FURTHEST: Final = ("proxy-failed", "connection-reset", "connection-refused", "timed-out", "network-unreachable")
"""Of several failures, the one that got furthest says most."""


class Dialer:
    """Opens TCP connections by host name, for one call.

    Args:
        resolver: gives addresses.
        allow_private: whether a name may lead to addresses that are nobody's on the public Internet.
        per_address: connections to one address at a time.
        families: those that this machine has a way to.
    """

    def __init__(
        self,
        resolver: Resolver,
        /,
        *,
        allow_private: bool = True,
        per_address: int = PER_ADDRESS,
        families: tuple[Family, ...] = FAMILIES,
    ) -> None:
        self._resolver = resolver
        self._families = families
        self._allow_private = allow_private
        self._per_address = per_address
        self._slots: defaultdict[str, anyio.Semaphore] = defaultdict(partial(anyio.Semaphore, per_address))
        self._open: set[SocketStream] = set()

    async def dial(
        self, hostname: str, port: int, /, *, address: str | None = None, skip: Collection[str] = ()
    ) -> SocketStream:
        """Connect to ``hostname``, or to ``address`` in its place, and to none of the addresses to ``skip``.

        Raises:
            NetworkError: why there is no connection; of several failures the one that got furthest.
        """
        if address is not None or is_literal(hostname):
            return await self._connect(self._permitted(hostname, [address or hostname])[0], port)
        return await self._dial_name(hostname, port, skip=skip)

    async def find(self, hostname: str, /, *, address: str | None = None) -> str:
        """Give the address that would be tried first; raises as ``dial`` does."""
        if address is not None or is_literal(hostname):
            return self._permitted(hostname, [address or hostname])[0]
        return self._addresses(hostname, (await self._resolve(hostname)).values())[0]

    def close(self) -> None:
        """Close whatever is still open."""
        for stream in tuple(self._open):
            stream.close()

    async def _dial_name(self, hostname: str, port: int, *, skip: Collection[str]) -> SocketStream:
        answers = await self._resolve(hostname)
        addresses = [each for each in self._addresses(hostname, answers.values()) if each not in skip]
        attempts: list[Callable[[], Awaitable[SocketStream]]] = [
            partial(self._connect, each, port) for each in addresses
        ]
        for family in self._families:
            if family not in answers:
                attempts.insert(1, partial(self._connect_late, hostname, family, port, skip))
        return await self._race(attempts)

    async def _resolve(self, hostname: str) -> dict[Family, Answer]:
        """Ask for the families of this machine, and for the others where a name has none of those."""
        answers = await self._ask(hostname, self._families)
        if all(answer.status is Answered.NODATA for answer in answers.values()):
            others = tuple(family for family in FAMILIES if family not in self._families)
            answers |= await self._ask(hostname, others)
        return answers

    async def _ask(self, hostname: str, families: tuple[Family, ...]) -> dict[Family, Answer]:
        """Ask for families side by side; leave out one that is later than the other by ``FAMILY_WAIT``."""
        answers: dict[Family, Answer] = {}
        if len(families) < len(FAMILIES):
            for family in families:
                answers[family] = await self._resolver.resolve(hostname, family)
            return answers
        enough, complete = anyio.Event(), anyio.Event()

        async def ask(family: Family) -> None:
            answers[family] = await self._resolver.resolve(hostname, family)
            if answers[family].records:
                enough.set()
            if len(answers) == len(families):
                enough.set()
                complete.set()

        async with anyio.create_task_group() as group:
            for family in families:
                group.start_soon(ask, family)
            await enough.wait()
            with anyio.move_on_after(FAMILY_WAIT):
                await complete.wait()
            group.cancel_scope.cancel()
        return dict(answers)

    def _addresses(self, hostname: str, answers: Iterable[Answer]) -> list[str]:
        """Give the addresses in the order to try them."""
        answers = list(answers)
        found = [str(record) for answer in answers for record in answer.records]
        if not found:
            raise no_address(hostname, answers)
        return in_order(self._permitted(hostname, found))

    def _permitted(self, hostname: str, addresses: list[str]) -> list[str]:
        permitted = [each for each in addresses if self._allow_private or is_public(each)]
        if not permitted:
            raise failure("private-address", f"{hostname} leads to {addresses[0]}.", address=addresses[0])
        return permitted

    async def _race(self, attempts: list[Callable[[], Awaitable[SocketStream]]]) -> SocketStream:
        if len(attempts) == 1:
            return await attempts[0]()
        failures: list[NetworkError] = []
        stream = await race(attempts, delay=ATTEMPT_DELAY, failures=failures, discard=SocketStream.close)
        if stream is not None:
            return stream
        reasons = [error.reason for error in failures]
        furthest = next((reason for reason in _FURTHEST if reason in reasons), None)
        raise failures[reasons.index(furthest) if furthest else 0] if failures else failure("network-unreachable")

    async def _connect_late(self, hostname: str, family: Family, port: int, skip: Collection[str]) -> SocketStream:
        """Connect to the first address of a family that was too late for a place of its own."""
        answer = await self._resolver.resolve(hostname, family)
        addresses = [each for each in self._addresses(hostname, [answer]) if each not in skip]
        if not addresses:
            raise no_address(hostname, [answer])
        return await self._connect(addresses[0], port)

    async def _connect(self, address: str, port: int) -> SocketStream:
        """Connect to one address, when it is our turn there."""
        if len(self._slots) >= KNOWN_ADDRESSES and address not in self._slots:
            for gone in [known for known, slots in self._slots.items() if slots.value == self._per_address]:
                del self._slots[gone]
        slots = self._slots[address]
        if not slots.value:
            self._make_room(address)
        slot = _Slot(slots)
        await slot.take()
        try:
            stream = await connect_socket(address, port, within=CONNECT_TIMEOUT, when_unanswered=slot.leave)
        except BaseException:
            slot.leave()
            raise
        self._open.add(stream)
        stream.when_closed(slot.leave)
        stream.when_closed(partial(self._open.discard, stream))
        stream.when_spare(partial(self._offer_room, address))
        return stream

    def _make_room(self, address: str) -> None:
        """Close one connection to ``address`` that nobody uses now."""
        spare = next((stream for stream in self._open if stream.is_spare and stream.address == address), None)
        if spare is not None:
            spare.close()

    def _offer_room(self, address: str) -> None:
        """A connection has become spare: somebody may be waiting for its place."""
        if self._slots[address].statistics().tasks_waiting:
            self._make_room(address)


class _Slot:
    """One of the connections that an address may have at a time; left once, however often that is said."""

    def __init__(self, semaphore: anyio.Semaphore, /) -> None:
        self._semaphore = semaphore
        self._taken = False

    async def take(self) -> None:
        await self._semaphore.acquire()
        self._taken = True

    def leave(self) -> None:
        if self._taken:
            self._taken = False
            self._semaphore.release()


def is_literal(hostname: str, /) -> bool:
    """Whether a host is an IP address already."""
    try:
        ip_address(hostname)
    except ValueError:
        return False
    return True
