"""The network door: the only place that does I/O over the network.

``interface.py`` is its contract, ``open_network`` its real implementation. Nothing heavy is imported until it is
opened, so that an offline look-up can name the contract's types for free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from mailsetup.model import Options
    from mailsetup.net.interface import Network

__all__ = ["open_network"]


def open_network(options: Options, /, *, per_host: int = 2) -> AbstractAsyncContextManager[Network]:
    """Open the door as ``options`` say: nameservers, proxy, authorities, address policy.

    The ``Network`` it gives is good until the context ends; then every socket it opened is closed, whatever happened.
    There are ``per_host`` connections at a time to one host, and to one address, at most (HE-05).
    Where ``options.network`` is given, that is the one, and it is the caller's to close.

    Raises:
        InvalidOptions: for nameservers, a proxy, a DoH URL, authorities or an SSL context that cannot be used.
    """
    from mailsetup.net.door import open_network as opened

    return opened(options, per_host=per_host)
