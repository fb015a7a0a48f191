"""What SRV records amount to: each server with the trust of the answer it stands in, or the reason why there is none.

Pure: the answers are in, nothing is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from mailsetup.formats import srv
from mailsetup.model import Finding, Protocol, Security, Server, Service, SourceName, Status, Trust
from mailsetup.names import is_below
from mailsetup.net.interface import Answered
from mailsetup.sources.records import without_records
from mailsetup.sources.together import first_found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mailsetup.model import Problem
    from mailsetup.net.interface import Answer
    from mailsetup.plan import Step

C = TypeVar("C", Server, Service)

LABEL_OF: dict[tuple[Protocol, Security], str] = {
    (label.protocol, label.security): name for name, label in srv.LABELS.items() if label.security is not Security.NONE
}
"""Labels that are asked. Those without TLS are not: nothing is to be set up without encryption (DAV-01)."""


def host_of(claim: Server | Service, /) -> str:
    """Give the target that a claim came from."""
    return claim.hostname or urlsplit(getattr(claim, "url", None) or "").hostname or ""


class Claims:
    """Signs the servers and services of one reading with source, trust and provenance."""

    def __init__(self, step: Step, answers: dict[str, Answer], missing: Collection[str]) -> None:
        self._step = step
        self._answers = answers
        self._missing = missing

    def servers(self, reading: srv.SrvReading, /) -> tuple[Server, ...]:
        """Give the servers whose names exist."""
        return tuple(self._signed(server) for server in reading.servers if server.hostname not in self._missing)

    def services(self, reading: srv.SrvReading, /) -> tuple[Service, ...]:
        """Give the services whose hosts exist."""
        return tuple(self._signed(service) for service in reading.services if host_of(service) not in self._missing)

    def _signed(self, claim: C) -> C:
        label = LABEL_OF[claim.protocol, claim.security]
        answer = self._answers[label]
        signed = " (DNSSEC)" if answer.secure else ""
        return claim.model_copy(
            update={
                "trust": min(self._trust(answer, host_of(claim)), self._step.ceiling),
                "sources": (SourceName.SRV,),
                "provenance": (*self._step.via, f"SRV {label}.{self._step.domain}{signed}"),
            }
        )

    def _trust(self, answer: Answer, target: str) -> Trust:
        if answer.secure:
            return Trust.AUTHENTICATED
        return Trust.VOUCHED if is_below(target, self._step.domain) else Trust.UNAUTHENTICATED


def without_service(answers: Iterable[Answer], reading: srv.SrvReading, problems: tuple[Problem, ...], /) -> Finding:
    """Say why no record names anything: missing hosts, a denial, rubbish, DNS trouble, or simply no records."""
    answers = list(answers)
    if problems:
        detail = "The SRV records name hosts that do not exist."
        return Finding(status=Status.UNUSABLE, reason="targets-missing", detail=detail, problems=problems)
    failures = [without_records(answer) for answer in answers if answer.status is not Answered.FOUND]
    if len(failures) == len(answers):
        return first_found(failures)
    if reading.denied:
        detail = "The domain says that it offers no such service."
        return Finding(status=Status.ABSENT, reason="service-denied", detail=detail)
    detail = next((remark.reason for remark in reading.ignored), "The SRV records name no host that can be used.")
    return Finding(status=Status.UNUSABLE, reason="nothing-usable", detail=detail)
