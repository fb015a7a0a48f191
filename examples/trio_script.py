"""Look an address up under trio, and show what is known while the rest is still being asked.

Usage: ``python trio_script.py ADDRESS``
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import trio

import mailsetup

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = mailsetup.Options()


async def look_up(
    address: str, /, *, say: Callable[[str], None] = print, options: mailsetup.Options = DEFAULT
) -> mailsetup.Discovery:
    """Look ``address`` up; ``say`` hears of each partial result. No more than five seconds are spent."""

    def so_far(partial: mailsetup.Discovery) -> None:
        say(f"… {len(partial.servers)} servers, {len(partial.attempts)} questions answered")

    options = options.model_copy(update={"observer": so_far, "timeout": 5.0})
    found = await mailsetup.aio.discover(address, options=options)
    for server in (found.incoming, found.outgoing):
        if server is not None:
            say(f"{server.protocol}: {server.hostname}:{server.port}, log in as {server.username}")
    return found


if __name__ == "__main__":
    try:
        trio.run(look_up, sys.argv[1])
    except mailsetup.InvalidAddress as error:
        sys.exit(str(error))
