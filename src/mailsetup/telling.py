"""What a result tells the user, the most important first: from findings, verdicts, probes and the pair. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.diagnosis import diagnose
from mailsetup.model import Protocol, Severity, SourceName, Trust
from mailsetup.names import mixes_scripts, registrable_domain
from mailsetup.problems import problem
from mailsetup.verdicts import judge, missing_hosts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailsetup.address import Address
    from mailsetup.model import Finding, Options, Problem, Server
    from mailsetup.plan import Step

SEVERITY_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)

NO_NETWORK = "no-network"


def tell(
    address: Address,
    options: Options,
    /,
    *,
    findings: Sequence[tuple[Step, Finding]],
    servers: Sequence[Server],
    pair: Iterable[Server | None],
    told: Sequence[Problem],
) -> tuple[Problem, ...]:
    """Gather every problem. ``told`` are those that sources and the engine noticed on the way."""
    problems = [*told, *judge(findings).problems, *missing_hosts(servers)]
    if mixes_scripts(address.domain_unicode):
        shown = {"domain": address.domain_unicode, "ascii": address.domain}
        problems.append(problem("mixed-scripts", subject=address.domain, **shown))
    if all(one.code != NO_NETWORK for one in told):
        problems += diagnose(servers)
    if servers:
        chosen = tuple(dict.fromkeys(server for server in pair if server is not None))
        problems += _about_consent(chosen)
        problems += _about_internationalised(address, chosen)
    elif all(one.severity is not Severity.ERROR for one in told):
        problems.append(_why_nothing(address, options, findings))
    return _in_order(problems)


def _about_consent(chosen: Iterable[Server]) -> Iterator[Problem]:
    for server in chosen:
        if server.needs_consent:
            code = "cleartext-only" if server.trust is Trust.CLEARTEXT else "needs-consent"
            registrable = registrable_domain(server.hostname) or server.hostname
            yield problem(code, subject=server.hostname, hostname=server.hostname, registrable=registrable)


def _about_internationalised(address: Address, chosen: Iterable[Server]) -> Iterator[Problem]:
    """EAI-05: a local part beyond ASCII needs SMTPUTF8 at the submission server."""
    if not address.is_internationalised:
        return
    for server in chosen:
        if server.protocol is not Protocol.SMTP or server.probe is None or not server.probe.is_confirmed:
            continue
        if all(keyword.upper() != "SMTPUTF8" for keyword in server.probe.capabilities):
            yield problem(
                "cannot-send-internationalised",
                subject=server.hostname,
                hostname=server.hostname,
                address=str(address),
            )


def _why_nothing(address: Address, options: Options, findings: Iterable[tuple[Step, Finding]]) -> Problem:
    findings = list(findings)
    if address.domain.startswith("["):
        code = "address-literal"
    elif not address.gets_network_discovery:
        code = "local-name"
    elif options.offline:
        code = "nothing-known-offline"
    elif any(finding.hosting and finding.hosting.takes_no_mail for _, finding in findings):
        code = "takes-no-mail"
    elif any(step.source is SourceName.MX and finding.reason == "nxdomain" for step, finding in findings):
        code = "no-such-domain"
    else:
        code = "nothing-found"
    return problem(code, subject=address.domain, domain=address.domain_unicode)


def _in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Each code once a subject, as it was first said; the most important first."""
    first: dict[tuple[str, str], Problem] = {}
    for one in problems:
        first.setdefault((one.code, one.subject), one)
    return tuple(sorted(first.values(), key=lambda one: SEVERITY_ORDER.index(one.severity)))
