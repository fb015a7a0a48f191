"""Which servers are worth a probe, and what probes mean for a finding."""

from __future__ import annotations

import pytest

from mailsetup.model import Auth, Finding, Outcome, Probe, Protocol, Security, Server, SourceName, Status
from mailsetup.proof import with_probes, worth_probing

TLS, STARTTLS, NONE = Security.TLS, Security.STARTTLS, Security.NONE
GOOD, BAD = Probe(outcome=Outcome.CONFIRMED), Probe(outcome=Outcome.TIMEOUT)


def imap(hostname: str, source: SourceName, *, probe: Probe | None = None, security: Security = TLS) -> Server:
    """Make an IMAP server that one source names."""
    port = {TLS: 993, STARTTLS: 143, NONE: 143}[security]
    return Server(
        protocol=Protocol.IMAP, hostname=hostname, port=port, security=security, sources=(source,), probe=probe
    )


def hosts(*servers: Server) -> list[str]:
    """Give the hosts that are worth a probe, in order."""
    return [server.hostname for server in worth_probing(servers)]


def test_all_servers_of_the_leading_source_are_probed_side_by_side() -> None:
    """Alternatives are proven together with the pair; other sources' servers wait."""
    one, two = imap("a.example", SourceName.ISPDB), imap("b.example", SourceName.ISPDB)
    other = imap("c.example", SourceName.SRV)
    assert hosts(one, two, other) == ["a.example", "b.example"]


def test_the_next_source_is_tried_when_all_of_the_first_have_failed() -> None:
    """A broken favourite never hides a working alternative."""
    failed = imap("a.example", SourceName.ISPDB, probe=BAD)
    assert hosts(failed, imap("c.example", SourceName.SRV)) == ["c.example"]


def test_nothing_of_other_sources_is_probed_while_the_leading_one_works() -> None:
    """Connecting to everything that anybody names would be rude."""
    assert hosts(imap("a.example", SourceName.ISPDB, probe=GOOD), imap("c.example", SourceName.SRV)) == ["a.example"]


def test_each_protocol_is_on_trial_by_itself() -> None:
    """A failed IMAP server says nothing about SMTP."""
    smtp = imap("s.example", SourceName.ISPDB).model_copy(update={"protocol": Protocol.SMTP, "port": 465})
    assert hosts(imap("a.example", SourceName.ISPDB, probe=BAD), smtp) == ["s.example"]


def test_a_plaintext_server_is_tried_with_tls_first() -> None:
    """Plaintext is never handed out when TLS works."""
    plain = imap("a.example", SourceName.AUTOCONFIG, security=NONE)
    tried = [(server.port, server.security) for server in worth_probing((plain,))]
    assert tried == [(993, TLS), (143, STARTTLS), (143, NONE)]


def test_a_tls_variant_joins_the_result_only_when_a_probe_confirmed_it() -> None:
    """What nobody published and nobody proved is not a result."""
    plain = imap("a.example", SourceName.AUTOCONFIG, security=NONE)
    finding = Finding(status=Status.FOUND, servers=(plain,))
    variant = next(iter(worth_probing((plain,))))
    assert with_probes(finding, {variant.endpoint: BAD}).servers == (plain,)
    first, second = with_probes(finding, {variant.endpoint: GOOD}).servers
    assert (first.port, first.security, first.confirmed) == (993, TLS, True)
    assert second == plain


def test_what_a_server_offers_refines_what_its_source_claims() -> None:
    """The claimed order wins, what is not offered goes (PROBE-04, OA-16)."""
    server = imap("a.example", SourceName.ISPDB).model_copy(update={"auth": (Auth.OAUTH2, Auth.PASSWORD)})
    probe = Probe(outcome=Outcome.CONFIRMED, auth=(Auth.PASSWORD,))
    (judged,) = with_probes(Finding(status=Status.FOUND, servers=(server,)), {server.endpoint: probe}).servers
    assert judged.auth == (Auth.PASSWORD,)
    assert judged.probe == probe


@pytest.mark.parametrize("probes", [{}, {("imap", "elsewhere.example", 993, "tls"): GOOD}])
def test_a_probe_of_another_server_changes_nothing(probes: dict[tuple[object, ...], Probe]) -> None:
    """Probes belong to endpoints."""
    finding = Finding(status=Status.FOUND, servers=(imap("a.example", SourceName.ISPDB),))
    assert with_probes(finding, probes).servers == finding.servers
