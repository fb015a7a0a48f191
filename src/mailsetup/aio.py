"""The asynchronous door, for asyncio and trio. Same names, same arguments, same results as the blocking one."""

from __future__ import annotations

from mailsetup.discovery import begin
from mailsetup.model import Discovery, Options

__all__ = ["discover"]

_DEFAULT = Options()


async def discover(address: str, /, *, options: Options = _DEFAULT) -> Discovery:
    """Find the mail settings for ``address``: see :func:`mailsetup.discover`.

    Raises:
        InvalidAddress: if ``address`` is not an e-mail address.
    """
    return begin(address, options).discovery()
