"""The conversation with Exchange Autodiscover services: whom it may go to, and where answers lead (autodiscover.md 4).

Rules: only https, only hosts of the address's own registrable domain, at most ``MAX_HOPS`` hops of any kind in one
look-up, nothing asked twice. Redirects of HTTP are followed by hand, because the POST and its body are repeated
(AD-T4) and each host is checked before the address goes there. ``redirectAddr`` starts again with the other address,
if that is in the same registrable domain.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument, NetworkError
from mailsetup.formats import autodiscover as ad
from mailsetup.model import Finding, Learned, SourceName, Status, Trust
from mailsetup.names import registrable_domain, same_registrable_domain
from mailsetup.net.interface import Request
from mailsetup.net.redirects import REDIRECTS, redirect_target
from mailsetup.problems import problem
from mailsetup.sources.documents import finding_of, not_a_document, unusable
from mailsetup.sources.together import all_of, best_of, failed, first_found, patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from mailsetup.model import Options
    from mailsetup.net.interface import Network, Response
    from mailsetup.plan import Step

MAX_HOPS = 10
"""Questions and redirects of one look-up, those of version 2 left out (MS-OXDSCLI)."""

PATH = "/autodiscover/autodiscover.xml"

VERSION_2_SERVICES = ("Ews", "ActiveSync")
"""What is asked for where version 2 turns out to exist."""

NEEDS_LOGIN = (401, 403)


class Lead(NamedTuple):
    """Where to ask next, and how that came about."""

    url: str
    most: Trust
    """The weakest hop so far."""
    provenance: tuple[str, ...] = ()


def xml_url(host: str, /, *, port: int = 443, scheme: str = "https") -> str:
    """Write the URL of the XML service at a host."""
    return f"{scheme}://{host}{'' if port == 443 else f':{port}'}{PATH}"


class Exchange:
    """One look-up: the hops so far, and the rules about the next one."""

    def __init__(self, step: Step, options: Options, network: Network, /) -> None:
        self._step = step
        self._network = network
        self._limits = {"grace": options.grace, "seconds": patience(options)}
        self._asked: set[tuple[str, Address]] = set()
        self._asked_json: set[str] = set()

    async def best_of(self, asks: Sequence[Callable[[], Awaitable[Finding]]], /) -> list[Finding]:
        """Ask several services at once, within the limits of the call."""
        return await best_of(asks, **self._limits)

    async def ask_hosts(self, address: Address, /, *, most: Trust = Trust.AUTHENTICATED) -> list[Finding]:
        """Ask the usual hosts of an address's domain, XML and version 2, all at once."""
        hosts = (f"autodiscover.{address.domain}", address.domain)
        leads = [partial(self.follow, Lead(xml_url(host), most), address) for host in hosts]
        version_2 = [partial(self._version_2, host, most, address) for host in hosts]
        return await self.best_of([*leads, *version_2])

    async def follow(self, lead: Lead, address: Address, /) -> Finding:
        """Ask at ``lead`` and wherever it leads, until there are settings or a reason why not.

        Raises:
            NetworkError: if a host cannot be asked, or there are too many hops.
        """
        while True:
            if not self._is_own(lead.url):
                return self._elsewhere(lead.url)
            self._count(lead.url, address)
            response = await self._post(lead.url, address)
            lead = lead._replace(provenance=(*lead.provenance, lead.url))
            if response.status in REDIRECTS and response.location:
                lead = lead._replace(url=redirect_target(lead.url, response.location))
                continue
            answer = self._read(response, address)
            if isinstance(answer, ad.RedirectUrl):
                lead = lead._replace(url=answer.url)
                continue
            return answer if isinstance(answer, Finding) else await self._conclude(answer, lead)

    async def _post(self, url: str, address: Address) -> Response:
        headers = {"Content-Type": ad.CONTENT_TYPE, "Accept": ad.ACCEPT}
        request = Request(url, "POST", headers, ad.request(address), follow="none", learned=Learned.ADDRESS)
        return await self._network.fetcher.fetch(request)

    def _read(self, response: Response, address: Address) -> ad.Answer | Finding:
        if response.status in NEEDS_LOGIN:
            return _needs_login(response)
        if response.status != 200:
            return failed(not_a_document(response))
        try:
            return ad.parse(response.body, address=address)
        except InvalidDocument as error:
            return unusable(error, url=response.url)

    async def _conclude(self, answer: ad.Answer, lead: Lead) -> Finding:
        if isinstance(answer, ad.RedirectAddress):
            return await self._start_again(answer, lead)
        if isinstance(answer, ad.Failure):
            return _failure(answer, lead.url)
        assert isinstance(answer, ad.Settings)  # noqa: S101  (the fourth kind, a URL, was followed)
        trust = min(lead.most, self._step.ceiling)
        provenance = (*self._step.via, *lead.provenance)
        return finding_of(answer, source=SourceName.AUTODISCOVER, trust=trust, provenance=provenance)

    async def _start_again(self, answer: ad.RedirectAddress, lead: Lead) -> Finding:
        address = Address.parse(answer.address)
        if not same_registrable_domain(address.domain, self._step.domain):
            return self._elsewhere(f"https://{address.domain}/")
        return first_found(await self.ask_hosts(address, most=lead.most))

    async def _version_2(self, host: str, most: Trust, address: Address) -> Finding:
        """Ask for the URL of the XML service; where that is answered in JSON, ask for services too."""
        first = await self._json(host, "AutodiscoverV1", address)
        asks = [partial(self._service, host, name, most, address) for name in VERSION_2_SERVICES]
        if isinstance(first, ad.RedirectUrl) and (first.url, address) not in self._asked:
            asks.insert(0, partial(self.follow, Lead(first.url, most, (ad.json_url(host, address),)), address))
        findings = await all_of(asks, seconds=self._limits["seconds"])
        services = tuple(service for finding in findings for service in finding.services)
        return first_found(findings).model_copy(update={"services": services})

    async def _service(self, host: str, name: str, most: Trust, address: Address) -> Finding:
        answer = await self._json(host, name, address)
        url = ad.json_url(host, address, protocol=name)
        if isinstance(answer, ad.Failure):
            return _failure(answer, url)
        if not isinstance(answer, ad.Settings):
            return Finding(status=Status.ABSENT, reason="no-service", detail=f"{host} names no {name} service.")
        trust = min(most, self._step.ceiling)
        return finding_of(answer, source=SourceName.AUTODISCOVER, trust=trust, provenance=(*self._step.via, url))

    async def _json(self, host: str, name: str, address: Address) -> ad.Answer:
        url = ad.json_url(host, address, protocol=name)
        if url in self._asked_json:
            raise NetworkError("redirect-loop", f"{host} was asked before.", status=Status.UNUSABLE)
        self._asked_json.add(url)
        response = await self._network.fetcher.fetch(Request(url, follow="none", learned=Learned.ADDRESS))
        # Errors come with 400 or 404 and a JSON body; anything else that is not 200 is no answer.
        if response.status not in (200, 400, 404):
            raise not_a_document(response)
        try:
            return ad.parse_json(response.body, address=address)
        except InvalidDocument as error:
            raise NetworkError(error.code, error.reason, status=Status.ABSENT) from error

    def _count(self, url: str, address: Address) -> None:
        if (url, address) in self._asked:
            raise NetworkError("redirect-loop", f"{url} was asked before.", status=Status.UNUSABLE)
        if len(self._asked) >= MAX_HOPS:
            raise NetworkError("redirect-loop", f"There are more than {MAX_HOPS} redirects.", status=Status.UNUSABLE)
        self._asked.add((url, address))

    def _is_own(self, url: str) -> bool:
        return same_registrable_domain(urlsplit(url).hostname or "", self._step.domain)

    def _elsewhere(self, url: str) -> Finding:
        host = urlsplit(url).hostname or ""
        told = problem(
            "exchange-elsewhere",
            subject=host,
            domain=self._step.domain,
            hostname=host,
            registrable=registrable_domain(host) or host,
        )
        return Finding(status=Status.REFUSED, reason="other-domain", detail=told.message, problems=(told,))


def _needs_login(response: Response) -> Finding:
    host = urlsplit(response.url).hostname or ""
    told = problem("exchange-needs-login", subject=host, hostname=host)
    return Finding(status=Status.REFUSED, reason="needs-login", detail=told.message, problems=(told,))


def _failure(answer: ad.Failure, url: str) -> Finding:
    kind = "There is an Exchange Autodiscover service" if answer.proves_endpoint else "Something like Autodiscover is"
    words = f": {answer.message}" if answer.message else "."
    reason = f"exchange-{answer.code.lower()}" if answer.code.isalnum() else answer.code or "exchange-error"
    return Finding(status=Status.UNUSABLE, reason=reason, detail=f"{kind} at {urlsplit(url).hostname}{words}")
