"""The last resort: names that mail servers usually have, inside the domain, each proven by a live probe (PROBE-10).

Rules: only names inside the domain, or the mail exchangers that were handed over; never a name under a public suffix
(SEC-03); never without TLS, never port 25; a certificate that is not valid for the name counts as "no" (TRUST-13). All
names are resolved first, and only those that exist are connected to. A wildcard in DNS makes every name exist: then
only the likeliest names are tried. What is found has trust 1 at most: plain DNS picked the place.

The lists are measured on the ISPDB: they find both servers of 80 out of 120 providers.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

import anyio

from mailsetup.model import Finding, Protocol, Security, Server, SourceName, Status, Trust
from mailsetup.names import is_below, registrable_domain
from mailsetup.net.burst import resolve_all
from mailsetup.net.interface import Answered, MxRecord
from mailsetup.prober.race import Lane
from mailsetup.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mailsetup.address import Address
    from mailsetup.model import Options, Problem
    from mailsetup.net.interface import Answer, Network
    from mailsetup.plan import Step

LABELS: Mapping[Protocol, tuple[str, ...]] = {
    Protocol.IMAP: ("imap", "mail", "", "in", "imap.mail", "imaps", "imap4", "pop"),
    Protocol.SMTP: ("smtp", "mail", "", "out", "smtp.mail", "smtps", "smtpauth", "smtpa", "po", "send"),
    Protocol.POP3: ("pop", "pop3", "mail", "", "in", "pop.mail", "pop3s", "imap"),
}
"""Labels in front of the domain, the likeliest first; the empty one is the domain itself."""

PLACES: Mapping[Protocol, tuple[tuple[int, Security], ...]] = {
    Protocol.IMAP: ((993, Security.TLS), (143, Security.STARTTLS)),
    Protocol.SMTP: ((465, Security.TLS), (587, Security.STARTTLS)),
    Protocol.POP3: ((995, Security.TLS), (110, Security.STARTTLS)),
}
"""Ports of a name, in the order they are tried: implicit TLS first (RFC 8314)."""

WILDCARD_NAMES = 2
"""Names per protocol that are tried where DNS makes every name exist."""

DNS_PATIENCE = 1.0
"""Seconds that names get to resolve once the first one has."""

POP3_PATIENCE = 0.3
"""Seconds that POP3 gets once IMAP and SMTP are found: most people do not need it."""


class Names(NamedTuple):
    """What DNS says about the names."""

    addresses: Mapping[str, frozenset[str]]
    """Those that exist."""
    wildcard: frozenset[str]
    """Where a name leads that nobody can have set up; empty without a wildcard."""
    answered: bool
    """Whether DNS said anything at all."""

    def is_made_by_wildcard(self, name: str) -> bool:
        """Whether the name exists only because every name does."""
        return bool(self.wildcard) and self.addresses[name] <= self.wildcard


class Guess:
    """The ``guess`` source for one domain.

    Args:
        step: about which domain, and how far an answer can be trusted at most.
        options: not used; every network source is built from a step and the options.
        hosts: further host names to try, the likeliest first: mail exchangers that are known already.
    """

    name: str = SourceName.GUESS

    def __init__(self, step: Step, options: Options | None = None, /, *, hosts: tuple[str, ...] = ()) -> None:  # noqa: ARG002
        self._step = step
        self._hosts = hosts

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Resolve, connect, prove; give what was proven."""
        domain = self._step.domain
        if not address.gets_network_discovery or registrable_domain(domain) is None:
            return Finding(status=Status.SKIPPED, reason="not-a-public-name")
        names = await _resolved(domain, self._hosts, network=network)
        if not names.addresses:
            if not names.answered:
                return Finding(status=Status.UNREACHABLE, reason="dns-timed-out", detail="DNS does not answer.")
            return Finding(status=Status.ABSENT, reason="no-such-names", detail="None of the usual names exists.")
        lanes = {protocol: Lane(self._candidates(protocol, names, address), network=network) for protocol in LABELS}
        await _race(lanes)
        return self._finding(lanes, names)

    def _candidates(self, protocol: Protocol, names: Names, address: Address) -> list[Server]:
        trust = min(Trust.UNAUTHENTICATED, self._step.ceiling)
        return [
            Server(
                protocol=protocol,
                hostname=name,
                port=port,
                security=security,
                username=str(address),
                username_alternatives=_other_usernames(address),
                trust=trust,
                sources=(SourceName.GUESS,),
                provenance=(*self._step.via, f"guess {name}"),
            )
            for name in _chosen(protocol, names, self._step.domain)
            for port, security in PLACES[protocol]
        ]

    def _finding(self, lanes: Mapping[Protocol, Lane], names: Names) -> Finding:
        servers = tuple(
            server.model_copy(update={"auth": server.probe.auth if server.probe else ()})
            for lane in lanes.values()
            for server in lane.confirmed
        )
        if servers:
            told = tuple(self._problems(servers, names))
            return Finding(status=Status.FOUND, servers=servers, problems=told)
        silent = any(lane.is_silent for lane in lanes.values())
        return Finding(
            status=Status.UNREACHABLE if silent else Status.ABSENT,
            reason="timed-out" if silent else "no-server",
            detail="Not all of the usual names answer, and none is a mail server."
            if silent
            else "None of the usual names is a mail server.",
            problems=tuple(self._problems((), names)),
        )

    def _problems(self, servers: tuple[Server, ...], names: Names) -> Iterator[Problem]:
        domain = self._step.domain
        if names.wildcard:
            yield problem("wildcard-addresses", subject=domain, domain=domain)
        incoming = next((server for server in servers if server.protocol is not Protocol.SMTP), None)
        outgoing = next((server for server in servers if server.protocol is Protocol.SMTP), None)
        if incoming and not outgoing:
            yield problem("outgoing-not-found", subject=domain, domain=domain, hostname=incoming.hostname)
        if outgoing and not incoming:
            yield problem("incoming-not-found", subject=domain, domain=domain, hostname=outgoing.hostname)


def _other_usernames(address: Address) -> tuple[str, ...]:
    """A-labels second (EAI-09), the local part last (SRV-14): a third of all providers want it."""
    forms = (address.ascii, address.local)
    return tuple(form for form in dict.fromkeys(forms) if form != str(address))


def _chosen(protocol: Protocol, names: Names, domain: str) -> list[str]:
    """Give the names to try for a protocol, the likeliest first."""
    wanted = [f"{label}.{domain}" if label else domain for label in LABELS[protocol]]
    others = [name for name in names.addresses if name not in _guessed(domain)]
    there = [name for name in (*wanted, *others) if name in names.addresses]
    made = [name for name in there if names.is_made_by_wildcard(name)]
    return [name for name in there if name not in made[WILDCARD_NAMES:]]


def _guessed(domain: str) -> dict[str, None]:
    labels = dict.fromkeys(label for protocol in LABELS for label in LABELS[protocol])
    return {(f"{label}.{domain}" if label else domain): None for label in labels}


async def _resolved(domain: str, hosts: Iterable[str], *, network: Network) -> Names:
    """Resolve all names at once, the exchangers' and one that cannot exist among them."""
    nobody = f"{secrets.token_hex(8)}.{domain}"
    resolving = _Resolving(network)
    async with anyio.create_task_group() as group:
        group.start_soon(resolving.everything, [*_guessed(domain), *hosts, nobody], domain)
        await resolving.first.wait()
        with anyio.move_on_after(DNS_PATIENCE):
            await resolving.done.wait()
        group.cancel_scope.cancel()
    wildcard = frozenset(resolving.found.pop(nobody, ()))
    addresses = {name: frozenset(found) for name, found in resolving.found.items()}
    return Names(addresses, wildcard, resolving.answered)


class _Resolving:
    """Names on their way to addresses."""

    def __init__(self, network: Network, /) -> None:
        self._network = network
        self.found: dict[str, set[str]] = {}
        self.answered = False
        self.first, self.done = anyio.Event(), anyio.Event()

    async def everything(self, names: Iterable[str], domain: str) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(self._names, names)
            group.start_soon(self._exchangers, domain)
        self.done.set()
        self.first.set()

    async def _exchangers(self, domain: str) -> None:
        """Take the domain's own exchangers for names too, where they lie inside it."""
        answer = await self._network.resolver.resolve(domain, "MX")
        records = [record for record in answer.records if isinstance(record, MxRecord)]
        records.sort(key=lambda record: record.preference)
        await self._names(record.exchange for record in records if is_below(record.exchange, domain))

    async def _names(self, names: Iterable[str]) -> None:
        """Ask for one family and then for the other: most of the names do not exist, and are asked for once."""
        names = list(names)

        async def ask_on(name: str) -> None:
            self._take(name, await self._network.resolver.resolve(name, "AAAA"))

        def told(place: int, answer: Answer) -> None:
            self._take(names[place], answer)
            if answer.status is not Answered.NXDOMAIN:
                group.start_soon(ask_on, names[place])

        async with anyio.create_task_group() as group:
            await resolve_all(self._network.resolver, [(name, "A") for name in names], told=told)

    def _take(self, name: str, answer: Answer) -> None:
        self.answered = self.answered or bool(answer.records) or answer.is_no
        if answer.records:
            self.found.setdefault(name, set()).update(str(record) for record in answer.records)
            self.first.set()


async def _race(lanes: Mapping[Protocol, Lane]) -> None:
    """Run the lanes side by side; do not wait long for POP3 where IMAP was found."""
    pop3 = lanes[Protocol.POP3]
    async with anyio.create_task_group() as group:
        for lane in lanes.values():
            group.start_soon(lane.run)
        await lanes[Protocol.IMAP].settled.wait()
        await lanes[Protocol.SMTP].settled.wait()
        if lanes[Protocol.IMAP].confirmed:
            with anyio.move_on_after(POP3_PATIENCE):
                await pop3.settled.wait()
            group.cancel_scope.cancel()
