"""Verdicts: who is believed when sources disagree."""

from __future__ import annotations

from mailsetup.model import Finding, Outcome, Probe, Protocol, Provider, Security, Server, SourceName, Status, Trust
from mailsetup.plan import Step
from mailsetup.verdicts import judge, missing_hosts


def server(hostname: str, protocol: Protocol = Protocol.IMAP, *, trust: Trust = Trust.AUTHENTICATED) -> Server:
    """Make a server that a source names."""
    return Server(protocol=protocol, hostname=hostname, port=993, security=Security.TLS, trust=trust)


def found(source: SourceName, rank: int, *servers: Server, provider: str | None = None) -> tuple[Step, Finding]:
    """Make a finding with its step."""
    known = Provider(id=provider, name=provider.title()) if provider else None
    return Step(source, rank, "shop.example"), Finding(status=Status.FOUND, servers=servers, provider=known)


def codes(*findings: tuple[Step, Finding]) -> list[str]:
    """Give the codes of a verdict."""
    return [told.code for told in judge(findings).problems]


def test_a_web_hosts_document_is_put_behind_the_provider_that_the_mx_leads_to() -> None:
    """A web host's autoconfig for a domain whose mail is at a bundled provider loses, and the result says so."""
    autoconfig = found(SourceName.AUTOCONFIG, 30, server("mail.shop.example"))
    mx = found(SourceName.MX, 50, server("outlook.office365.com", trust=Trust.VOUCHED), provider="microsoft-365")
    verdict = judge([autoconfig, mx])
    assert verdict.demoted == {30}
    (told,) = verdict.problems
    assert told.code == "web-host-disagrees-with-mx"
    assert "mail.shop.example" in told.message
    assert "Microsoft-365" in told.message


def test_a_document_that_names_the_mx_providers_own_hosts_is_believed() -> None:
    """A customer of a hoster who publishes the hoster's servers contradicts nobody."""
    autoconfig = found(SourceName.AUTOCONFIG, 30, server("imap.hoster.example"))
    mx = found(SourceName.MX, 50, server("imap.hoster.example", trust=Trust.VOUCHED), provider="hoster")
    assert judge([autoconfig, mx]).demoted == frozenset()


def test_a_pacc_document_is_never_demoted() -> None:
    """PACC's digest stands in the domain's own DNS: the web host alone cannot publish it (PACC-03)."""
    pacc = found(SourceName.PACC, 20, server("mail.shop.example"))
    mx = found(SourceName.MX, 50, server("outlook.office365.com", trust=Trust.VOUCHED), provider="microsoft-365")
    assert judge([pacc, mx]).demoted == frozenset()


def test_an_mx_without_a_known_provider_demotes_nobody() -> None:
    """Only a bundled mailbox provider is better evidence than the domain's own document."""
    autoconfig = found(SourceName.AUTOCONFIG, 30, server("mail.shop.example"))
    mx = found(SourceName.MX, 50, server("imap.elsewhere.example", trust=Trust.UNAUTHENTICATED))
    assert judge([autoconfig, mx]).demoted == frozenset()


def test_two_sources_that_put_different_hosts_first_are_noted_once_a_protocol() -> None:
    """SRV against ISPDB: the more trusted one is preferred, the note names both."""
    ispdb = found(SourceName.ISPDB, 40, server("imap.one.example", trust=Trust.VOUCHED))
    srv = found(SourceName.SRV, 60, server("imap.two.example", trust=Trust.UNAUTHENTICATED))
    (told,) = judge([srv, ispdb]).problems
    assert told.code == "sources-disagree"
    assert told.arguments["believed"] == "imap.one.example"
    assert told.arguments["other_source"] == "srv"


def test_a_host_that_the_believed_source_lists_as_an_alternative_is_no_disagreement() -> None:
    """Order among a provider's own servers is a matter of taste."""
    ispdb = found(SourceName.ISPDB, 40, server("imap.one.example"), server("imap.two.example"))
    srv = found(SourceName.SRV, 60, server("imap.two.example"))
    assert codes(ispdb, srv) == []


def test_sources_that_agree_are_not_mentioned() -> None:
    """Agreement shows in Server.sources, not in the problems."""
    assert codes(found(SourceName.ISPDB, 40, server("i.example")), found(SourceName.SRV, 60, server("i.example"))) == []


def test_a_published_host_that_does_not_exist_is_a_problem_that_names_who_published_it() -> None:
    """Documents whose hosts do not resolve are told apart from servers that are down."""
    probe = Probe(outcome=Outcome.NO_SUCH_HOST)
    gone = server("gone.example").model_copy(update={"probe": probe, "sources": (SourceName.AUTOCONFIG,)})
    down = server("down.example").model_copy(update={"probe": Probe(outcome=Outcome.TIMEOUT)})
    (told,) = missing_hosts([gone, down])
    assert told.code == "host-does-not-exist"
    assert "gone.example" in told.message
    assert "autoconfig" in told.message
