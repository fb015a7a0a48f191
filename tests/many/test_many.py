"""``discover_many``: the same answers as ``discover``, each domain asked once, nothing lost, nothing twice."""

from __future__ import annotations

from contextlib import aclosing
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import mailsetup
from mailsetup import Discovery, InvalidAddress, Options, aio
from mailsetup.providers.database import bundled
from mailsetup.testing import FakeNetwork

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

OFFLINE = Options(offline=True, share_address=False)

DOCUMENT = """<clientConfig version="1.1"><emailProvider id="corp.example"><domain>%EMAILDOMAIN%</domain>
<incomingServer type="imap"><hostname>imap.corp.example</hostname><port>993</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.%EMAILDOMAIN%</hostname><port>465</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>"""


def network(*domains: str) -> FakeNetwork:
    """A world in which each of these domains publishes a document."""
    return FakeNetwork(pages={f"https://autoconfig.{name}/mail/config-v1.1.xml": DOCUMENT for name in domains})


def asking(world: FakeNetwork, **changes: Any) -> Options:
    return Options(network=world, probe=False, grace=0, **changes)


def comparable(discovery: Discovery | InvalidAddress) -> dict[str, Any]:
    """Everything but the clock, and what was not asked."""
    assert isinstance(discovery, Discovery)
    told = discovery.model_dump(exclude={"elapsed": True, "attempts": {"__all__": {"started", "elapsed"}}})
    told["attempts"] = [attempt for attempt in told["attempts"] if attempt["outcome"] != "skipped"]
    return told


def named(results: Iterable[Discovery | InvalidAddress]) -> list[str]:
    return [result.address for result in results]


@pytest.mark.parametrize("local", ["kim", "o'hara+x", "%EMAILDOMAIN%", '"a b"', "zoë", "this.com"])
def test_every_known_domain_gives_what_a_single_look_up_gives(local: str) -> None:
    """Whatever is shared between domains and addresses, the result is the one of ``discover``."""
    addresses = [f"{local}@{domain}" for entry in bundled() for domain in entry.data.get("domains", ())]
    for address, found in zip(addresses, mailsetup.discover_many(addresses, options=OFFLINE), strict=True):
        assert comparable(found) == comparable(mailsetup.discover(address, options=OFFLINE))


@pytest.mark.parametrize(
    "address",
    ["x@nobody.com", "x@nobody.example", "x@printer.local", "x@[192.0.2.1]", "x@bücher.com", "x@XN--BCHER-KVA.com",
     " x@Gmail.com\t", "x@gmail.com.", "x@com", "x@a--b.com",
     "this-stands-for-the-domain-of-the-address.com@gmail.com"],
)  # fmt: skip
def test_odd_addresses_give_what_a_single_look_up_gives(address: str) -> None:
    """Literals, local names, internationalised domains, other spellings (EAI-09, EAI-12)."""
    (found,) = mailsetup.discover_many([address], options=OFFLINE)
    assert comparable(found) == comparable(mailsetup.discover(address, options=OFFLINE))


def test_a_file_of_the_users_own_counts(tmp_path: Path) -> None:
    """Before the bundled record, as ever (AC-14)."""
    (tmp_path / "isp").mkdir()
    (tmp_path / "isp" / "gmail.com.xml").write_text(DOCUMENT)
    options = OFFLINE.model_copy(update={"config_dir": tmp_path})
    own, other = mailsetup.discover_many(["x@gmail.com", "x@googlemail.com"], options=options)
    assert isinstance(own, Discovery)
    assert isinstance(other, Discovery)
    assert own.imap is not None
    assert (own.imap.hostname, own.imap.username) == ("imap.corp.example", "x")
    assert other.imap is not None
    assert other.imap.hostname == "imap.gmail.com"


def test_an_invalid_address_is_a_result_and_ends_nothing() -> None:
    """It stands where its ``Discovery`` would stand."""
    first, bad, last = mailsetup.discover_many(["x@gmail.com", "gmail.com", "y@gmail.com"], options=OFFLINE)
    assert isinstance(bad, InvalidAddress)
    assert bad.code == "no-at"
    assert named([first, last]) == ["x@gmail.com", "y@gmail.com"]


def test_a_domain_is_asked_once_for_all_its_addresses() -> None:
    """And each address gets its own user names."""
    world = network("corp.com")
    addresses = [f"user{number}@corp.com" for number in range(50)]
    results = list(mailsetup.discover_many(addresses, options=asking(world)))
    assert named(results) == addresses
    for address, found in zip(addresses, results, strict=True):
        assert isinstance(found, Discovery)
        assert found.imap is not None
        assert found.smtp is not None
        assert (found.imap.username, found.smtp.username) == (address.partition("@")[0], address)
    assert world.asked.count("GET https://autoconfig.corp.com/mail/config-v1.1.xml") == 1


def test_no_address_is_told_to_anybody() -> None:
    """The document serves everybody, so nobody's address is asked about (PRIV: SEC-10)."""
    world = network("corp.com")
    list(mailsetup.discover_many(["somebody@corp.com"], options=asking(world, share_address=True)))
    assert world.asked
    assert [asked for asked in world.asked if "somebody" in asked or "EMAIL" in asked] == []


def test_the_order_is_kept_although_known_domains_are_answered_at_once() -> None:
    """One result an address, in the order of the addresses."""
    domains = [f"d{number}.com" for number in range(40)]
    addresses = [f"x@{name}" for domain in domains for name in (domain, "gmail.com")]
    results = mailsetup.discover_many(addresses, options=asking(network(*domains)), concurrency=5)
    assert named(results) == addresses


def test_without_order_nothing_is_lost_and_nothing_twice() -> None:
    """One result an address, as they come."""
    domains = [f"d{number}.com" for number in range(40)]
    addresses = [f"x{place}@{name}" for place in range(3) for domain in domains for name in (domain, "gmail.com")]
    results = named(mailsetup.discover_many(addresses, options=asking(network(*domains)), concurrency=5, ordered=False))
    assert sorted(results) == sorted(addresses)


def test_without_order_what_is_known_does_not_wait() -> None:
    """An answer at hand goes out before one that has to be asked for."""
    from mailsetup.many.queue import Queue

    queue = Queue(asking(network()), concurrency=2, ordered=False)
    queue.put("x@d1.com")
    queue.put("x@gmail.com")
    assert named(queue.ready()) == ["x@gmail.com"]
    assert queue.is_busy


def test_addresses_are_taken_as_results_are_given() -> None:
    """An endless input has results too, and little of it is read ahead."""
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        for number in count():
            taken += 1
            yield f"x{number}@gmail.com"

    assert len(list(islice(mailsetup.discover_many(endless(), options=OFFLINE), 1000))) == 1000
    assert taken == 1000


def test_a_domain_that_hangs_holds_up_a_bounded_number() -> None:
    """In order, those behind it wait; when too many wait, no more are taken in."""
    from mailsetup.many.queue import WINDOW, Queue

    queue = Queue(asking(network()), concurrency=2, ordered=True)
    queue.put("x@slow.com")
    taken = 0
    while not queue.is_full:
        queue.put(f"x{taken}@gmail.com")
        taken += 1
    assert taken == WINDOW - 1
    assert list(queue.ready()) == []


def test_no_more_domains_are_asked_at_a_time_than_was_said() -> None:
    """Bounded concurrency."""
    from mailsetup.many.queue import Queue

    queue = Queue(asking(network()), concurrency=2, ordered=True)
    full = []
    for address in ("x@d1.com", "y@d1.com", "z@d2.com"):
        queue.put(address)
        full.append(queue.is_full)
    assert full == [False, False, True]
    assert len(queue.unstarted) == 2


@pytest.mark.anyio
async def test_the_asynchronous_door_gives_the_same() -> None:
    """On asyncio and on trio, with and without order."""
    domains = [f"d{number}.com" for number in range(20)]
    addresses = [f"x@{name}" for domain in domains for name in (domain, "gmail.com")]
    options = asking(network(*domains))
    awaited = [found async for found in aio.discover_many(addresses, options=options, concurrency=4)]
    assert named(awaited) == addresses
    loose = [found async for found in aio.discover_many(addresses, options=options, concurrency=4, ordered=False)]
    assert sorted(named(loose)) == sorted(addresses)
    plain = mailsetup.discover_many(addresses, options=options)
    for one, other in zip(awaited, plain, strict=True):  # who else had answered by then is chance
        assert (one.address, one.servers) == (other.address, other.servers)  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_leaving_early_ends_what_is_being_asked() -> None:
    """Closing the iterator leaves no task behind and raises nothing, from another task too."""
    results = aio.discover_many((f"x@d{number}.com" for number in count()), options=asking(network()), concurrency=4)
    async with aclosing(results) as open_results:  # type: ignore[type-var]  # it is an asynchronous generator
        async for found in open_results:
            assert found.address == "x@d0.com"
            break
    with anyio.fail_after(5):
        await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
async def test_a_run_works_beside_other_tasks() -> None:
    """Known addresses are answered without waiting, but others have their turn."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await anyio.lowlevel.checkpoint()
            turns += 1

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        async for _ in aio.discover_many((f"x{number}@gmail.com" for number in range(1000)), options=OFFLINE):
            pass
        group.cancel_scope.cancel()
    assert turns >= 10


def test_leaving_the_blocking_iterator_early_ends_it() -> None:
    """Its thread ends too."""
    import threading

    before = threading.active_count()
    results = mailsetup.discover_many((f"x@d{number}.com" for number in count()), options=asking(network()))
    next(results)
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == before


def test_known_addresses_start_no_thread() -> None:
    """As with ``discover``."""
    import threading

    before = threading.active_count()
    list(mailsetup.discover_many(["x@gmail.com"], options=OFFLINE))
    assert threading.active_count() == before


def test_a_mistake_in_the_input_reaches_the_caller() -> None:
    """An exception of the iterable is the caller's own."""

    def broken() -> Iterator[str]:
        yield "x@d1.com"
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(mailsetup.discover_many(broken(), options=asking(network())))


def test_bad_options_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the exception that ``discover`` has for them, from the thread of the network half too."""
    from mailsetup.errors import InvalidOptions

    with pytest.raises(InvalidOptions):
        list(mailsetup.discover_many([], options=OFFLINE, concurrency=0))
    monkeypatch.setattr("mailsetup.net.offline.has_network", lambda _options: True)
    with pytest.raises(InvalidOptions):
        list(mailsetup.discover_many(["x@d1.com"], options=Options(doh_url="http://dns.example/")))
