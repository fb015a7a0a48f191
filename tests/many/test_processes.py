"""``discover_many`` in several processes: the same answers, and nothing left behind, whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import socket
import ssl
from contextlib import aclosing
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import mailsetup
from mailsetup import Discovery, Options, aio
from mailsetup.errors import InvalidOptions, MailsetupError
from mailsetup.many.worker_process import something_to_read
from tests.support.sources import BROKEN, DEADLY, SLOW, Whereabouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup import InvalidAddress


@pytest.fixture
def options() -> Iterator[Options]:
    """Ask nobody out there; the nameserver is there so that a network is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        nameserver.bind(("127.0.0.1", 0))
        yield Options(sources=(Whereabouts(),), probe=False, nameservers=(f"127.0.0.1:{nameserver.getsockname()[1]}",))


def process_of(found: Discovery | InvalidAddress) -> str:
    assert isinstance(found, Discovery)
    assert found.imap is not None
    assert found.imap.username == found.address
    return found.imap.hostname.partition(".")[0]


def test_processes_share_the_domains(options: Options) -> None:
    """Each domain is asked in one of them, for all its addresses; the order is that of the addresses."""
    addresses = [f"{who}@d{number}.com" for who in ("kim", "zoë") for number in range(12)]
    found = list(mailsetup.discover_many(addresses, options=options, processes=2))
    assert [result.address for result in found] == addresses
    where = [process_of(result) for result in found]
    assert len(set(where)) == 2
    assert f"p{os.getpid()}" not in where
    assert where[: len(where) // 2] == where[len(where) // 2 :]  # the same domains, another local part
    assert multiprocessing.active_children() == []


def test_one_process_and_two_say_the_same(options: Options) -> None:
    """Apart from the clock and the process, and with and without order."""
    addresses = [f"x@d{number}.com" for number in range(8)] + ["nobody", "x@gmail.com"]

    def told(**how: Any) -> list[Any]:
        results = mailsetup.discover_many(addresses, options=options, **how)
        return sorted((r.address, bool(isinstance(r, Discovery) and r.found)) for r in results)

    assert told() == told(processes=2) == told(processes=2, ordered=False)


@pytest.mark.anyio
async def test_the_asynchronous_door_has_them_too(options: Options) -> None:
    """The event loop goes on meanwhile, and leaving early ends the processes."""
    found = [
        result async for result in aio.discover_many([f"x@d{n}.com" for n in range(6)], options=options, processes=2)
    ]
    assert len({process_of(result) for result in found}) == 2
    endless = aio.discover_many((f"x@d{n}.com" for n in count()), options=options, processes=2, concurrency=4)
    async with aclosing(endless) as results:  # type: ignore[type-var]  # it is an asynchronous generator
        async for result in results:
            assert result.address == "x@d0.com"
            break
    with anyio.move_on_after(1.5) as scope:
        async for _ in aio.discover_many([f"x@{SLOW}"], options=options, processes=2):
            pass
    assert scope.cancelled_caught
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_ends_the_run(options: Options) -> None:
    """With its exit status, and without the others going on."""
    results = mailsetup.discover_many([f"x@{DEADLY}", f"x@{SLOW}"], options=options, processes=2)
    with pytest.raises(MailsetupError, match="exit status 3"):
        list(results)
    assert multiprocessing.active_children() == []


def test_a_mistake_in_a_process_ends_the_run(options: Options, capfd: pytest.CaptureFixture[str]) -> None:
    """It is told by its kind only; the whole of it is on standard error."""
    with pytest.raises(MailsetupError, match="a process failed"):
        list(mailsetup.discover_many([f"x@{BROKEN}"], options=options, processes=2))
    assert multiprocessing.active_children() == []
    assert "surrogates not allowed" in capfd.readouterr().err


def test_leaving_early_ends_the_processes(options: Options) -> None:
    """Whatever they are doing."""
    results = mailsetup.discover_many(["x@d1.com", f"x@{SLOW}"], options=options, processes=2)
    assert next(results).address == "x@d1.com"
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert multiprocessing.active_children() == []


def test_known_addresses_start_no_process() -> None:
    """As long as nobody has to be asked."""
    results = mailsetup.discover_many(["x@gmail.com"] * 3, options=Options(offline=True), processes=4)
    next(results)
    assert multiprocessing.active_children() == []
    assert len(list(results)) == 2


def test_options_must_be_able_to_travel(options: Options) -> None:
    """A TLS context of the caller's own stays where it is; what a process refuses is told here."""
    with pytest.raises(InvalidOptions, match="processes"):
        list(mailsetup.discover_many([], options=options, processes=0))
    own = options.model_copy(update={"ssl_context": ssl.create_default_context()})
    with pytest.raises(InvalidOptions, match="pickled"):
        list(mailsetup.discover_many(["x@d1.com"], options=own, processes=2))
    doh = options.model_copy(update={"doh_url": "http://dns.example/"})
    with pytest.raises(InvalidOptions, match="https"):
        list(mailsetup.discover_many(["x@d1.com"], options=doh, processes=2))
    assert multiprocessing.active_children() == []


@pytest.mark.anyio
@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_process_waits_for_its_pipe(in_thread: bool) -> None:
    """In an event loop, and in a thread where there is no other way; the other end's close ends the waiting too."""
    ours, theirs = multiprocessing.Pipe()
    with ours:
        acts: list[Callable[[], object]] = [partial(ours.send, "here"), ours.close]
        for act in acts:
            async with anyio.create_task_group() as group:
                group.start_soon(partial(something_to_read, theirs, in_thread=in_thread))
                await anyio.sleep(0.02)
                act()
            if not ours.closed:
                assert theirs.recv() == "here"
    with theirs, pytest.raises(EOFError):
        theirs.recv()
