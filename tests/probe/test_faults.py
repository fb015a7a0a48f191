"""What can go wrong with a real server, on real sockets: each fault has its outcome, in time, and leaves nothing open.

Sockets, tasks and threads are counted around every probe; both event loops play every case.
"""

from __future__ import annotations

import ssl
import threading
import time
import warnings
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from mailsetup.model import Outcome, Probe, Protocol, Security, Server
from mailsetup.prober import probe_server
from tests.probe.conftest import HOST, loopback
from tests.support.mail_server import BlackHole, mail_server
from tests.support.pki import LAST_MONTH, TOMORROW, YESTERDAY, Authority, Leaf, self_signed
from tests.support.tcp_server import nothing_left_open, refused_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailsetup.net.interface import Network

pytestmark = pytest.mark.anyio

DEADLINE = 0.8
"""Seconds for cases that end by running out of time."""

SLACK = 1.0
"""Seconds beyond the deadline: a loaded machine with two cores."""

O = Outcome  # noqa: E741

IMAP_HI = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] ready"
SMTP_HI = "S: 220 mail.corp.example ESMTP"
SMTP_PLAIN = f"{SMTP_HI}\nC: EHLO\nS: 250-mail\nS: 250 STARTTLS"
SMTP_GO = f"{SMTP_PLAIN}\nC: STARTTLS\nS: 220 go ahead"
SMTP_TLS = f"{SMTP_GO}\n<tls>\nC: EHLO\nS: 250-mail\nS: 250 AUTH PLAIN\nC: QUIT\nS: 221 bye"
IMAP_TLS = f"<tls>\n{IMAP_HI}\nC: LOGOUT"
POP3_TLS = "<tls>\nS: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: .\nC: QUIT"


@dataclass(frozen=True)
class Case:
    """One fault."""

    name: str
    outcome: Outcome
    text: str
    protocol: Protocol = Protocol.IMAP
    security: Security = Security.TLS
    says: str = ""
    """A part of the sentence for people."""


def smtp(name: str, outcome: Outcome, text: str, says: str = "") -> Case:
    """A case of a submission server with STARTTLS."""
    return Case(name, outcome, text, Protocol.SMTP, Security.STARTTLS, says)


def imap(name: str, outcome: Outcome, text: str, says: str = "") -> Case:
    """A case of an IMAP server with implicit TLS."""
    return Case(name, outcome, text, says=says)


CONVERSATIONS = [
    # What works, for comparison: every later step has been reached by these.
    imap("works-imap", O.CONFIRMED, IMAP_TLS),
    smtp("works-smtp", O.CONFIRMED, SMTP_TLS),
    Case("works-pop3", O.CONFIRMED, POP3_TLS, Protocol.POP3),
    imap("goodbye-reset", O.CONFIRMED, f"<tls>\n{IMAP_HI}\n<wait 0.05>\n<reset>"),
    # Reset at every step.
    smtp("reset-at-once", O.SERVER_REFUSED, "<reset>"),
    smtp("reset-after-greeting", O.SERVER_REFUSED, f"{SMTP_HI}\nC: EHLO\n<reset>"),
    smtp("reset-after-ehlo", O.SERVER_REFUSED, f"{SMTP_PLAIN}\nC: STARTTLS\n<reset>"),
    smtp("reset-after-go-ahead", O.SERVER_REFUSED, f"{SMTP_GO}\n<wait 0.05>\n<reset>"),
    smtp("reset-inside-tls", O.SERVER_REFUSED, f"{SMTP_GO}\n<tls>\nC: EHLO\n<reset>"),
    imap("reset-instead-of-handshake", O.SERVER_REFUSED, "<wait 0.05>\n<reset>"),
    imap("reset-after-handshake", O.SERVER_REFUSED, "<tls>\n<reset>"),
    # Closed at every step.
    smtp("closed-at-once", O.SERVER_REFUSED, "<close>", "without a word"),
    smtp("closed-after-greeting", O.PROTOCOL_ERROR, f"{SMTP_HI}\nC: EHLO\n<close>", "closed the connection"),
    smtp("closed-in-a-line", O.PROTOCOL_ERROR, f"{SMTP_HI}\nC: EHLO\nS~ 250-mai\n<close>"),
    smtp("closed-after-starttls", O.PROTOCOL_ERROR, f"{SMTP_PLAIN}\nC: STARTTLS\n<close>", "asking for TLS"),
    smtp("closed-after-go-ahead", O.TLS_FAILED, f"{SMTP_GO}\n<shutdown>\n<silence>"),
    smtp("closed-inside-tls", O.PROTOCOL_ERROR, f"{SMTP_GO}\n<tls>\nC: EHLO\n<close>", "inside TLS"),
    imap("closed-instead-of-handshake", O.TLS_FAILED, "<shutdown>\n<silence>"),
    imap("closed-after-handshake", O.SERVER_REFUSED, "<tls>\n<close>"),
    # Half open: the server's direction ends, ours stays.
    smtp("half-open-after-greeting", O.PROTOCOL_ERROR, f"{SMTP_HI}\n<shutdown>\n<silence>"),
    # Silence at every step, ended by the deadline.
    smtp("silent-at-once", O.TIMEOUT, "<silence>", "waiting for the greeting"),
    smtp("silent-after-greeting", O.TIMEOUT, f"{SMTP_HI}\n<silence>", "asking what the server can do"),
    smtp("silent-after-starttls", O.TIMEOUT, f"{SMTP_PLAIN}\nC: STARTTLS\n<silence>", "asking for TLS"),
    smtp("silent-in-the-handshake", O.TIMEOUT, f"{SMTP_GO}\n<silence>", "starting TLS"),
    smtp("silent-inside-tls", O.TIMEOUT, f"{SMTP_GO}\n<tls>\n<silence>", "inside TLS"),
    imap("silent-instead-of-handshake", O.TIMEOUT, "<silence>"),
    imap("silent-after-handshake", O.TIMEOUT, "<tls>\n<silence>", "waiting for the greeting"),
    # Slow and endless.
    smtp("slow-loris", O.TIMEOUT, "\n".join(["S~ 2", "<wait 0.1>"] * 50)),
    smtp("slow-lines", O.TIMEOUT, "\n".join(["S: 220-wait", "<wait 0.1>"] * 50)),
    smtp("endless-greeting", O.PROTOCOL_ERROR, "S*20000: 220-and on and on", "no end"),
    smtp("endless-line", O.PROTOCOL_ERROR, "S~ 220 {{A*1000000}}", "endless line"),
    imap("endless-line-inside-tls", O.PROTOCOL_ERROR, "<tls>\nS~ * OK {{A*1000000}}", "endless line"),
    imap("endless-answer", O.PROTOCOL_ERROR, "<tls>\nS: * OK hi\nC: CAPABILITY\nS*20000: * OK wait", "no end"),
    # STARTTLS in the wrong hands.
    smtp("starttls-stripped", O.STARTTLS_MISSING, f"{SMTP_HI}\nC: EHLO\nS: 250-mail\nS: 250 AUTH PLAIN"),
    smtp(
        "starttls-painted-over", O.STARTTLS_MISSING, f"{SMTP_HI}\nC: EHLO\nS: 250-mail\nS: 250 XXXXXXXA", "painted over"
    ),
    smtp("starttls-refused", O.STARTTLS_REFUSED, f"{SMTP_PLAIN}\nC: STARTTLS\nS: 454 no"),
    smtp("starttls-injected", O.STARTTLS_INJECTION, f"{SMTP_GO}\nS: 250 AUTH EVIL\n<tls>"),
    smtp("starttls-injected-later", O.STARTTLS_INJECTION, f"{SMTP_GO}\n<wait 0.02>\nS: 250 AUTH EVIL\n<wait 0.1>"),
    Case("preauth", O.STARTTLS_REFUSED, "S: * PREAUTH come in", Protocol.IMAP, Security.STARTTLS, "logged in already"),
    # Another protocol, or TLS in the wrong place.
    imap("smtp-inside-tls", O.WRONG_PROTOCOL, f"<tls>\n{SMTP_HI}", "speaks SMTP"),
    imap("clear-text-imap-on-the-tls-port", O.WRONG_PROTOCOL, f"{IMAP_HI}\n<wait 0.2>", "use STARTTLS here"),
    imap("ssh-on-the-tls-port", O.WRONG_PROTOCOL, "S: SSH-2.0-OpenSSH_9.2\n<wait 0.2>", "speaks SSH"),
    smtp(
        "tls-alert-on-the-starttls-port",
        O.WRONG_PROTOCOL,
        r"S~ \x15\x03\x03\x00\x02\x02\x28" + "\n<close>",
        "use SSL/TLS",
    ),
    smtp("tls-on-the-starttls-port", O.WRONG_PROTOCOL, "<tls>", "use SSL/TLS here"),
    smtp("http-on-the-port", O.WRONG_PROTOCOL, "S: HTTP/1.1 400 Bad Request", "speaks HTTP"),
    imap("tls-alert-to-the-handshake", O.TLS_FAILED, r"S~ \x15\x03\x03\x00\x02\x02\x28" + "\n<wait 0.2>"),
    # The server says no.
    imap("bye", O.SERVER_REFUSED, "<tls>\nS: * BYE go away", "go away"),
    smtp("421", O.SERVER_REFUSED, "S: 421 busy"),
    smtp("554", O.SERVER_REFUSED, "S: 554 no service"),
    Case("err", O.SERVER_REFUSED, "<tls>\nS: -ERR no", Protocol.POP3),
]


def _server(case: Case, port: int) -> Server:
    return Server(protocol=case.protocol, hostname=HOST, port=port, security=case.security)


async def _probe(server: Server, network: Network, *, deadline: float = DEADLINE) -> Probe:
    """Probe with threads and the clock under watch."""
    threads = threading.active_count()
    started = time.monotonic()
    probe = await probe_server(server, network=network, deadline=deadline)
    assert time.monotonic() - started < deadline + SLACK
    assert threading.active_count() <= threads
    return probe


@pytest.mark.parametrize("case", CONVERSATIONS, ids=lambda case: case.name)
async def test_conversation(case: Case, authority: Authority, ca_file: Path) -> None:
    """The fault has its outcome within the deadline, and nothing is left open (PROBE-06, PROBE-09, PROBE-11)."""
    context = authority.issue(HOST).server_context()
    async with nothing_left_open(), mail_server(case.text, context=context) as server:
        probe = await _probe(_server(case, server.port), loopback(ca_file))
    assert probe.outcome is case.outcome, probe.detail
    assert case.says in probe.detail


CERTIFICATES: list[tuple[str, Outcome, Callable[[Authority], Leaf]]] = [
    ("good", O.CONFIRMED, lambda ca: ca.issue(HOST)),
    ("wildcard", O.CONFIRMED, lambda ca: ca.issue("*.corp.example")),
    ("expired", O.CERTIFICATE_EXPIRED, lambda ca: ca.issue(HOST, not_before=LAST_MONTH, not_after=YESTERDAY)),
    ("not-yet-valid", O.CERTIFICATE_UNTRUSTED, lambda ca: ca.issue(HOST, not_before=TOMORROW)),
    ("self-signed", O.CERTIFICATE_SELF_SIGNED, lambda _: self_signed(HOST)),
    ("wrong-name", O.CERTIFICATE_NAME_MISMATCH, lambda ca: ca.issue("other.example")),
    ("wildcard-too-high", O.CERTIFICATE_NAME_MISMATCH, lambda ca: ca.issue("*.example")),
    ("common-name-only", O.CERTIFICATE_NAME_MISMATCH, lambda ca: ca.issue(common_name=HOST)),
    ("uri-only", O.CERTIFICATE_NAME_MISMATCH, lambda ca: ca.issue(uris=[f"imap://{HOST}"])),
    ("untrusted-chain", O.CERTIFICATE_UNTRUSTED, lambda _: Authority("Nobody's CA").issue(HOST)),
]


@pytest.mark.parametrize("upgrade", [False, True], ids=["implicit", "starttls"])
@pytest.mark.parametrize(("name", "outcome", "make"), CERTIFICATES, ids=[name for name, _, _ in CERTIFICATES])
async def test_certificate(
    name: str,
    outcome: Outcome,
    make: Callable[[Authority], Leaf],
    authority: Authority,
    ca_file: Path,
    *,
    upgrade: bool,
) -> None:
    """Each kind of bad certificate has its own outcome, with the facts kept (TLS-02, TLS-04…06, TLS-13)."""
    case = smtp(name, outcome, SMTP_TLS) if upgrade else imap(name, outcome, IMAP_TLS)
    async with nothing_left_open(), mail_server(case.text, context=make(authority).server_context()) as server:
        probe = await _probe(_server(case, server.port), loopback(ca_file))
    assert probe.outcome is outcome, probe.detail
    assert probe.certificate is not None
    assert probe.certificate.fingerprint
    assert bool(probe.greeting) is (upgrade or outcome is O.CONFIRMED)


@pytest.mark.parametrize("upgrade", [False, True], ids=["implicit", "starttls"])
async def test_tls_1_1_only(authority: Authority, ca_file: Path, *, upgrade: bool) -> None:
    """TLS older than 1.2 counts as none (TLS-01)."""
    context = authority.issue(HOST).server_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    case = smtp("old", O.TLS_FAILED, SMTP_TLS) if upgrade else imap("old", O.TLS_FAILED, IMAP_TLS)
    async with nothing_left_open(), mail_server(case.text, context=context) as server:
        probe = await _probe(_server(case, server.port), loopback(ca_file))
    assert probe.outcome is O.TLS_FAILED


async def test_nobody_listens(ca_file: Path) -> None:
    """A closed port is refused at once."""
    async with nothing_left_open():
        probe = await _probe(_server(imap("", O.CONFIRMED, ""), refused_port()), loopback(ca_file))
    assert probe.outcome is O.CONNECTION_REFUSED


async def test_black_hole(ca_file: Path) -> None:
    """A port that swallows packets is a time-out, by our deadline and not by the system's."""
    with BlackHole() as hole:
        async with nothing_left_open():
            probe = await _probe(_server(imap("", O.CONFIRMED, ""), hole.port), loopback(ca_file))
    assert probe.outcome is O.TIMEOUT


async def test_private_addresses_can_be_refused(authority: Authority, ca_file: Path) -> None:
    """Where private addresses are off limits, no connection is made (SEC-02)."""
    async with nothing_left_open(), mail_server(IMAP_TLS, context=authority.issue(HOST).server_context()) as server:
        probe = await _probe(_server(imap("", O.POLICY, ""), server.port), loopback(ca_file, allow_private=False))
        assert server.accepted == 0
    assert probe.outcome is O.POLICY


@pytest.mark.parametrize("dead", ["::1", "127.0.0.2"], ids=["ipv6", "first-ipv4"])
@pytest.mark.parametrize("how", ["black-hole", "refuses"])
async def test_one_address_is_dead(dead: str, how: str, authority: Authority, ca_file: Path) -> None:
    """A dead address beside a living one costs a moment, not the verdict (HE-02)."""
    context = authority.issue(HOST).server_context()
    async with nothing_left_open(), AsyncExitStack() as stack:
        server = await stack.enter_async_context(mail_server(IMAP_TLS, context=context))
        if how == "black-hole":
            stack.enter_context(BlackHole(dead, server.port))
        network = loopback(ca_file, dead, "127.0.0.1")
        probe = await _probe(_server(imap("", O.CONFIRMED, ""), server.port), network, deadline=3.0)
    assert (probe.outcome, probe.address) == (O.CONFIRMED, "127.0.0.1")
    assert probe.elapsed < 1.5


async def test_a_bad_backend_does_not_hide_a_good_one(authority: Authority, ca_file: Path) -> None:
    """Of two addresses one has a broken TLS: the other one is found (HE-03)."""
    good, bad = authority.issue(HOST).server_context(), self_signed(HOST).server_context()
    async with nothing_left_open(), AsyncExitStack() as stack:
        server = await stack.enter_async_context(mail_server(IMAP_TLS, context=good, address="127.0.0.1"))
        await stack.enter_async_context(mail_server(IMAP_TLS, context=bad, address="127.0.0.2", port=server.port))
        network = loopback(ca_file, "127.0.0.2", "127.0.0.1")
        probe = await _probe(_server(imap("", O.CONFIRMED, ""), server.port), network, deadline=3.0)
    assert (probe.outcome, probe.address) == (O.CONFIRMED, "127.0.0.1")


def test_there_are_enough_faults() -> None:
    """At least forty, and every outcome a connection can have is among them."""
    faults = [case for case in CONVERSATIONS if case.outcome is not O.CONFIRMED]
    assert len(faults) + 2 * (len(CERTIFICATES) - 2) >= 40
    seen = {case.outcome for case in CONVERSATIONS} | {outcome for _, outcome, _ in CERTIFICATES}
    assert set(Outcome) - seen == {O.NO_SUCH_HOST, O.CONNECTION_REFUSED, O.NETWORK_UNREACHABLE, O.POLICY}
