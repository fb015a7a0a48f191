"""The answer."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, computed_field

from mailsetup.model.base import Model
from mailsetup.model.problem import Attempt, Problem
from mailsetup.model.provider import OAuth, Provider
from mailsetup.model.server import Server, Service
from mailsetup.model.vocabulary import Protocol


class Discovery(Model):
    """Everything that was found for one address: ranked servers, with evidence, and what to tell the user.

    ``Discovery.model_validate_json(d.model_dump_json()) == d`` holds. The JSON also carries ``incoming``,
    ``outgoing``, ``found`` and ``confirmed``, so that a script need not rank anything.
    """

    # The derived entries of our own JSON come back in and are derived anew.
    model_config = ConfigDict(frozen=True, extra="ignore")

    address: str
    """The address: local part as typed, domain in lower-case Unicode."""
    domain: str
    """Its domain in A-label form."""
    servers: tuple[Server, ...] = ()
    """Every distinct server, best first. Alternatives are kept: people need them when a port is blocked."""
    services: tuple[Service, ...] = ()
    """What else the provider offers."""
    provider: Provider | None = None
    """Who runs the mailbox, where known."""
    oauth: OAuth | None = None
    """How to get a token, where known."""
    attempts: tuple[Attempt, ...] = ()
    """What was asked, in order of time."""
    problems: tuple[Problem, ...] = ()
    """What to tell the user, the most important first."""
    prefer: Protocol = Protocol.IMAP
    """Which incoming protocol the caller prefers."""
    data_date: date | None = None
    """Date of the bundled provider database that was consulted."""
    elapsed: float = 0.0
    """Seconds the whole call took."""

    def first(self, protocol: Protocol) -> Server | None:
        """The best server that speaks ``protocol``, or ``None``."""
        return next((server for server in self.servers if server.protocol is protocol), None)

    @property
    def imap(self) -> Server | None:
        """The best IMAP server."""
        return self.first(Protocol.IMAP)

    @property
    def pop3(self) -> Server | None:
        """The best POP3 server."""
        return self.first(Protocol.POP3)

    @property
    def smtp(self) -> Server | None:
        """The best submission server."""
        return self.first(Protocol.SMTP)

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorated properties
    @property
    def incoming(self) -> Server | None:
        """The incoming server a client should use: IMAP before POP3, unless the caller prefers POP3."""
        if self.prefer is Protocol.POP3:
            return self.pop3 or self.imap
        return self.imap or self.pop3

    @computed_field  # type: ignore[prop-decorator]
    @property
    def outgoing(self) -> Server | None:
        """The outgoing (submission) server a client should use."""
        return self.smtp

    @computed_field  # type: ignore[prop-decorator]
    @property
    def found(self) -> bool:
        """Any server at all."""
        return bool(self.servers)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def confirmed(self) -> bool:
        """Both servers of the chosen pair exist and a live probe found them working."""
        pair = (self.incoming, self.outgoing)
        return all(server is not None and server.confirmed for server in pair)
