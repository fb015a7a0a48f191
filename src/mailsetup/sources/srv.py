"""SRV records of the domain: mail, ManageSieve, JMAP, CalDAV and CardDAV (SRV-01 to SRV-22, DAV-01 to DAV-07).

All labels are asked at once, with the TXT records that may tell a DAV path. Whom a record names counts as much as the
answer it stands in: DNSSEC makes it the domain's own word (trust 3); a host inside the domain is vouched for (2); any
other place was picked by plain DNS (1). Targets that DNS does not know are left out and told, and a zone that gives the
same answer for different services is a wildcard, and no answer at all (SRV-22).

The labels without TLS are not asked (DAV-01). Services that no record names are looked for at the domain's well-known
URLs meanwhile; servers that were found do not wait for that longer than ``PATIENCE``. For whoever wants no services,
only the labels for mail are asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import anyio

from mailsetup.formats import srv
from mailsetup.model import Finding, Protocol, SourceName, Status
from mailsetup.net.interface import Answered, SrvRecord
from mailsetup.problems import problem
from mailsetup.sources import well_known
from mailsetup.sources.srv_claims import LABEL_OF, Claims, host_of, without_service
from mailsetup.sources.together import resolve_all

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Answer, Network, RecordType
    from mailsetup.plan import Step
    from mailsetup.sources.well_known import Seen

MAIL = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)
LABELS = tuple(LABEL_OF.values())
MAIL_LABELS = tuple(name for (protocol, _), name in LABEL_OF.items() if protocol in MAIL)

PATIENCE = 0.2
"""Seconds after the start at which servers wait no longer for services at well-known URLs: four round trips of 50 ms,
which an answer over https takes."""

PATIENCE_ALONE = 3.0
"""Seconds that those get where no record names a server."""

MAX_TARGETS = 16
"""Names that are looked up to see whether they exist."""


class Records(NamedTuple):
    """What DNS says, and what was read from it."""

    answers: dict[str, Answer]
    reading: srv.SrvReading


class Srv:
    """The ``srv`` source for one domain."""

    name: str = SourceName.SRV

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._domain = step.domain
        self._all = options.services
        self._labels = LABELS if options.services else MAIL_LABELS

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask for all records and for the well-known URLs at once."""
        seen: list[Seen] = []
        started = anyio.current_time()
        async with anyio.create_task_group() as group:
            scope = anyio.CancelScope(deadline=started + PATIENCE_ALONE)
            if self._all:
                group.start_soon(self._look_around, network, seen, scope)
            records = await self._ask(address, network)
            finding = await self._by_records(records, network)
            if finding.servers:
                scope.deadline = started + PATIENCE
        denied = {srv.LABELS[label].protocol for label in records.reading.denied}
        return self._with_services(finding, well_known.credible(seen), denied, address)

    async def _look_around(self, network: Network, seen: list[Seen], scope: anyio.CancelScope) -> None:
        with scope:
            await well_known.ask(self._domain, network, seen)

    async def _ask(self, address: Address, network: Network) -> Records:
        questions: list[tuple[str, RecordType]] = [(f"{label}.{self._domain}", "SRV") for label in self._labels]
        dav_labels = srv.DAV_LABELS if self._all else ()
        questions += [(f"{label}.{self._domain}", "TXT") for label in dav_labels]
        answers = await resolve_all(network, questions)
        by_label, texts = dict(zip(self._labels, answers, strict=False)), answers[len(self._labels) :]
        records = {
            label: [record for record in answer.records if isinstance(record, SrvRecord)]
            for label, answer in by_label.items()
            if answer.status is Answered.FOUND
        }
        paths = {
            label: [record for record in answer.records if isinstance(record, bytes)]
            for label, answer in zip(dav_labels, texts, strict=True)
        }
        return Records(by_label, srv.read(records, address=address, paths=paths))

    async def _by_records(self, records: Records, network: Network) -> Finding:
        if records.reading.wildcard:
            told = problem("wildcard-records", subject=self._domain, domain=self._domain)
            return Finding(status=Status.UNUSABLE, reason="wildcard-records", detail=told.message, problems=(told,))
        missing = await self._missing(records.reading, network)
        claims = Claims(self._step, records.answers, missing)
        servers, services = claims.servers(records.reading), claims.services(records.reading)
        problems = tuple(
            problem("srv-target-missing", subject=name, hostname=name, domain=self._domain) for name in missing
        )
        if not servers and not services:
            return without_service(records.answers.values(), records.reading, problems)
        return Finding(status=Status.FOUND, servers=servers, services=services, problems=problems)

    async def _missing(self, reading: srv.SrvReading, network: Network) -> list[str]:
        """Give the targets that definitely have no address, in order."""
        named = [*map(host_of, reading.servers), *map(host_of, reading.services)]
        hostnames = list(dict.fromkeys(named))[:MAX_TARGETS]
        questions: list[tuple[str, RecordType]] = [(name, "A") for name in hostnames]
        questions += [(name, "AAAA") for name in hostnames]
        no = {(answer.name, answer.type) for answer in await resolve_all(network, questions) if answer.is_no}
        return [name for name in hostnames if {(name, "A"), (name, "AAAA")} <= no]

    def _with_services(self, finding: Finding, seen: list[Seen], denied: set[Protocol], address: Address) -> Finding:
        """Add what answered at a well-known URL, unless records name that service or say that there is none."""
        known = {service.protocol for service in finding.services} | denied
        found = [one for one in seen if one.service.protocol not in known]
        if not found:
            return finding
        claim = {
            "username": str(address),
            "trust": self._step.ceiling,
            "sources": (SourceName.SRV,),
        }
        services = tuple(
            one.service.model_copy(update={**claim, "provenance": (*self._step.via, one.service.url)}) for one in found
        )
        facts = next((one.oauth for one in found if one.oauth), None)
        return Finding(
            status=Status.FOUND,
            servers=finding.servers,
            services=(*finding.services, *services),
            problems=finding.problems,
            oauth=None if facts is None else facts.model_copy(update={"source": str(SourceName.SRV)}),
        )
