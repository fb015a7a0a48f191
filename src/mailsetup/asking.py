"""The network half of a look-up: everybody is asked at once, the best answer wins, nobody waits for a dead host.

One task group, one stream of events, one loop that decides what follows from each event. The rules:

* All sources start together; the last resort starts when the others ended without an answer, or had the grace time. It
  is spared where guessing could find nothing better, and where DNS says that there is no such domain.
* The servers of the leading answer are probed while slower sources are still being asked.
* Once a pair of trust ≥ 2 stands (and is confirmed, where probing is on), only sources that rank above it still matter,
  and the MX, which can contradict it; they get the grace time.
* A guessed pair that is proven ends the asking too: everybody else had the grace time before guessing began.
* The deadline holds whatever hangs: what is known by then is the result. No task survives the call.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import anyio

from mailsetup.errors import MailsetupError, NetworkError
from mailsetup.model import Finding, Protocol, Server, Service, SourceName, Status, Trust
from mailsetup.net import open_network
from mailsetup.net.offline import looks_cut_off
from mailsetup.net.trace import traced
from mailsetup.plan import LAST_RESORT, Step, second_wave
from mailsetup.prober import probe_server, probe_service
from mailsetup.problems import problem
from mailsetup.proof import worth_probing
from mailsetup.sources import network_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anyio.abc import TaskGroup

    from mailsetup.discovery import Case
    from mailsetup.model import Probe
    from mailsetup.net.interface import Network

PROBES_AT_ONCE = 8
"""Servers probed side by side; the connector allows two connections to one host."""

PROVABLE = (Protocol.JMAP, Protocol.CALDAV, Protocol.CARDDAV, Protocol.WEBDAV)
"""Services that prove themselves without credentials, by a 401 or a 207 (DAV-04, DAV-11)."""


class Answered(NamedTuple):
    """A source has answered."""

    step: Step
    finding: Finding
    started: float


class Proven(NamedTuple):
    """A probe of a server or service has ended."""

    endpoint: tuple[object, ...]
    probe: Probe


async def proceed(case: Case, /) -> None:
    """Take a case to the network, until it is good enough, all is asked, or its time is over."""
    if case.servers:
        case.tell_observer()  # what this machine knows is shown before anybody is connected to
    with anyio.move_on_after(case.options.timeout - case.elapsed) as scope:
        async with open_network(case.options) as network:
            try:
                await Asking(case, network).run()
            finally:
                case.problems += network.noticed
    if scope.cancelled_caught:
        case.problems.append(problem("deadline", seconds=f"{case.options.timeout:g}"))
    if looks_cut_off(case.attempts):
        case.problems.append(problem("no-network"))


class Asking:
    """The loop, and what it knows."""

    def __init__(self, case: Case, network: Network) -> None:
        self.case = case
        self.network = network
        self.asking: set[Step] = set()
        self.probing: set[tuple[object, ...]] = set()
        self.good_since: float | None = None
        self.has_guessed = False
        self.last_resort = [step for step in case.plan.network if step.source in LAST_RESORT]
        self._send, self._events = anyio.create_memory_object_stream[Answered | Proven](math.inf)
        self._probe_limit = anyio.CapacityLimiter(PROBES_AT_ONCE)

    async def run(self) -> None:
        """Ask, probe and decide until there is nothing left that matters."""
        try:
            async with self._send, self._events, anyio.create_task_group() as group:
                if self.case.is_settled:
                    self.last_resort = []
                else:
                    self._ask(group, [step for step in self.case.plan.network if step.source not in LAST_RESORT])
                self._look_again(group)
                await self._until_done(group)
                group.cancel_scope.cancel()
        finally:
            is_enough = self.good_since is not None or (self.has_guessed and self.case.is_proven)
            for step in sorted(self.asking, key=lambda step: step.rank):
                self.case.skip(step, "not-needed" if is_enough else "deadline")
            for step in self.last_resort:
                self.case.skip(step, "not-needed" if self.case.has_answer else "deadline")

    async def _until_done(self, group: TaskGroup) -> None:
        while not self._is_done():
            if self._is_time_for_the_last_resort():
                self._ask(group, self.last_resort)
                self.last_resort = []
            patience = self._patience()
            if patience == math.inf:
                self._take(group, await self._events.receive())
                continue
            with anyio.move_on_after(patience) as scope:
                self._take(group, await self._events.receive())
            if scope.cancelled_caught and self.good_since is not None:
                return

    # What follows from an event

    def _take(self, group: TaskGroup, event: Answered | Proven) -> None:
        if isinstance(event, Answered):
            self.asking.discard(event.step)
            self.case.record(event.step, event.finding, started=event.started)
            self.has_guessed = self.has_guessed or event.step.source in LAST_RESORT
            if event.step.source is SourceName.MX:
                self._follow_mx(group, event)
        else:
            self.probing.discard(event.endpoint)
            self.case.proven(event.endpoint, event.probe)
        self._look_again(group)
        self.case.tell_observer()

    def _follow_mx(self, group: TaskGroup, event: Answered) -> None:
        hosting = event.finding.hosting
        if event.finding.reason == "nxdomain":
            self.last_resort = []  # RFC 8020: below a name that does not exist there is no other
        is_certain = event.finding.status is Status.FOUND and not any(s.needs_consent for s in event.finding.servers)
        if hosting is None or is_certain:
            return  # unknown, or it led to a provider whose servers are at hand
        if hosting.takes_no_mail:
            self.last_resort = []  # MX-04: nothing is guessed for a domain that takes no mail
        self._ask(group, second_wave(event.step, self.case.address, hosting, self.case.options))

    def _look_again(self, group: TaskGroup) -> None:
        """Decide anew what is worth probing, and whether the answer is good."""
        if self.case.options.probe:
            offers: list[Server | Service] = [*worth_probing(self.case.servers), *self._provable_services()]
            for offer in offers:
                if offer.endpoint not in self.probing and offer.endpoint not in self.case.probes:
                    self.probing.add(offer.endpoint)
                    group.start_soon(self._prove, offer)
        if self.case.is_good:
            self.good_since = self.case.elapsed if self.good_since is None else self.good_since
        else:
            self.good_since = None

    def _provable_services(self) -> Iterator[Service]:
        return (service for service in self.case.services if service.protocol in PROVABLE and service.url)

    # When to stop

    def _is_done(self) -> bool:
        if self.good_since is not None:
            return not self.probing and not any(self.case.matters(step) for step in self.asking)
        if self.has_guessed and self.case.is_proven:
            return not self.probing
        return not self.asking and not self.probing and (not self.last_resort or self.case.has_answer)

    def _is_time_for_the_last_resort(self) -> bool:
        if not self.last_resort or self.case.has_answer:
            return False
        if not self.asking and not self.probing:
            return True
        return self.case.elapsed >= self.case.options.grace

    def _patience(self) -> float:
        """Seconds to wait for the next event."""
        if self.good_since is not None:
            return max(0.0, self.good_since + self.case.options.grace - self.case.elapsed)
        if self.last_resort and not self.case.has_answer:
            return max(0.01, self.case.options.grace - self.case.elapsed)
        return math.inf

    # The tasks

    def _ask(self, group: TaskGroup, steps: list[Step] | tuple[Step, ...]) -> None:
        for step in steps:
            self.asking.add(step)
            group.start_soon(self._answer, step)

    async def _answer(self, step: Step) -> None:
        started = self.case.elapsed
        network = traced(self.network, source=step.name, clock=self._clock, record=self.case.attempts.append)
        try:
            finding = await network_source(step, self.case.options).find(self.case.address, network)
        except NetworkError as error:
            finding = Finding(status=error.status or Status.UNREACHABLE, reason=error.reason, detail=error.detail)
        except MailsetupError as error:
            finding = Finding(status=Status.UNUSABLE, reason="unusable", detail=str(error))
        except Exception as error:  # noqa: BLE001  (one source's mistake must not fail the others; it is reported, not hidden)
            finding = _broken(step, error)
        await self._send.send(Answered(step, _capped(_signed(finding, step), step.ceiling), started))

    async def _prove(self, offer: Server | Service) -> None:
        async with self._probe_limit:
            network = traced(self.network, source="probe", clock=self._clock, record=self.case.attempts.append)
            if isinstance(offer, Server):
                probe = await probe_server(offer, network=network)
            else:
                probe = await probe_service(offer, network=network)
            await self._send.send(Proven(offer.endpoint, probe))

    def _clock(self) -> float:
        return self.case.elapsed


def _broken(step: Step, error: Exception) -> Finding:
    # Only the type: the text of a foreign exception can hold anything, an address or a password too.
    told = problem("source-failed", subject=str(step.name), source=str(step.name), reason=type(error).__name__)
    return Finding(status=Status.UNUSABLE, reason="source-failed", detail=type(error).__name__, problems=(told,))


def _signed(finding: Finding, step: Step) -> Finding:
    """Put the source's name on what it found, where a source of the caller's own has not done so itself."""
    if all(each.sources for each in finding.servers) and all(each.sources for each in finding.services):
        return finding
    name = {"sources": (step.name,)}
    return finding.model_copy(
        update={
            "servers": tuple(each if each.sources else each.model_copy(update=name) for each in finding.servers),
            "services": tuple(each if each.sources else each.model_copy(update=name) for each in finding.services),
        }
    )


def _capped(finding: Finding, ceiling: Trust) -> Finding:
    """The weakest hop decides: nothing a source says counts more than the way that led to it."""
    if ceiling is Trust.AUTHENTICATED:
        return finding
    return finding.model_copy(
        update={
            "servers": tuple(_lower(server, ceiling) for server in finding.servers),
            "services": tuple(s.model_copy(update={"trust": min(s.trust, ceiling)}) for s in finding.services),
        }
    )


def _lower(server: Server, ceiling: Trust) -> Server:
    return server.model_copy(update={"trust": min(server.trust, ceiling)})
