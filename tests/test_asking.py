"""The network half of a look-up: who is waited for, who is not, and what a deadline leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from mailsetup import aio
from mailsetup.errors import NetworkError
from mailsetup.model import Discovery, Finding, Options, Security, Server, SourceName, Status, Trust
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network

pytestmark = pytest.mark.anyio

ADDRESS = "kim@corp.example"


def pair(host: str, trust: Trust = Trust.AUTHENTICATED) -> tuple[Server, ...]:
    """Make an IMAP and an SMTP server at ``host``."""
    return (
        Server(protocol="imap", hostname=host, port=993, security=Security.TLS, trust=trust),
        Server(protocol="smtp", hostname=host, port=465, security=Security.TLS, trust=trust),
    )


class Scripted:
    """A source that answers after a while, or never, or breaks."""

    def __init__(
        self, name: str, *servers: Server, after: float = 0.0, fault: Exception | None = None, absent: bool = False
    ) -> None:
        self.name = name
        self.servers = tuple(server.model_copy(update={"sources": (name,)}) for server in servers)
        self.after = after
        self.fault = fault
        self.absent = absent
        self.was_cancelled = False

    async def find(self, address: Address, network: Network, /) -> Finding:
        try:
            await anyio.sleep(self.after)
        except BaseException:
            self.was_cancelled = True
            raise
        if self.fault is not None:
            raise self.fault
        if self.absent:
            return Finding(status=Status.ABSENT, reason="no-document")
        return Finding(status=Status.FOUND, servers=self.servers)


async def discover(
    *sources: Scripted | SourceName, network: FakeNetwork | None = None, **options: float | bool
) -> Discovery:
    """Look up with scripted sources on a network where nothing exists."""
    chosen = {"probe": False, **options}
    return await aio.discover(ADDRESS, options=Options(sources=sources, network=network or FakeNetwork(), **chosen))


def attempt(found: Discovery, source: str) -> tuple[Status, str]:
    """Give how a source's attempt ended."""
    (one,) = [each for each in found.attempts if each.source == source]
    return one.outcome, one.reason


async def test_the_best_answer_wins_not_the_fastest() -> None:
    """A slower source of higher rank is waited for within the grace time (AC-04)."""
    best = Scripted("best", *pair("best.example"), after=0.1)
    fast = Scripted("fast", *pair("fast.example"))
    found = await discover(best, fast)
    assert found.imap is not None
    assert found.imap.hostname == "best.example"
    assert {server.hostname for server in found.servers} == {"best.example", "fast.example"}


async def test_nobody_waits_for_a_dead_source_longer_than_the_grace_time() -> None:
    """A black-holed source of higher rank costs the grace time and no more; it is cancelled and on record (AC-05)."""
    dead = Scripted("dead", after=60)
    alive = Scripted("alive", *pair("alive.example"))
    started = anyio.current_time()
    found = await discover(dead, alive, grace=0.2)
    assert anyio.current_time() - started < 2
    assert found.found
    assert dead.was_cancelled
    assert attempt(found, "dead") == (Status.SKIPPED, "not-needed")


async def test_a_source_that_ranks_below_the_answer_is_not_waited_for() -> None:
    """What cannot change the result does not delay it."""
    slow = Scripted("slow", after=60)
    started = anyio.current_time()
    found = await discover(Scripted("good", *pair("good.example")), slow, grace=30)
    assert anyio.current_time() - started < 2
    assert found.found
    assert slow.was_cancelled


async def test_an_answer_that_nobody_vouches_for_does_not_end_the_asking() -> None:
    """Trust 1 is kept, but everybody else is heard first."""
    weak = Scripted("weak", *pair("weak.example", Trust.UNAUTHENTICATED))
    strong = Scripted("strong", *pair("strong.example"), after=0.1)
    found = await discover(weak, strong, grace=0.01)
    assert found.imap is not None
    assert found.imap.hostname == "strong.example"


async def test_the_deadline_holds_and_leaves_what_was_known_by_then() -> None:
    """Half an answer and a hanging source: a partial result on time, and a word about it (OPS-02)."""
    incoming_only = Scripted("half", pair("half.example")[0])
    started = anyio.current_time()
    found = await discover(incoming_only, Scripted("dead", after=60), timeout=0.3)
    assert anyio.current_time() - started < 2
    assert found.imap is not None
    assert found.smtp is None
    assert "deadline" in [told.code for told in found.problems]
    assert attempt(found, "dead") == (Status.SKIPPED, "deadline")


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        (NetworkError("timed-out", "too slow"), (Status.UNREACHABLE, "timed-out")),
        (NetworkError("private-address", status=Status.REFUSED), (Status.REFUSED, "private-address")),
        (ZeroDivisionError("secret text"), (Status.UNUSABLE, "source-failed")),
    ],
)
async def test_one_sources_failure_never_fails_the_others(fault: Exception, ending: tuple[Status, str]) -> None:
    """A network failure is a finding; a mistake in a source is reported by its type alone, and the rest goes on."""
    found = await discover(Scripted("broken", fault=fault), Scripted("good", *pair("good.example")))
    assert found.found
    assert attempt(found, "broken") == ending
    assert "secret text" not in found.model_dump_json()


async def test_guessing_starts_only_when_nobody_else_has_anything() -> None:
    """The last resort knocks on many doors, so it is not sent out beside a good answer."""
    network = FakeNetwork(dns={"imap.corp.example A": "192.0.2.1"})
    await discover(Scripted("good", *pair("good.example")), SourceName.GUESS, network=network)
    assert network.asked == []
    await discover(Scripted("nothing", absent=True), SourceName.GUESS, network=network)
    assert "A imap.corp.example" in network.asked


async def test_guessing_starts_after_the_grace_time_even_while_somebody_hangs() -> None:
    """A black-holed autoconfig host does not keep a guessable domain waiting."""
    network = FakeNetwork(dns={"imap.corp.example A": "192.0.2.1"})
    await discover(Scripted("dead", after=60), SourceName.GUESS, network=network, grace=0.1, timeout=1)
    assert "A imap.corp.example" in network.asked


async def test_nothing_is_guessed_for_a_domain_that_takes_no_mail() -> None:
    """A null MX ends the matter and tells the user (MX-04)."""
    network = FakeNetwork(dns={"corp.example MX": ["0 ."], "imap.corp.example A": "192.0.2.1"})
    found = await discover(SourceName.MX, SourceName.GUESS, network=network)
    assert not any("imap.corp.example" in asked for asked in network.asked)
    assert [told.code for told in found.problems] == ["takes-no-mail"]


async def test_nothing_is_guessed_below_a_name_that_does_not_exist() -> None:
    """NXDOMAIN for the domain means that there is nothing below it either (RFC 8020)."""
    network = FakeNetwork(dns={"other.example A": "192.0.2.1"})
    found = await discover(SourceName.MX, SourceName.GUESS, network=network)
    assert not any("imap.corp.example" in asked for asked in network.asked)
    assert not found.found


async def test_nothing_is_guessed_where_an_answer_is_no_less_sure() -> None:
    """A guess has trust 1 at most: beside a pair of trust 1 it could change nothing; beside cleartext it can."""
    for trust, guesses in ((Trust.UNAUTHENTICATED, False), (Trust.CLEARTEXT, True)):
        network = FakeNetwork(dns={"imap.corp.example A": "192.0.2.1"})
        found = await discover(Scripted("weak", *pair("weak.example", trust)), SourceName.GUESS, network=network)
        assert ("A imap.corp.example" in network.asked) is guesses
        assert guesses or attempt(found, "guess") == (Status.SKIPPED, "not-needed")


async def test_a_guessed_pair_that_works_ends_the_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a dead host any longer: it had the grace time before guessing began, and was not there."""
    guess = Scripted("guess", *pair("imap.corp.example", Trust.UNAUTHENTICATED))
    monkeypatch.setattr("mailsetup.asking.LAST_RESORT", (guess,))
    dead = Scripted("dead", after=60)
    started = anyio.current_time()
    found = await discover(dead, guess, grace=0.1, timeout=10)
    assert 0.1 <= anyio.current_time() - started < 2
    assert found.imap is not None
    assert dead.was_cancelled
    assert attempt(found, "dead") == (Status.SKIPPED, "not-needed")


async def test_the_observer_sees_the_result_grow() -> None:
    """Whoever watches gets each partial result, the servers as soon as they are known."""
    seen: list[Discovery] = []
    sources = (Scripted("late", *pair("late.example"), after=0.1), Scripted("early", *pair("early.example")))
    await aio.discover(
        ADDRESS, options=Options(sources=sources, probe=False, network=FakeNetwork(), observer=seen.append)
    )
    assert [len(partial.servers) for partial in seen] == [2, 4]


async def test_a_cancelled_call_leaves_no_task_behind() -> None:
    """Cancelling from outside cancels every source."""
    hanging = Scripted("hanging", after=60)
    with anyio.move_on_after(0.1):
        await discover(hanging)
    assert hanging.was_cancelled


async def test_an_mx_that_says_nothing_leads_to_the_hosters_documents() -> None:
    """Autoconfig and ISPDB are asked about the hoster's names, with trust 1 (AC-11, AC-12, TRUST-08)."""
    xml = (
        '<clientConfig version="1.1"><emailProvider id="h"><domain>hoster.example</domain>'
        '<incomingServer type="imap"><hostname>imap.hoster.example</hostname><port>993</port>'
        "<socketType>SSL</socketType><username>%EMAILADDRESS%</username>"
        "<authentication>password-cleartext</authentication></incomingServer></emailProvider></clientConfig>"
    )
    network = FakeNetwork(
        dns={"corp.example MX": ["10 mx.hoster.example"]},
        pages={"https://autoconfig.hoster.example/mail/config-v1.1.xml": xml},
    )
    found = await discover(SourceName.AUTOCONFIG, SourceName.MX, network=network)
    assert found.imap is not None
    assert (found.imap.hostname, found.imap.trust) == ("imap.hoster.example", Trust.UNAUTHENTICATED)
    assert found.imap.needs_consent
    assert "needs-consent" in [told.code for told in found.problems]
    assert found.imap.provenance[0].startswith("MX corp.example")


async def test_named_sources_are_all_heard_even_about_a_known_domain() -> None:
    """Naming the sources means "ask these": a bundled answer does not end the asking."""
    other = Scripted("other", *pair("other.example"), after=0.1)
    chosen = Options(sources=(SourceName.BUNDLED, other), probe=False, network=FakeNetwork())
    found = await aio.discover("kim@gmail.com", options=chosen)
    assert found.imap is not None
    assert found.imap.hostname == "imap.gmail.com"
    assert "other.example" in [server.hostname for server in found.servers]
    silent = Scripted("silent", after=60)
    chosen = Options(sources=(SourceName.BUNDLED, silent), probe=False, network=FakeNetwork(), grace=0.1)
    started = anyio.current_time()
    assert (await aio.discover("kim@gmail.com", options=chosen)).found
    assert anyio.current_time() - started < 2


async def test_what_a_source_of_ones_own_finds_bears_its_name() -> None:
    """A source need not sign its servers: the engine does."""
    unsigned = Scripted("company-directory")
    unsigned.servers = pair("mail.corp.example")
    found = await discover(unsigned)
    assert [server.sources for server in found.servers] == [("company-directory",)] * 2
