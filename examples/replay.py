"""Record a look-up into a folder, and replay it where there is no network: for bug reports and for tests.

The folder is made of text files (``dns.zone``, ``pages/``, ``transcripts/``). It holds the domain, and the address
where that was shared: read it before you hand it on.

Usage: ``python replay.py record ADDRESS FOLDER`` or ``python replay.py play ADDRESS FOLDER``
"""

from __future__ import annotations

import sys

import anyio

import mailsetup
from mailsetup.net import open_network
from mailsetup.testing import FakeNetwork, recorded

DEFAULT = mailsetup.Options()


async def record(address: str, folder: str, /, *, options: mailsetup.Options = DEFAULT) -> mailsetup.Discovery:
    """Look ``address`` up on the network of ``options``, and keep all that was said in ``folder``."""
    async with open_network(options) as network:
        with recorded(network, folder) as tape:
            return await mailsetup.aio.discover(address, options=options.model_copy(update={"network": tape}))


async def play(address: str, folder: str, /, *, options: mailsetup.Options = DEFAULT) -> mailsetup.Discovery:
    """Look ``address`` up in what ``folder`` holds. Not one packet is sent."""
    network = FakeNetwork.from_folder(folder)
    return await mailsetup.aio.discover(address, options=options.model_copy(update={"network": network}))


if __name__ == "__main__":
    found = anyio.run({"record": record, "play": play}[sys.argv[1]], sys.argv[2], sys.argv[3])
    print(found.model_dump_json(indent=2, exclude={"attempts"}))
