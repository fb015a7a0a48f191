"""What all sources that fetch a configuration document share: asking for it, and making a finding of what it says.

Rules: only status 200 with a body counts, no credential is ever sent (AC-15), and a web page in place of a document
means "not published", not "broken" (AC-21). A claim is as good as the weakest hop on the way to it.

About redirects (SEC-05): the door follows https to https only. A redirect over https is itself an authenticated
statement of whoever was asked, so it keeps the trust of its origin, also to another registrable domain (TRUST-04:
hosters put their documents on delivery networks); every hop is named in the provenance, where a person can see it.
One http hop anywhere makes the whole answer cleartext (AC-07).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.errors import NetworkError
from mailsetup.model import Finding, Severity, SourceName, Status, Trust
from mailsetup.names import registrable_domain
from mailsetup.problems import problem

if TYPE_CHECKING:
    from mailsetup.errors import InvalidDocument
    from mailsetup.model import OAuth, Problem, Reading
    from mailsetup.net.interface import Network, Request, Response

NOT_PUBLISHED = frozenset({"not-config", "empty"})
"""Codes of ``InvalidDocument`` that mean "something else is served here": web pages, parked domains (AC-21)."""

NOT_NOW = frozenset({408, 425, 429})
"""Client errors that say "not now" and not "no"."""


async def fetch_document(network: Network, request: Request, /) -> Response:
    """Fetch a document.

    Raises:
        NetworkError: also for every status but 200, as ``http-404`` and the like.
    """
    response = await network.fetcher.fetch(request)
    if response.status != 200:
        raise not_a_document(response)
    return response


def not_a_document(response: Response, /) -> NetworkError:
    """Say what a status other than 200 means: nothing published, or a server in trouble."""
    in_trouble = response.status >= 500 or response.status in NOT_NOW
    return NetworkError(
        f"http-{response.status}",
        f"{bare(response.url)} answered with status {response.status}.",
        status=Status.UNREACHABLE if in_trouble else Status.ABSENT,
    )


def bare(url: str, /) -> str:
    """Give a URL without its query: for sentences, which should not repeat the address."""
    return url.partition("?")[0]


def trust_of(response: Response, /, *, most: Trust) -> Trust:
    """Give the trust of a response: ``most``, unless any hop was http."""
    secure = all(hop.startswith("https://") for hop in (response.hops or (response.url,)))
    return most if secure else Trust.CLEARTEXT


def finding_of(
    reading: Reading, /, *, source: SourceName, trust: Trust, provenance: tuple[str, ...], final: bool = False
) -> Finding:
    """Make a finding of what a parser took from a document.

    OAuth endpoints are passed on only where somebody vouches for the document (OA-15): a browser would be sent there.
    """
    if not reading.servers and not reading.services:
        return Finding(
            status=Status.UNUSABLE,
            reason="nothing-usable",
            detail=f"{bare(provenance[-1])} names no server that can be used.",
            problems=ignored_entries(reading, where=provenance[-1]),
        )
    claim = {"trust": trust, "sources": (source,), "provenance": provenance}
    return Finding(
        status=Status.FOUND,
        servers=tuple(server.model_copy(update=claim) for server in reading.servers),
        services=tuple(service.model_copy(update=claim) for service in reading.services),
        provider=reading.provider,
        oauth=_told_by(reading.oauth, source) if trust >= Trust.VOUCHED else None,
        problems=ignored_entries(reading, where=provenance[-1]),
        final=final,
    )


def _told_by(oauth: OAuth | None, source: SourceName) -> OAuth | None:
    return None if oauth is None else oauth.model_copy(update={"source": str(source)})


def ignored_entries(reading: Reading, /, *, where: str) -> tuple[Problem, ...]:
    """Tell of whole servers or services that had to be left out; smaller remarks are for ``lint``."""
    dropped = [remark for remark in reading.ignored if remark.severity is Severity.ERROR]
    if not dropped:
        return ()
    url = bare(where)
    told = problem("entries-ignored", subject=url, url=url, count=str(len(dropped)), reason=dropped[0].reason)
    return (told,)


def unusable(error: InvalidDocument, /, *, url: str) -> Finding:
    """Make the finding for bytes that are not the expected document."""
    if error.code in NOT_PUBLISHED:
        return Finding(status=Status.ABSENT, reason=error.code, detail=error.reason)
    where = f"line {error.line}: " if error.line else ""
    told = problem("document-unusable", subject=bare(url), url=bare(url), reason=where + error.reason)
    return Finding(status=Status.UNUSABLE, reason=error.code, detail=error.reason, problems=(told,))


def require_registrable(domain: str, /) -> None:
    """Refuse to make names below a public suffix: ``autodiscover.co.uk`` would be anybody's (SEC-03).

    Raises:
        NetworkError: ``public-suffix``.
    """
    if registrable_domain(domain) is None:
        sentence = f"Anybody can register names below {domain}, so none of them is asked."
        raise NetworkError("public-suffix", sentence, status=Status.REFUSED)
