"""The audit of a domain: what each mechanism says, what programs would make of it, and what the owner should mend.

``AuditReport.model_validate_json(report.model_dump_json()) == report`` holds. Text that came from the network is kept
as it is; whoever shows it makes it harmless.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, computed_field

from mailsetup.model.base import Model
from mailsetup.model.problem import Attempt
from mailsetup.model.server import Certificate, Server, Service
from mailsetup.model.vocabulary import Outcome, SourceName, Status, Trust, Word


class Grade(Word):
    """How much a remark matters to the people who set up mail for the domain."""

    ERROR = "error"
    """Somebody gets no mail, or the wrong server, or is left unprotected."""
    WARNING = "warning"
    """It works for some, or not for long."""
    HINT = "hint"
    """It works; it could be better."""


class Family(Word):
    """Mail programs by the mechanism they follow."""

    AUTOCONFIG = "autoconfig"
    """Thunderbird and its like: the domain's own document, the ISPDB, the hoster's document."""
    ISPDB = "ispdb"
    """Programs that ask the ISPDB alone."""
    PACC = "pacc"
    SRV = "srv"
    OUTLOOK = "outlook"
    """Exchange Autodiscover."""
    APPLE = "apple"
    """A configuration profile, which the owner hands out, or what SRV records say."""
    GUESS = "guess"
    """Programs that try usual names."""


class Standing(Word):
    """What somebody with a program of a family ends up with."""

    WORKS = "works"
    """Both servers were tried, and work."""
    PARTLY = "partly"
    """One of the two is missing or does not work."""
    FAILS = "fails"
    """Servers are named, and none of them works."""
    UNTRIED = "untried"
    """Something is named that cannot be tried from outside: a service behind a log-in."""
    NOTHING = "nothing"
    """No server at all."""


class Claim(Model):
    """What one mechanism says about the domain."""

    source: SourceName
    """The mechanism."""
    place: str
    """Where it was asked: a URL, a DNS name, a database."""
    outcome: Status
    """How that ended."""
    reason: str = ""
    """Stable, kebab-case; empty where something was found."""
    detail: str = ""
    """One sentence, where nothing was found."""
    trust: Trust | None = None
    """How far the claim can be trusted; ``None`` where nothing is claimed."""
    servers: tuple[Server, ...] = ()
    """In its own order of preference, each with its probe."""
    services: tuple[Service, ...] = ()
    """What else it names."""


class View(Model):
    """What the programs of one family would set up."""

    family: Family
    standing: Standing
    incoming: Server | None = None
    outgoing: Server | None = None
    services: tuple[Service, ...] = ()
    """Exchange services, which only some programs can use."""
    source: SourceName | None = None
    """The mechanism it comes from; ``None`` where nothing is found."""
    origin: str = ""
    """The place it comes from; empty where nothing is found."""
    outcome: Status = Status.FOUND
    """How the question ended that this family relies on."""
    detail: str = ""
    """Why there is nothing, or why it cannot be tried."""


class Remedy(Model):
    """Something to publish, ready to paste."""

    kind: Literal["zone", "file"]
    """Lines of a DNS zone, or a whole file."""
    place: str
    """The zone's name, or the URL to serve the file at."""
    text: str
    """The lines, or the content."""


class Remark(Model):
    """One thing that the owner of the domain should know."""

    code: str
    """Stable, kebab-case; all of them are in ``mailsetup.remarks`` and docs/reference."""
    grade: Grade
    message: str
    """One sentence in English. Renderers translate it by ``code`` and ``arguments``."""
    advice: str = ""
    """What to do about it, in English; empty where nothing can be done."""
    subject: str = ""
    """The server, name or URL it is about."""
    arguments: dict[str, str] = {}
    """What was filled into the sentences."""
    remedies: tuple[Remedy, ...] = ()
    """What to publish; made of what was seen working."""


class Exchanger(Model):
    """A host that takes the domain's mail from other servers."""

    hostname: str
    preference: int
    outcome: Outcome | None = None
    """How a conversation at port 25 ended; ``None`` where there was none."""
    detail: str = ""
    tls_version: str | None = None
    certificate: Certificate | None = None


class Safeguard(Model):
    """The state of one protection of DNS or of transport."""

    kind: Literal["dnssec", "mta-sts", "tlsa"]
    subject: str
    """The zone, or ``host:port``."""
    state: str
    """A word of ``mailsetup.remarks.STATES``."""
    detail: str = ""
    """One sentence, where the word needs one."""


class AuditReport(Model):
    """Everything an audit found out about one domain."""

    # The derived entries of our own JSON come back in and are derived anew.
    model_config = ConfigDict(frozen=True, extra="ignore")

    domain: str
    """In A-label form."""
    domain_unicode: str
    """For people."""
    address: str
    """The address that was used where a mechanism wants one."""
    checked: datetime
    """When, UTC; certificates are judged by it."""
    views: tuple[View, ...] = ()
    """One for each family of programs."""
    remarks: tuple[Remark, ...] = ()
    """The gravest first."""
    claims: tuple[Claim, ...] = ()
    """What each mechanism says, in the order of the mechanisms."""
    servers: tuple[Server, ...] = ()
    """Every server that anybody names, or that was found beside those, best first, with its probe."""
    exchangers: tuple[Exchanger, ...] = ()
    """Best first."""
    safeguards: tuple[Safeguard, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """What was asked, in order of time."""
    data_date: date | None = None
    """Date of the bundled provider database that was consulted."""
    elapsed: float = 0.0
    """Seconds the audit took."""

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorated properties
    @property
    def worst(self) -> Grade | None:
        """The gravest grade among the remarks; ``None`` for a domain without any."""
        grades = {remark.grade for remark in self.remarks}
        return next((grade for grade in Grade if grade in grades), None)

    def count(self, grade: Grade, /) -> int:
        """Count the remarks of a grade."""
        return sum(remark.grade is grade for remark in self.remarks)
