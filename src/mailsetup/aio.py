"""The asynchronous door, for asyncio and trio. Same names, same arguments, same results as the blocking one."""

from __future__ import annotations

from mailsetup.discovery import begin
from mailsetup.model import Discovery, Options, Probe, Server

__all__ = ["discover", "probe"]

_DEFAULT = Options()


async def discover(address: str, /, *, options: Options = _DEFAULT) -> Discovery:
    """Find the mail settings for ``address``: see :func:`mailsetup.discover`.

    Raises:
        InvalidAddress: if ``address`` is not an e-mail address.
    """
    case = begin(address, options)
    if case.needs_network:
        from mailsetup.asking import proceed

        await proceed(case)
    return case.discovery()


async def probe(server: Server, /, *, options: Options = _DEFAULT) -> Probe:
    """Prove one server by a live conversation, without a password.

    Nothing about the user is sent; whatever goes wrong is the ``outcome``. The call is over after ``options.timeout``.
    """
    from mailsetup.net import open_network
    from mailsetup.probe import probe_server

    async with open_network(options) as network:
        return await probe_server(server, network=network, deadline=options.timeout)
