"""A source of your own: here, the directory of a company that knows where each employee's mailbox is.

A source has a name and one method. It may ask the network it is handed; then deadlines, address policy and the trace
hold for it too. It answers with a ``Finding`` and never with an exception.

Usage: ``python custom_source.py ADDRESS``
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import mailsetup
from mailsetup.model import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailsetup.net.interface import Network

DIRECTORY = {"kim": "north", "lee": "south"}
"""Who is at which site."""


class CompanyDirectory:
    """Knows the mail host of everybody in the company."""

    name = "company-directory"

    def __init__(self, sites: Mapping[str, str], /, *, domain: str) -> None:
        self._sites = sites
        self._domain = domain

    async def find(self, address: mailsetup.Address, network: Network, /) -> Finding:  # noqa: ARG002  (the interface's)
        """Answer for one address; this directory is in memory, so the network is not asked."""
        if address.domain != self._domain:
            return Finding(status=Status.ABSENT, reason="other-domain")
        site = self._sites.get(address.local)
        if site is None:
            return Finding(status=Status.ABSENT, reason="not-listed")
        servers = tuple(
            mailsetup.Server(
                protocol=protocol,
                hostname=f"{site}.mail.{self._domain}",
                port=port,
                security="tls",
                username=address.local,
                trust=mailsetup.Trust.AUTHENTICATED,
                sources=(self.name,),
                provenance=("the directory",),
            )
            for protocol, port in (("imap", 993), ("smtp", 465))
        )
        return Finding(status=Status.FOUND, servers=servers)


def options(**changes: object) -> mailsetup.Options:
    """Ask the directory first, then what the domain publishes, and nobody else."""
    own = CompanyDirectory(DIRECTORY, domain="corp.example")
    return mailsetup.Options(sources=(own, "autoconfig", "srv"), **changes)


if __name__ == "__main__":
    try:
        found = mailsetup.discover(sys.argv[1], options=options())
    except mailsetup.InvalidAddress as error:
        sys.exit(str(error))
    print(*(f"{server.protocol} {server.hostname} (says {server.sources[0]})" for server in found.servers), sep="\n")
