"""Whole discoveries, each a folder that a mail admin can read: what the network says, and what comes of it.

``tests/cases/README.md`` explains the files. Cases take turns with the two public doors. Whatever a case is about, some
things hold in all of them: the address goes only to hosts of its own registrable domain and only over https, nothing is
asked over http unless the options allow it, no source breaks, and every server says who named it and how.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import pytest

import mailsetup
from mailsetup.address import Address
from mailsetup.model import Discovery, Options, Server, Service
from mailsetup.names import registrable_domain
from mailsetup.testing import FakeNetwork

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/expected.json"))

DEFAULTS: dict[str, Any] = {"probe": False, "timeout": 8, "grace": 0.3}
"""Options of a case that does not say otherwise."""


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What ``case.toml`` says."""
        return tomllib.loads((self.folder / "case.toml").read_text(encoding="utf-8"))

    @property
    def address(self) -> str:
        """Whom to look up."""
        return str(self.settings["address"])

    @property
    def expected(self) -> dict[str, Any]:
        """What is to come of it."""
        expected: dict[str, Any] = json.loads((self.folder / "expected.json").read_text(encoding="utf-8"))
        assert not expected.keys() - CHECKS.keys(), "expected.json has a key that nothing checks"
        assert "servers" in expected or "incoming" in expected, "expected.json has to name servers"
        return {"problems": [], **expected}

    def options(self, network: FakeNetwork) -> Options:
        """Give the options, with the network of the folder."""
        chosen = DEFAULTS | self.settings.get("options", {})
        return Options(network=network, config_dir=self.folder / "config", **chosen)

    def network(self) -> FakeNetwork:
        """Read the folder's network."""
        allowed = self.settings.get("options", {}).get("allow_private_addresses", True)
        return FakeNetwork.from_folder(self.folder, allow_private_addresses=allowed)


def server_line(server: Server, address: str) -> str:
    """Write a server as ``expected.json`` does; the user name only where it is not the address."""
    parts = [
        f"{server.protocol} {server.hostname}:{server.port} {server.security}",
        f"trust {int(server.trust)}",
        " + ".join(map(str, server.sources)),
    ]
    if server.username != address:
        parts.append(f"as {server.username}")
    if server.probe is not None:
        parts.append(server.probe.outcome)
    return ", ".join(parts)


def service_line(service: Service) -> str:
    """Write a service as ``expected.json`` does."""
    place = service.url or f"{service.hostname}:{service.port}"
    return f"{service.protocol} {place}, trust {int(service.trust)}, {' + '.join(map(str, service.sources))}"


def attempts(found: Discovery) -> dict[str, str]:
    """Give how each source ended, by ``source`` or, for a hoster's name, ``source name``."""
    ended: dict[str, str] = {}
    for attempt in found.attempts:
        is_own = attempt.asked == found.domain
        key = str(attempt.source) if is_own else f"{attempt.source} {attempt.asked}"
        ended.setdefault(key, f"{attempt.outcome} {attempt.reason}".strip())
    return ended


def recipients(network: FakeNetwork, address: str) -> Iterator[str]:
    """Yield the URL of every request that tells the address, in whatever form."""
    local = Address.parse(address).local
    for request in network.requests:
        if local in request.url or local.encode() in request.body or request.learned == "address":
            yield request.url


CHECKS: dict[str, Callable[[Discovery, FakeNetwork, str, Any], object]] = {
    "servers": lambda found, _, address, __: [server_line(server, address) for server in found.servers],
    "services": lambda found, *_: [service_line(service) for service in found.services],
    "problems": lambda found, *_: sorted({told.code for told in found.problems}),
    "provider": lambda found, *_: found.provider and found.provider.id,
    "token_url": lambda found, *_: found.oauth and found.oauth.token_url,
    "incoming": lambda found, *_: found.incoming and found.incoming.hostname,
    "outgoing": lambda found, *_: found.outgoing and f"{found.outgoing.hostname}:{found.outgoing.port}",
    "confirmed": lambda found, *_: found.confirmed,
    "needs_consent": lambda found, *_: any(s.needs_consent for s in (found.incoming, found.outgoing) if s),
    "provenance": lambda found, *_: list(found.servers[0].provenance),
    "also_usernames": lambda found, *_: list(found.servers[0].username_alternatives),
    "auth": lambda found, *_: list(found.servers[0].auth),
    "attempts": lambda found, _, __, wanted: {key: attempts(found).get(key) for key in wanted},
    "asked": lambda _, network, __, wanted: [line for line in wanted if line in network.asked],
    "not_asked": lambda _, network, __, wanted: [
        text for text in wanted if not any(text in line for line in network.asked)
    ],
    "asked_exactly": lambda _, network, *__: sorted(network.asked),
    "address_never_sent_to": lambda _, network, address, wanted: [
        host for host in wanted if host not in {urlsplit(url).hostname for url in recipients(network, address)}
    ],
}
"""Each key of ``expected.json`` and what is compared with it."""


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path) -> None:
    """What the folder expects is what a discovery gives (its ``why.md`` names the requirements)."""
    case, network = Case(folder), None
    network = case.network()
    options = case.options(network)
    by_blocking_door = CASES.index(folder) % 2 == 0
    if by_blocking_door:
        found = mailsetup.discover(case.address, options=options)
    else:
        found = anyio.run(lambda: mailsetup.aio.discover(case.address, options=options))
    expected = case.expected
    shown = {key: CHECKS[key](found, network, case.address, wanted) for key, wanted in expected.items()}
    assert shown == expected
    _check_privacy(case, network)
    _check_evidence(found)


def _check_privacy(case: Case, network: FakeNetwork) -> None:
    own = registrable_domain(Address.parse(case.address).domain)
    for url in recipients(network, case.address):
        parts = urlsplit(url)
        assert parts.scheme == "https", f"the address went out in clear text: {url}"
        assert registrable_domain(parts.hostname or "") == own, f"the address went to somebody else: {url}"
    if not case.settings.get("options", {}).get("allow_http"):
        assert not [line for line in network.asked if "http://" in line]
    assert not [line for line in network.asked if line.startswith("CONNECT") and line.endswith(":25")]


def _check_evidence(found: Discovery) -> None:
    assert "source-failed" not in {told.code for told in found.problems}
    assert all(server.sources and server.provenance for server in found.servers)
    assert Discovery.model_validate_json(found.model_dump_json()) == found


def test_there_are_enough_cases() -> None:
    """Every mechanism and every grade of trust appears in some case."""
    texts = "\n".join((folder / "expected.json").read_text(encoding="utf-8") for folder in CASES)
    assert len(CASES) >= 60
    for grade in range(4):
        assert f"trust {grade}," in texts
    for source in mailsetup.SourceName:
        assert f", {source}" in texts or f"+ {source}" in texts, f"no case shows {source}"


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_every_case_says_why(folder: Path) -> None:
    """A case is one sentence, and its network is in files that are really read."""
    why = (folder / "why.md").read_text(encoding="utf-8").strip()
    assert why.endswith((".", ")."))
    assert "\n" not in why
    known = {"why.md", "case.toml", "dns.zone", "expected.json", "pages", "transcripts", "config"}
    assert {path.name for path in folder.iterdir()} <= known
