"""The domain's mail exchangers: who hosts its mail (MX-01 to MX-08), and with that, often, the settings.

If the best exchanger belongs to a bundled mailbox provider, that provider's servers are the answer at once: the pointer
came over plain DNS, but it can only lead to a vetted provider, so it is vouched for (trust 2). Behind a gateway, a
forwarder or an unknown exchanger, aliases and SPF are looked at as well, and an MTA-STS policy (RFC 8461), by which the
domain itself vouches for its exchangers over https. What is to be asked of an unknown hoster is decided by the plan,
from the ``hosting`` facts of this finding.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio

from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats import mta_sts, mx, spf
from mailsetup.model import Finding, Hosting, SourceName, Status, Trust
from mailsetup.net.burst import resolve_all
from mailsetup.net.interface import Answered, MxRecord, Request
from mailsetup.problems import problem
from mailsetup.providers.hosting import filter_of, hoster_of
from mailsetup.providers.in_use import in_use
from mailsetup.sources.documents import fetch_document
from mailsetup.sources.entries import finding_of
from mailsetup.sources.records import without_records

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Options, Problem
    from mailsetup.net.interface import Answer, Network, RecordType
    from mailsetup.plan import Step
    from mailsetup.providers.hosting import Hoster

POLICY_PATIENCE = 1.0
"""Seconds; the second wave waits no longer for an MTA-STS policy."""

ALIASES = ("autoconfig", "autodiscover")
"""Names whose CNAME gives a hoster away."""


class Mx:
    """The ``mx`` source for one domain."""

    name: str = SourceName.MX

    def __init__(self, step: Step, options: Options, /) -> None:  # noqa: ARG002  (every source is built alike)
        self._step = step
        self._domain = step.domain

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Ask for the exchangers and for everything else that may be needed, and wait only for what is."""
        questions: list[tuple[str, RecordType]] = [(self._domain, "MX")]
        questions += [(f"{alias}.{self._domain}", "CNAME") for alias in ALIASES]
        questions += [(self._domain, "TXT"), (f"_mta-sts.{self._domain}", "TXT")]
        answers: dict[int, Answer] = {}

        def told(place: int, answer: Answer) -> None:
            answers[place] = answer
            if place == 0 and self._is_enough(answer):
                scope.cancel()

        with anyio.CancelScope() as scope:
            await resolve_all(network.resolver, questions, told=told)
        hosting = self._hosting(answers[0])
        if hosting is None:
            return self._without_exchangers(answers[0])
        hoster = hoster_of(hosting, in_use())
        if hoster is not None:
            return self._found(hosting, hoster, address)
        if not hosting.exchangers:
            return self._no_mail(hosting)
        return await self._with_others(hosting, [answers[place] for place in sorted(answers)[1:]], address, network)

    def _is_enough(self, answer: Answer) -> bool:
        hosting = self._hosting(answer)
        return hosting is None or not hosting.exchangers or hoster_of(hosting, in_use()) is not None

    def _hosting(self, answer: Answer) -> Hosting | None:
        if answer.status is not Answered.FOUND:
            return None
        reading = mx.read(record for record in answer.records if isinstance(record, MxRecord))
        return Hosting(exchangers=reading.exchangers, takes_no_mail=reading.takes_no_mail, secure=answer.secure)

    def _without_exchangers(self, answer: Answer) -> Finding:
        finding = without_records(answer)
        if answer.status is not Answered.NODATA:
            return finding
        # MX-03: mail goes to the domain's own address, which gives no new name to ask.
        detail = f"{self._domain} has no MX record; mail goes to the address of that name itself."
        return finding.model_copy(update={"reason": "implicit-mx", "detail": detail, "hosting": Hosting()})

    def _no_mail(self, hosting: Hosting) -> Finding:
        if hosting.takes_no_mail:
            detail = f"{self._domain} says that it takes no mail (null MX)."
            return Finding(status=Status.ABSENT, reason="null-mx", detail=detail, hosting=hosting)
        detail = f"No MX record of {self._domain} names a host that mail could go to."
        return Finding(status=Status.UNUSABLE, reason="no-usable-exchanger", detail=detail, hosting=hosting)

    async def _with_others(self, hosting: Hosting, others: list[Answer], address: Address, network: Network) -> Finding:
        *aliases, texts, policy_record = others
        hints = [str(record) for answer in aliases for record in answer.records]
        hints += spf.includes(record for record in texts.records if isinstance(record, bytes))
        hosting = hosting.model_copy(update={"hints": tuple(dict.fromkeys(hints))})
        hoster = hoster_of(hosting, in_use())
        if hoster is not None:
            return self._found(hosting, hoster, address)
        problems = self._about_filter(hosting)
        policy = await self._policy(policy_record, network)
        best = hosting.exchangers[0].hostname
        if policy is not None and policy.vouches_for(best):
            hosting = hosting.model_copy(update={"secure": True})
        elif policy is not None and policy.mode != "none":
            problems += (problem("mta-sts-mismatch", subject=best, hostname=best, domain=self._domain),)
        detail = f"Mail for {self._domain} goes to {best}, which belongs to no provider that is known here."
        return Finding(status=Status.ABSENT, reason="unknown-hoster", detail=detail, problems=problems, hosting=hosting)

    def _found(self, hosting: Hosting, hoster: Hoster, address: Address) -> Finding:
        most = Trust.VOUCHED if hoster.certain else Trust.UNAUTHENTICATED
        via = (*self._step.via, f"MX {self._domain} → {hosting.exchangers[0].hostname}")
        if not hoster.via.startswith("MX "):
            via = (*via, hoster.via)
        finding = finding_of(hoster.entry, address, source=SourceName.MX, trust=min(most, self._step.ceiling), via=via)
        problems = (*finding.problems, *self._about_filter(hosting))
        update: dict[str, object] = {"hosting": hosting, "problems": problems}
        if not hoster.certain:
            # A guess names servers to try. It does not say who the provider is, nor where to sign in (OA-15).
            update |= {"provider": None, "oauth": None}
        return finding.model_copy(update=update)

    def _about_filter(self, hosting: Hosting) -> tuple[Problem, ...]:
        entry = filter_of(hosting, in_use())
        if entry is None:
            return ()
        return (problem("mail-filter", subject=entry.id, domain=self._domain, provider=entry.name),)

    async def _policy(self, record: Answer, network: Network) -> mta_sts.Policy | None:
        """Fetch the MTA-STS policy, if a TXT record says that there is one (RFC 8461 section 3.3: no redirects)."""
        if mta_sts.policy_id(text for text in record.records if isinstance(text, bytes)) is None:
            return None
        url = f"https://mta-sts.{self._domain}/.well-known/mta-sts.txt"
        fetch = partial(fetch_document, network, Request(url, follow="none", max_bytes=mta_sts.MAX_DOCUMENT))
        with anyio.move_on_after(POLICY_PATIENCE):
            try:
                return mta_sts.parse((await fetch()).body)
            except (NetworkError, InvalidDocument):
                return None  # without a policy nobody vouches, and nothing else changes
        return None
