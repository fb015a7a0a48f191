"""Fetches a database and its signature, over https from beginning to end, and has them verified and taken over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailsetup.errors import InvalidDocument, InvalidOptions
from mailsetup.model import Learned
from mailsetup.net import open_network
from mailsetup.net.interface import Request
from mailsetup.providers.signature import MAX_SIGNATURE, require_cryptography
from mailsetup.providers.update import MAX_DATABASE, take_over

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mailsetup.model import Options
    from mailsetup.net.interface import Network
    from mailsetup.providers.in_use import Choice

SIGNATURE_SUFFIX = ".sig"


def fetch_and_take_over(url: str, /, *, options: Options, path: Path, keys: Iterable[str]) -> Choice | None:
    """Fetch ``url`` and ``url.sig``, verify, and put the database to ``path``.

    Gives what is in use now, or ``None`` if that is what was in use before. On any failure nothing has changed.

    Raises:
        InvalidOptions: if ``url`` is not https.
        NetworkError: if there is no answer, or a redirect leads away from https.
        InvalidDocument: if the answer is not to be used: as ``take_over`` says, and ``not-there`` for another status.
        OSError: if it cannot be written.
        ModuleNotFoundError: if the package that verifies signatures is not installed.
    """
    import anyio

    require_cryptography()
    if urlsplit(url).scheme != "https":
        raise InvalidOptions(f"{url!r} is not an https URL")
    database, signature = anyio.run(partial(_fetch_both, url, options=options))
    return take_over(database, signature, path=path, keys=keys)


async def _fetch_both(url: str, *, options: Options) -> tuple[bytes, bytes]:
    parts = urlsplit(url)
    signature_url = parts._replace(path=parts.path + SIGNATURE_SUFFIX).geturl()
    async with open_network(options) as network:
        # The signature first: where it is missing, half a megabyte need not be fetched.
        signature = await _fetch(network, signature_url, MAX_SIGNATURE)
        return await _fetch(network, url, MAX_DATABASE), signature


async def _fetch(network: Network, url: str, max_bytes: int) -> bytes:
    response = await network.fetcher.fetch(Request(url, max_bytes=max_bytes, learned=Learned.NOTHING))
    if response.status != 200:
        raise InvalidDocument(f"{url} is answered with status {response.status}.", code="not-there")
    return response.body
