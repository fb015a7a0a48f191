"""Look several addresses up at once, under asyncio.

Usage: ``python asyncio_script.py ADDRESS…``
"""

from __future__ import annotations

import asyncio
import sys

import mailsetup

DEFAULT = mailsetup.Options()


def line(found: mailsetup.Discovery) -> str:
    """Say in one line what a mail program would use."""
    if found.incoming is None:
        return f"{found.address}: nothing found"
    state = "works" if found.incoming.confirmed else "not tried out"
    return f"{found.address}: {found.incoming.hostname}:{found.incoming.port} ({found.incoming.security}, {state})"


async def look_up(addresses: list[str], /, *, options: mailsetup.Options = DEFAULT) -> list[str]:
    """Give a line for each address, in their order. All of them share nothing but the event loop."""
    found = await asyncio.gather(*(mailsetup.aio.discover(address, options=options) for address in addresses))
    return [line(each) for each in found]


if __name__ == "__main__":
    try:
        print("\n".join(asyncio.run(look_up(sys.argv[1:]))))
    except mailsetup.InvalidAddress as error:
        sys.exit(str(error))
