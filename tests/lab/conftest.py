"""The servers of the lab as fixtures, each started once, when the first test asks for it.

Where this machine can, all tests of this folder run in a namespace (``relay.py``); the fixtures then run in there.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mailsetup.model import Options
from tests.lab import namespace
from tests.lab.availability import unavailable
from tests.lab.daemon import RUNNING
from tests.lab.relay import Relay
from tests.lab.world import RESOLVER, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.authority import Authority
    from tests.lab.automx2 import Automx2
    from tests.lab.cyrus import Cyrus
    from tests.lab.dovecot import Dovecot
    from tests.lab.exim import Exim
    from tests.lab.nginx import Nginx
    from tests.lab.nsd import Nsd
    from tests.lab.opensmtpd import OpenSmtpd
    from tests.lab.postfix import Postfix
    from tests.lab.unbound import Unbound


class MailWorld(NamedTuple):
    """What a test of a whole discovery needs."""

    nginx: Nginx
    ca_file: Path
    ispdb_url: str

    def options(self, **changes: Any) -> Options:
        """Give options for somebody who lives in the lab: its authority, its ISPDB; the rest as everybody's."""
        return Options(**({"ca_file": self.ca_file, "ispdb_url": self.ispdb_url} | changes))


_RELAY = pytest.StashKey["Relay | None"]()
_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Outside: let the pytest in the namespace run the test, and report for it."""
    if _HERE not in item.path.parents:
        return None  # pytest asks every conftest it has read about every test there is
    session = item.session
    if _RELAY not in session.stash:
        session.stash[_RELAY] = _start_relay(session)
    relay = session.stash[_RELAY]
    if relay is None:
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in relay.reports(item.nodeid):
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _start_relay(session: pytest.Session) -> Relay | None:
    entrance = namespace.entrance()
    if entrance is None:
        return None
    relay = Relay(session.config, entrance, [item.nodeid for item in session.items if _HERE in item.path.parents])
    session.config.add_cleanup(relay.close)
    return relay


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add to the report of a failed test what the servers logged meanwhile."""
    report = yield
    news = {daemon.name: daemon.news() for daemon in RUNNING}
    if report.failed:  # type: ignore[attr-defined]  # pluggy's wrappers are not typed
        report.sections += [(f"log of {name}", text) for name, text in news.items() if text]  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The plan of the lab, and its folder."""
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    folder.chmod(0o755)
    inside = namespace.is_inside()
    if inside:
        # The search list leads into a domain where every name exists: whoever applies it is found out (HE-06).
        namespace.furnish(folder, resolver=RESOLVER, search="parked.example")
    yield World(folder, standard_ports=inside)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sealed(world: World) -> None:
    """Refuse to run a test that must not run where there is a way out."""
    if not namespace.is_inside():
        unavailable("there is no network namespace to be had here, and this test runs nowhere else")


@pytest.fixture(scope="session")
def nsd(world: World) -> Iterator[Nsd]:
    """The authoritative name server."""
    from tests.lab.nsd import Nsd

    server = Nsd(world)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def unbound(world: World, nsd: Nsd) -> Iterator[Unbound]:
    """The validating resolver in front of it."""
    from tests.lab.unbound import Unbound

    server = Unbound(world, nsd)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def authority(world: World) -> Authority:
    """The certificate authority of the lab."""
    from tests.lab.authority import Authority

    return Authority(world.room("authority"))


@pytest.fixture(scope="session")
def dovecot(world: World, authority: Authority) -> Iterator[Dovecot]:
    """Dovecot with everything it has."""
    from tests.lab.dovecot import Dovecot

    server = Dovecot(world, authority)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def scram(world: World, authority: Authority) -> Iterator[Dovecot]:
    """Dovecot that lets nobody in who cannot do SCRAM."""
    from tests.lab.dovecot import Dovecot
    from tests.lab.offers import IMAP, SMTP
    from tests.lab.world import SCRAM_ONLY

    server = Dovecot(
        world,
        authority,
        name="scram",
        address=SCRAM_ONLY,
        protocols=(IMAP, SMTP),
        mechanisms="scram-sha-1 scram-sha-256",
    )
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def tokens(world: World, authority: Authority) -> Iterator[Dovecot]:
    """Dovecot that takes OAuth access tokens and no password."""
    from tests.lab.dovecot import Dovecot
    from tests.lab.offers import IMAP, POP3, SMTP
    from tests.lab.world import TOKENS_ONLY

    protocols = (IMAP, POP3, SMTP)
    server = Dovecot(world, authority, name="tokens", address=TOKENS_ONLY, protocols=protocols, tokens=True)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def postfix(world: World, authority: Authority, dovecot: Dovecot) -> Iterator[Postfix]:
    """Postfix; Dovecot checks its passwords."""
    from tests.lab.postfix import Postfix

    server = Postfix(world, authority, dovecot)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def nginx(world: World, authority: Authority) -> Iterator[Nginx]:
    """The web."""
    from tests.lab.nginx import Nginx

    server = Nginx(world, authority)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def automx2(world: World, nginx: Nginx) -> Iterator[Automx2]:
    """automx2 behind nginx."""
    from tests.lab.automx2 import Automx2

    server = Automx2(world)
    with server.daemon:
        server.seed()
        yield server


@pytest.fixture(scope="session")
def mail_world(
    sealed: None,
    world: World,
    unbound: Unbound,
    nginx: Nginx,
    automx2: Automx2,
    dovecot: Dovecot,
    postfix: Postfix,
    authority: Authority,
) -> MailWorld:
    """All of it, on standard ports, behind the lab's own ``/etc/resolv.conf``: only in the namespace."""
    from tests.lab.nginx import ISPDB

    return MailWorld(nginx, authority.file, ISPDB)


@pytest.fixture(scope="session")
def cyrus(world: World, authority: Authority) -> Iterator[Cyrus]:
    """Cyrus: the second brand for reading mail."""
    from tests.lab.cyrus import Cyrus

    server = Cyrus(world, authority)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def exim(sealed: None, world: World, authority: Authority) -> Iterator[Exim]:
    """Exim: the second brand for sending mail."""
    from tests.lab.exim import Exim

    server = Exim(world, authority)
    with server.daemon:
        yield server


@pytest.fixture(scope="session")
def opensmtpd(sealed: None, world: World, authority: Authority) -> Iterator[OpenSmtpd]:
    """OpenSMTPD, whose TLS is broken."""
    from tests.lab.opensmtpd import OpenSmtpd

    server = OpenSmtpd(world, authority)
    with server.daemon:
        yield server
