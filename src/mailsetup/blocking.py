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
    from collections.abc import Awaitable, Callable
    from datetime import datetime

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
