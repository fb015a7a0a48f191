"""Asks everybody and tries everything; decides nothing. What came of it is an ``Evidence``.

Two phases under one deadline: first every mechanism and every DNS question that the domain alone gives rise to, then
what their answers name (the hoster's documents, servers to probe, exchangers, TLSA records, addresses). The first phase
gets at most ``ASKING`` of the time, so that something is left for the proof.
"""

from __future__ import annotations

import secrets
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import anyio

from mailsetup.audit.documents import finding_in, read_document
from mailsetup.audit.evidence import MAIL, Claimed, Document, Evidence, StsPolicy
from mailsetup.audit.neighbours import neighbours
from mailsetup.audit.places import (
    AUTOCONFIG_PLACES,
    autodiscover_url,
    exchanger_server,
    pacc_url,
    sts_url,
    tlsa_owner,
)
from mailsetup.audit.witness import Witness
from mailsetup.errors import InvalidDocument, MailsetupError, NetworkError
from mailsetup.formats import mta_sts, mx, srv
from mailsetup.model import Finding, Security, Server, SourceName, Status
from mailsetup.net import open_network
from mailsetup.net.interface import MxRecord, Request
from mailsetup.net.offline import has_network, looks_cut_off
from mailsetup.net.trace import traced
from mailsetup.plan import RANKS_APART, Step, second_wave
from mailsetup.prober import probe_server
from mailsetup.providers.database import bundled
from mailsetup.sources import LOCAL_SOURCES, network_source
from mailsetup.sources.documents import fetch_document, require_registrable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from mailsetup.address import Address
    from mailsetup.model import Attempt, Options, Probe
    from mailsetup.net.interface import Network, RecordType

ASKING = 0.5
"""Share of the time for asking; the rest is for trying out."""

PROBES_AT_ONCE = 8

MAX_SERVERS = 48
"""Servers that are probed; hostile documents name hundreds."""

MAX_EXCHANGERS = 6

SIGNED_NAME = "org"
"""A zone that is certainly signed: if the answer about it is not secure, nothing on this path ever will be."""

AUDITED = tuple(
    name for name in SourceName if name not in (SourceName.USER_FILE, SourceName.BUNDLED, SourceName.AUTOCONFIG)
)
"""Mechanisms that are asked as a look-up asks them. The user's own files are nobody else's business; the autoconfig
documents are asked one by one."""

RANK = {name: place * RANKS_APART for place, name in enumerate(SourceName)}


async def collect(address: Address, options: Options, /, *, now: datetime) -> Evidence:
    """Ask and try everything about the domain of ``address``, within ``options.timeout``."""
    # Nobody is left out because somebody else was quicker, and http is looked at: those are the owner's questions.
    thorough = options.model_copy(update={"allow_http": True, "grace": options.timeout})
    gathering = Gathering(address, thorough)
    gathering.look_here()
    if options.network is None and not has_network(options):
        return gathering.evidence(now, has_network=False)
    with anyio.move_on_after(options.timeout) as scope:
        async with open_network(options.model_copy(update={"fresh": True})) as network:  # the owner may have mended it
            await gathering.run(network)
    return gathering.evidence(
        now,
        complete=not scope.cancelled_caught and not gathering.cut_short,
        has_network=not looks_cut_off(gathering.attempts),
    )


class Gathering:
    """The state of one audit while it asks."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.domain = address.domain
        self.options = options
        self.started = perf_counter()
        self.claims: list[Claimed] = []
        self.documents: dict[str, Document] = {}
        self.probes: dict[tuple[object, ...], Probe] = {}
        self.neighbours: tuple[Server, ...] = ()
        self.attempts: list[Attempt] = []
        self.sts: StsPolicy | None = None
        self.stranger = f"{secrets.token_hex(8)}.{address.domain}"
        self.cut_short = False
        self.witness: Witness | None = None
        self._at_once = anyio.CapacityLimiter(PROBES_AT_ONCE)

    def look_here(self) -> None:
        """Look into the bundled database."""
        step = self._step(SourceName.BUNDLED)
        finding = LOCAL_SOURCES[SourceName.BUNDLED](self.address, self.options)
        self.claims.append(Claimed(step, f"bundled {bundled().date}", finding))

    async def run(self, network: Network) -> None:
        """Ask, then try."""
        self.witness = Witness(network)
        with anyio.move_on_after(self.options.timeout * ASKING) as scope:
            async with anyio.create_task_group() as group:
                for source in AUDITED:
                    group.start_soon(self._ask, self._step(source))
                for place in AUTOCONFIG_PLACES:
                    group.start_soon(self._read, place)
                group.start_soon(self._read_policy)
                group.start_soon(self._resolve, self._questions())
        self.cut_short = scope.cancelled_caught
        self._note_silence()
        await self._follow_up()

    def _note_silence(self) -> None:
        """Say of those who did not answer in time that they did not."""
        silent = Finding(status=Status.UNREACHABLE, reason="timed-out", detail="There was no answer in time.")
        heard = {claimed.source for claimed in self.claims}
        for source in AUDITED:
            if source not in heard:
                step = self._step(source)
                self.claims.append(Claimed(step, self._place(step), silent))

    def evidence(self, now: datetime, *, complete: bool = True, has_network: bool = True) -> Evidence:
        """Hand over what is known."""
        answers = self.witness.answers if self.witness else {}
        return Evidence(
            address=self.address,
            now=now,
            claims=tuple(sorted(self.claims, key=lambda claimed: claimed.step.rank)),
            documents=tuple(self.documents[place] for place in AUTOCONFIG_PLACES if place in self.documents),
            answers=dict(answers),
            bodies=dict(self.witness.bodies if self.witness else {}),
            probes=dict(self.probes),
            neighbours=self.neighbours,
            sts=self.sts,
            stranger=self.stranger,
            attempts=tuple(sorted(self.attempts, key=lambda attempt: attempt.started)),
            elapsed=self._clock(),
            seconds=self.options.timeout,
            complete=complete,
            has_network=has_network,
            validates=any(answer.secure for answer in answers.values()),
            data_date=bundled().date,
        )

    # What the domain alone gives rise to

    def _step(self, source: SourceName) -> Step:
        return Step(source, RANK[source], self.domain)

    def _questions(self) -> list[tuple[str, RecordType]]:
        """Write the questions that no mechanism asks."""
        questions: list[tuple[str, RecordType]] = [(self.stranger, "A"), (self.stranger, "AAAA"), (SIGNED_NAME, "TXT")]
        plain = [name for name, label in srv.LABELS.items() if label.security is Security.NONE]
        return [*questions, *((f"{name}.{self.domain}", "SRV") for name in plain)]

    async def _ask(self, step: Step) -> None:
        network = self._traced(step.name)
        try:
            finding = await network_source(step, self.options).find(self.address, network)
        except NetworkError as error:
            finding = Finding(status=error.status or Status.UNREACHABLE, reason=error.reason, detail=error.detail)
        except MailsetupError as error:
            finding = Finding(status=Status.UNUSABLE, reason="unusable", detail=str(error))
        except Exception as error:  # noqa: BLE001  (one source's mistake must not fail the audit; it is shown, not hidden)
            finding = Finding(status=Status.UNUSABLE, reason="source-failed", detail=type(error).__name__)
        self.claims.append(Claimed(step, self._place(step), finding))

    def _place(self, step: Step) -> str:
        base = self.options.ispdb_url
        ispdb = f"{base.rstrip('/')}/{step.domain}" if base else step.domain
        places = {
            SourceName.PACC: pacc_url(step.domain),
            SourceName.ISPDB: ispdb,
            SourceName.AUTOCONFIG: AUTOCONFIG_PLACES[0].format(domain=step.domain),
            SourceName.MX: f"{step.domain} MX",
            SourceName.SRV: f"{step.domain} SRV",
            SourceName.AUTODISCOVER: autodiscover_url(step.domain),
            SourceName.MAILCONF: f"{step.domain} TXT",
        }
        return places.get(step.source, step.domain) if isinstance(step.source, SourceName) else step.domain

    async def _read(self, place: str) -> None:
        share = self.options.share_address
        document = await read_document(place, self.address, self._traced(SourceName.AUTOCONFIG), share_address=share)
        self.documents[place] = document
        step = self._step(SourceName.AUTOCONFIG)._replace(
            rank=RANK[SourceName.AUTOCONFIG] + AUTOCONFIG_PLACES.index(place)
        )
        self.claims.append(Claimed(step, document.url, finding_in(document)))

    async def _read_policy(self) -> None:
        network = self._traced("mta-sts")
        texts = await network.resolver.resolve(f"_mta-sts.{self.domain}", "TXT")
        announced = mta_sts.policy_id(text for text in texts.records if isinstance(text, bytes)) is not None
        url = sts_url(self.domain)
        self.sts = StsPolicy(url, announced, reason="There was no answer in time." if announced else "")
        try:
            require_registrable(self.domain)
            response = await fetch_document(network, Request(url, follow="none", max_bytes=mta_sts.MAX_DOCUMENT))
            self.sts = StsPolicy(url, announced, mta_sts.parse(response.body))
        except NetworkError as error:
            self.sts = StsPolicy(url, announced, reason=error.detail if announced else "")
        except InvalidDocument as error:
            self.sts = StsPolicy(url, announced, reason=error.reason if announced else "")

    # What the answers name

    async def _follow_up(self) -> None:
        hosting = next((claimed for claimed in self.claims if claimed.source is SourceName.MX), None)
        with anyio.move_on_after(self.options.timeout * ASKING / 2) as scope:
            async with anyio.create_task_group() as group:
                for step in self._hosters_steps(hosting):
                    group.start_soon(self._ask, step)
        self.cut_short = self.cut_short or scope.cancelled_caught
        named = self._named()
        self.neighbours = neighbours(named)[: max(0, MAX_SERVERS - len(named))]
        exchangers = self._exchangers()
        async with anyio.create_task_group() as group:
            for server in (*named, *self.neighbours, *exchangers):
                group.start_soon(self._prove, server)
            group.start_soon(self._resolve, self._questions_about((*named, *exchangers)))

    def _hosters_steps(self, asked: Claimed | None) -> tuple[Step, ...]:
        """Write the second wave, as for a domain whose MX nobody knows: its programs do not know our database."""
        if asked is None or asked.finding.hosting is None:
            return ()
        return second_wave(asked.step, self.address, asked.finding.hosting, self.options)

    def _named(self) -> tuple[Server, ...]:
        """Give every mail server that anybody names, each endpoint once."""
        found: dict[tuple[object, ...], Server] = {}
        for claimed in sorted(self.claims, key=lambda claimed: claimed.step.rank):
            for server in claimed.finding.servers:
                if server.protocol in MAIL:
                    found.setdefault(server.endpoint, server)
        return tuple(found.values())[:MAX_SERVERS]

    def _exchangers(self) -> tuple[Server, ...]:
        assert self.witness is not None  # noqa: S101  (run made it)
        answer = self.witness.answers.get((self.domain, "MX"))
        records = answer.records if answer is not None else ()
        reading = mx.read(record for record in records if isinstance(record, MxRecord))
        return tuple(exchanger_server(exchanger.hostname) for exchanger in reading.exchangers[:MAX_EXCHANGERS])

    def _questions_about(self, servers: tuple[Server, ...]) -> list[tuple[str, RecordType]]:
        hostnames = dict.fromkeys(server.hostname for server in servers)
        assert self.witness is not None  # noqa: S101  (run made it)
        for (_, type_), answer in self.witness.answers.items():
            if type_ == "SRV":
                targets = (str(getattr(record, "target", "")) for record in answer.records)
                hostnames |= dict.fromkeys(target for target in targets if target not in ("", "."))
        questions: list[tuple[str, RecordType]] = [(name, "A") for name in hostnames]
        questions += [(name, "AAAA") for name in hostnames]
        questions += [
            (owner, "TLSA") for owner in dict.fromkeys(tlsa_owner(server.hostname, server.port) for server in servers)
        ]
        return questions

    async def _prove(self, server: Server) -> None:
        async with self._at_once:
            network = self._traced("probe")
            self.probes[server.endpoint] = await probe_server(server, network=network)

    async def _resolve(self, questions: list[tuple[str, RecordType]]) -> None:
        network = self._traced("dns")
        async with anyio.create_task_group() as group:
            for name, type_ in questions:
                group.start_soon(partial(_asked, network.resolver.resolve, name, type_))

    def _traced(self, source: SourceName | str) -> Network:
        assert self.witness is not None  # noqa: S101  (run made it)
        return traced(self.witness.network, source=source, clock=self._clock, record=self.attempts.append)

    def _clock(self) -> float:
        return perf_counter() - self.started


async def _asked(ask: Callable[[str, RecordType], Awaitable[object]], name: str, type_: RecordType) -> None:
    await ask(name, type_)
