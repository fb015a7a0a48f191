"""A stage for each test, a mailbox with a fresh message in it, and the settings as a discovery gives them."""

from __future__ import annotations

import imaplib
import ssl
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Discovery, Protocol, Security
from tests.lab.authority import Authority
from tests.lab.exported.capture import Capture
from tests.lab.exported.stage import Stage
from tests.lab.world import BORIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab.dovecot import Dovecot
    from tests.lab.offers import Offer
    from tests.lab.postfix import Postfix
    from tests.lab.unbound import Unbound
    from tests.lab.world import World

ADDRESS = "boris@lab.example"
DELIVERY = 5.0
"""Seconds from the end of a program until the queue is empty."""


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these on one Python only: what other programs make of a file does not depend on ours."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


def _offer(offers: tuple[Offer, ...], protocol: Protocol, security: Security) -> Offer:
    return next(offer for offer in offers if (offer.protocol, offer.security) == (protocol, security))


@pytest.fixture
def found(
    sealed: None, unbound: Unbound, dovecot: Dovecot, postfix: Postfix
) -> Callable[[Security, Protocol], Discovery]:
    """Give what a discovery finds for Boris, with one kind of security only."""

    def make(security: Security, incoming: Protocol = Protocol.IMAP) -> Discovery:
        servers = (
            _offer(dovecot.offers, incoming, security).server(BORIS.name),
            _offer(postfix.offers, Protocol.SMTP, security).server(BORIS.name),
        )
        return Discovery(address=ADDRESS, domain="lab.example", servers=servers)

    return make


@pytest.fixture(scope="session")
def stranger(world: World) -> Path:
    """An authority that signed none of the lab's servers."""
    return Authority(world.room("stranger")).file


@pytest.fixture
def stage(world: World, authority: Authority, stranger: Path) -> Stage:
    """A home folder for one program."""
    home = world.room("homes") / uuid.uuid4().hex[:8]
    home.mkdir()
    return Stage(home, authority.file, stranger, BORIS.password)


@pytest.fixture
def subject(dovecot: Dovecot, authority: Authority) -> str:
    """The subject of a message that has just arrived in Boris's mailbox, alone."""
    name = f"Letter {uuid.uuid4().hex[:12]}"
    offer = _offer(dovecot.offers, Protocol.IMAP, Security.TLS)
    context = ssl.create_default_context(cafile=str(authority.file))
    context.check_hostname = False  # by address: the name is for the program under test
    with imaplib.IMAP4_SSL(offer.address, offer.port, ssl_context=context, timeout=10) as imap:
        imap.authenticate("PLAIN", lambda _: f"\0{BORIS.name}\0{BORIS.password}".encode())
        _, (count,) = imap.select("INBOX")
        if count != b"0":
            imap.store("1:*", "+FLAGS", r"(\Deleted)")
            imap.expunge()
        message = f"From: carla@lab.example\r\nTo: {ADDRESS}\r\nSubject: {name}\r\n\r\nHello Boris.\r\n"
        imap.append("INBOX", "", "", message.encode())
    return name


@pytest.fixture
def recipient() -> str:
    """An address that only this test sends to."""
    return f"{uuid.uuid4().hex[:12]}@corp.example"


@pytest.fixture
def accepted(postfix: Postfix) -> Callable[[str], bool]:
    """Whether Postfix took mail for a recipient, from Boris after he had logged in, and passed it on."""

    def check(recipient: str) -> bool:
        deadline = time.monotonic() + DELIVERY
        while not passed_on(recipient):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def passed_on(recipient: str) -> bool:
        log = postfix.daemon.log.read_text(encoding="utf-8", errors="replace")
        lines = [line for line in log.splitlines() if f"to=<{recipient}>" in line and "status=sent" in line]
        queue = {line.partition("]: ")[2].partition(":")[0] for line in lines}
        return any(f"{name}: client=" in log and f"sasl_username={BORIS.name}" in log for name in queue)

    return check


@pytest.fixture
def refused(postfix: Postfix) -> Callable[[str], bool]:
    """Whether Postfix never heard of a recipient; to be asked when the program has ended."""
    return lambda recipient: recipient not in postfix.daemon.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def capture(sealed: None, authority: Authority) -> Iterator[Capture]:
    """Servers that write down the user names they are given."""
    with Capture(authority.issue("localhost")) as server:
        yield server
