"""Prove a service behind a URL without credentials: "who are you?" is the answer that shows it lives (DAV-05, DAV-11).

Rules: https only; a challenge (401) or a protocol answer counts, a web page does not, however friendly its status
(AC-21). Host and port services (ManageSieve) are probed like servers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import anyio

from mailsetup.errors import NetworkError
from mailsetup.model import Outcome, Probe, Protocol, Server
from mailsetup.net.interface import Request
from mailsetup.prober.server import probe_server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.model import Service
    from mailsetup.net.interface import Network, Response

DEADLINE = 10.0
"""Seconds for the question and its redirects."""

MAX_BODY = 65536
"""Octets of the answer: a JMAP session object without an account is small."""

_PRINCIPAL = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'
)
"""DAV-05: the one property that tells a DAV server from anything else."""


@dataclass(frozen=True, slots=True)
class Question:
    """How to ask one protocol."""

    method: Literal["GET", "OPTIONS", "PROPFIND"]
    headers: Mapping[str, str]
    body: bytes = b""


_DAV = Question("PROPFIND", {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}, _PRINCIPAL)
_QUESTIONS: dict[Protocol, Question] = {
    Protocol.CALDAV: _DAV,
    Protocol.CARDDAV: _DAV,
    Protocol.WEBDAV: _DAV,
    Protocol.JMAP: Question("GET", {"Accept": "application/json"}),
    Protocol.ACTIVESYNC: Question("OPTIONS", {}),
}
_OTHERS = Question("GET", {})


async def probe_service(service: Service, /, *, network: Network, deadline: float = DEADLINE) -> Probe:
    """Say what asking ``service`` without credentials shows. Raises nothing for what goes wrong there."""
    if service.url is None:
        return await _probe_place(service, network=network, deadline=deadline)
    if not service.url.lower().startswith("https://"):
        return Probe(outcome=Outcome.POLICY, detail="The address is not https: nothing is asked there.")
    started = anyio.current_time()
    question = _QUESTIONS.get(service.protocol, _OTHERS)
    request = Request(
        service.url, method=question.method, headers=question.headers, body=question.body, max_bytes=MAX_BODY
    )
    outcome, detail, address = Outcome.TIMEOUT, "There was no answer in time.", None
    with anyio.move_on_after(deadline):
        try:
            response = await network.fetcher.fetch(request)
            address = response.address
            outcome, detail = _judge(service.protocol, response)
        except NetworkError as error:
            outcome, detail, address = error.outcome or Outcome.PROTOCOL_ERROR, error.detail, error.address
    return Probe(outcome=outcome, detail=detail, address=address, elapsed=anyio.current_time() - started)


async def _probe_place(service: Service, *, network: Network, deadline: float) -> Probe:
    if service.hostname is None or service.port is None:
        return Probe(outcome=Outcome.POLICY, detail="There is neither a URL nor a host and port to ask.")
    server = Server(
        protocol=service.protocol,
        hostname=service.hostname,
        port=service.port,
        security=service.security,
        trust=service.trust,
    )
    return await probe_server(server, network=network, deadline=deadline)


def _judge(protocol: Protocol, response: Response) -> tuple[Outcome, str]:
    if response.status == 401:
        return Outcome.CONFIRMED, "It asks who we are, as it should."
    if response.status == 207 and _QUESTIONS.get(protocol) is _DAV:
        return Outcome.CONFIRMED, "It answers as a DAV server."
    if response.status == 200 and protocol is Protocol.JMAP and _is_session(response.body):
        return Outcome.CONFIRMED, "It answers with a JMAP session."
    if response.status in (403, 429) or response.status >= 500:
        return Outcome.SERVER_REFUSED, f"The server turns us away (HTTP {response.status})."
    return Outcome.WRONG_PROTOCOL, f"There is no {protocol} service at this address (HTTP {response.status})."


def _is_session(body: bytes) -> bool:
    """RFC 8620 section 2: a JSON object with the core capability."""
    try:
        session = json.loads(body)
    except ValueError:
        return False
    capabilities = session.get("capabilities") if isinstance(session, dict) else None
    return isinstance(capabilities, dict) and "urn:ietf:params:jmap:core" in capabilities
