"""The asynchronous door, for asyncio and trio. Same names, same arguments, same results as the blocking one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.discovery import begin, goes_on
from mailsetup.model import Discovery, Options, Probe, Server, Verification

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from datetime import datetime

    from mailsetup.errors import InvalidAddress
    from mailsetup.model.audit import AuditReport

__all__ = ["audit", "discover", "discover_many", "probe", "verify"]

_DEFAULT = Options()


async def discover(address: str, /, *, options: Options = _DEFAULT) -> Discovery:
    """Find the mail settings for ``address``: see :func:`mailsetup.discover`.

    Raises:
        InvalidAddress: if ``address`` is not an e-mail address.
    """
    case = begin(address, options)
    if goes_on(case):
        from mailsetup.asking import proceed

        await proceed(case)
    return case.discovery()


def discover_many(
    addresses: Iterable[str],
    /,
    *,
    options: Options = _DEFAULT,
    concurrency: int = 32,
    ordered: bool = True,
    processes: int = 1,
) -> AsyncIterator[Discovery | InvalidAddress]:
    """Find the mail settings for many addresses: see :func:`mailsetup.discover_many`.

    Whoever leaves the loop early closes the iterator (``contextlib.aclosing``), which ends what is still being asked.
    """
    from mailsetup.many import answers

    return answers(addresses, options, concurrency=concurrency, ordered=ordered, processes=processes)


async def probe(server: Server, /, *, options: Options = _DEFAULT) -> Probe:
    """Prove one server by a live conversation, without a password.

    Nothing about the user is sent; whatever goes wrong is the ``outcome``. The call is over after ``options.timeout``.
    """
    from mailsetup.net import open_network
    from mailsetup.prober import probe_server

    async with open_network(options) as network:
        return await probe_server(server, network=network, deadline=options.timeout)


async def verify(
    discovery: Discovery,
    /,
    *,
    password: str | None = None,
    token: str | None = None,
    consent: bool = False,
    options: Options = _DEFAULT,
) -> Verification:
    """Log in to the chosen pair with a password or an OAuth access token, within a budget of attempts.

    The incoming server comes first; a definite "no" ends everything. No mail is sent. What goes wrong out there is a
    verdict in the result, and the credential is in no part of it. No credential is sent outside verified TLS.

    Args:
        discovery: what ``discover`` gave.
        password: the password, or
        token: an OAuth 2.0 access token.
        consent: a person has seen the registrable domain of a server that nobody vouches for, and agreed.
        options: how to reach the servers.

    Raises:
        ConsentRequired: if a server ``needs_consent`` and ``consent`` is not ``True``; nothing has been sent then.
        InvalidOptions: without exactly one credential.
    """
    from mailsetup.net import open_network
    from mailsetup.verifier import verify as log_in

    async with open_network(options) as network:
        return await log_in(discovery, network=network, password=password, token=token, consent=consent)


async def audit(domain: str, /, *, options: Options = _DEFAULT, now: datetime | None = None) -> AuditReport:
    """Look at everything a domain publishes, try all of it, and grade it for the domain's owner.

    Args:
        domain: the domain, or an address at it, where the answers depend on the user.
        options: whom to ask, and how long; every mechanism is asked, http is looked at, all servers are probed.
        now: the time that certificates are judged by; ``None`` is the present.

    Raises:
        InvalidAddress: if ``domain`` is no public domain.
        InvalidOptions: with ``offline``.
    """
    from mailsetup.audit import audit as look_at

    return await look_at(domain, options=options, now=now)
