"""The blocking door: the same names as ``mailsetup.aio``, for programs without an event loop.

What this machine knows is answered in the caller's own thread. Everything else runs on an event loop of its own in a
worker thread, so it works inside a running loop too; Ctrl-C cancels it at once, and the thread ends with the call.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mailsetup.discovery import begin, goes_on
from mailsetup.model import Discovery, Options, Probe, Server, Verification

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from datetime import datetime

    from mailsetup.errors import InvalidAddress
    from mailsetup.model.audit import AuditReport

_DEFAULT = Options()
_T = TypeVar("_T")


def discover(address: str, /, *, options: Options = _DEFAULT) -> Discovery:
    """Find the mail settings for ``address``.

    A valid address always gives a ``Discovery``; nothing found is ``found == False``, with attempts and problems that
    say why. Works inside a running event loop too.

    Raises:
        InvalidAddress: if ``address`` is not an e-mail address.
    """
    case = begin(address, options)
    if goes_on(case):
        from mailsetup.asking import proceed

        _in_own_loop(proceed, case)
    return case.discovery()


def discover_many(
    addresses: Iterable[str],
    /,
    *,
    options: Options = _DEFAULT,
    concurrency: int = 32,
    ordered: bool = True,
    processes: int = 1,
) -> Iterator[Discovery | InvalidAddress]:
    """Find the mail settings for many addresses, with the work for each domain done once.

    One result an address: a ``Discovery``, or, since one bad address must not end a run, the ``InvalidAddress`` that
    ``discover`` would have raised. Addresses are taken as results are given, so both may be endless; the iterable
    should not make anybody wait for its next address.

    A domain's servers are looked up for all its addresses at once, so no address is told to anybody, whatever
    ``options.share_address`` says; your own ``Source`` objects are asked about the local part ``%EMAILLOCALPART%``;
    ``options.observer`` is not called; ``attempts`` and ``elapsed`` are those of the domain's look-up, without what it
    had no need to ask.

    Args:
        addresses: what to look up.
        options: as for ``discover``; ``timeout`` is for each domain.
        concurrency: domains asked at a time.
        ordered: give results in the order of the addresses; otherwise as they come.
        processes: with more than one, domains that have to be asked are asked in that many processes; they are
            started like those of ``multiprocessing`` (a script needs its ``if __name__ == "__main__"``), and take
            ``options`` that can be pickled. Two of them share the connections that one host gets.

    Raises:
        InvalidOptions: with a ``concurrency`` or ``processes`` below 1, or where ``discover`` would raise it.
    """
    from mailsetup.many import answers_blocking

    return answers_blocking(addresses, options, concurrency=concurrency, ordered=ordered, processes=processes)


def probe(server: Server, /, *, options: Options = _DEFAULT) -> Probe:
    """Prove one server by a live conversation, without a password: see :func:`mailsetup.aio.probe`."""
    from mailsetup import aio

    return _in_own_loop(aio.probe, server, options=options)


def verify(
    discovery: Discovery,
    /,
    *,
    password: str | None = None,
    token: str | None = None,
    consent: bool = False,
    options: Options = _DEFAULT,
) -> Verification:
    """Log in to the chosen pair, within a budget of attempts: see :func:`mailsetup.aio.verify`.

    Raises:
        ConsentRequired: if a server ``needs_consent`` and ``consent`` is not ``True``; nothing has been sent then.
        InvalidOptions: without exactly one credential.
    """
    from mailsetup import aio

    return _in_own_loop(aio.verify, discovery, password=password, token=token, consent=consent, options=options)


def audit(domain: str, /, *, options: Options = _DEFAULT, now: datetime | None = None) -> AuditReport:
    """Look at everything a domain publishes, and grade it: see :func:`mailsetup.aio.audit`."""
    from mailsetup import aio

    return _in_own_loop(aio.audit, domain, options=options, now=now)


def _in_own_loop(work: Callable[..., Awaitable[_T]], /, *arguments: Any, **named: Any) -> _T:
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        running = portal.start_task_soon(partial(work, *arguments, **named))
        try:
            return running.result()
        except BaseException:
            running.cancel()  # Ctrl-C in this thread stops the other one
            raise
