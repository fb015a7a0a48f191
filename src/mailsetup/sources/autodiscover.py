"""Exchange Autodiscover without a credential: what a server tells anybody (autodiscover.md, AD-T1 to AD-T15).

Asked at once, the first that has settings wins: the XML POST at ``autodiscover.DOMAIN`` and at the bare domain, then
version 2's JSON at both. When none has anything, the DNS SRV record, and, only with ``allow_http``, the redirect that
``http://autodiscover.DOMAIN`` may give (a GET without the address; its body is never read).

Every question carries the address, so it is asked only if the user shares it, only over https, and only of hosts of
the domain's own registrable domain (SEC-10). What leads elsewhere is told, not followed. 401 means that a service
exists and wants a login: nothing is sent, and the reason says so. Microsoft's central service is never asked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailsetup.model import Finding, SourceName, Status, Trust
from mailsetup.net.interface import Answered, Request, SrvRecord
from mailsetup.net.redirects import REDIRECTS, redirect_target
from mailsetup.sources.documents import require_registrable
from mailsetup.sources.exchange import Exchange, Lead, xml_url
from mailsetup.sources.records import without_records
from mailsetup.sources.together import both, first_found, in_time, patience

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options
    from mailsetup.net.interface import Answer, Network
    from mailsetup.plan import Step

MAX_SRV_TARGETS = 2
"""Hosts of the SRV record that are asked."""


class Autodiscover:
    """The ``autodiscover`` source for one domain."""

    name: str = SourceName.AUTODISCOVER

    def __init__(self, step: Step, options: Options, /) -> None:
        self._step = step
        self._options = options
        self._owner = f"_autodiscover._tcp.{step.domain}"

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask the domain's own hosts; then follow what DNS and, if wanted, http say."""
        if not self._options.share_address:
            return Finding(
                status=Status.REFUSED,
                reason="address-not-shared",
                detail="Exchange Autodiscover cannot be asked without the address.",
            )
        require_registrable(self._step.domain)
        exchange = Exchange(self._step, self._options, network)
        # The SRV record is asked for meanwhile: when it is needed, its answer is there.
        findings, record = await both(
            partial(exchange.ask_hosts, address), partial(network.resolver.resolve, self._owner, "SRV")
        )
        for hint in (partial(self._by_srv, record), partial(self._by_http, network)):
            if any(finding.status is Status.FOUND for finding in findings):
                break
            ask = partial(hint, exchange, address)
            findings.append(await in_time(ask, seconds=patience(self._options)))
        return first_found(findings)

    async def _by_srv(self, answer: Answer, exchange: Exchange, address: Address) -> Finding:
        targets = _targets(answer)
        if not targets:
            return without_records(answer) if answer.status is not Answered.FOUND else _no_service(self._owner)
        # Plain DNS picked the host. It is asked only inside the domain, and there it is vouched for (TRUST-06).
        most = Trust.AUTHENTICATED if answer.secure else Trust.VOUCHED
        leads = [Lead(xml_url(record.target, port=record.port), most, (f"SRV {self._owner}",)) for record in targets]
        return first_found(await exchange.best_of([partial(exchange.follow, lead, address) for lead in leads]))

    async def _by_http(self, network: Network, exchange: Exchange, address: Address) -> Finding:
        if not self._options.allow_http:
            return Finding(status=Status.SKIPPED, reason="http-not-allowed")
        url = xml_url(f"autodiscover.{self._step.domain}", scheme="http")
        response = await network.fetcher.fetch(Request(url, follow="none"))
        if response.status not in REDIRECTS or not response.location:
            return Finding(status=Status.ABSENT, reason="no-redirect", detail="http leads nowhere.")
        target = redirect_target(url, response.location)
        return await exchange.follow(Lead(target, Trust.CLEARTEXT, (url,)), address)


def _targets(answer: Answer) -> list[SrvRecord]:
    """Give the targets by priority, the heavier first among equals; the port counts (AD-T14)."""
    records = [record for record in answer.records if isinstance(record, SrvRecord) and record.target != "."]
    ordered = sorted(records, key=lambda record: (record.priority, -record.weight, record.target, record.port))
    return ordered[:MAX_SRV_TARGETS]


def _no_service(owner: str) -> Finding:
    return Finding(status=Status.ABSENT, reason="service-denied", detail=f"{owner} says that there is no such service.")
