"""What a source is: one mechanism, one method.

A source is a small object built for one question; everything it needs besides the address and the network it was given
when it was built. Write your own and hand it to ``Options(sources=[...])``::

    class CompanyDirectory:
        name = "company-directory"

        async def find(self, address, network, /):
            return Finding(status=Status.FOUND, servers=(...,))

``NetworkError`` may pass through a source: the engine turns it into the finding it stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.model import Finding, Options
    from mailsetup.net.interface import Network


@runtime_checkable
class Source(Protocol):
    """A mechanism that asks the network."""

    name: str
    """Appears in ``Server.sources`` and ``Attempt.source``; kebab-case."""

    async def find(self, address: Address, network: Network, /) -> Finding:
        """Answer for ``address``. Everything that goes wrong out there is part of the answer."""
        ...


class LocalSource(Protocol):
    """A mechanism that looks only at this machine, and so needs no event loop."""

    def __call__(self, address: Address, options: Options, /) -> Finding:
        """Answer for ``address`` at once."""
        ...
