"""The blocking door: the same names as ``mailsetup.aio``, for programs without an event loop.

What this machine knows is answered in the caller's own thread.
"""

from __future__ import annotations

from mailsetup.discovery import begin
from mailsetup.model import Discovery, Options

_DEFAULT = Options()


def discover(address: str, /, *, options: Options = _DEFAULT) -> Discovery:
    """Find the mail settings for ``address``.

    A valid address always gives a ``Discovery``; nothing found is ``found == False``, with attempts and problems that
    say why. Works inside a running event loop too.

    Raises:
        InvalidAddress: if ``address`` is not an e-mail address.
    """
    return begin(address, options).discovery()
