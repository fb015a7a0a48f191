"""What the formats for a domain's owner share: user names that fit every user of the domain, and where to publish.

These documents speak for a whole domain. A user name that is neither the address nor its local part belongs to one
person and is refused, not published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.model import Protocol
from mailsetup.render.export.choice import MAIL, safe_servers
from mailsetup.render.export.sentences import refuse

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Server


def published_address(discovery: Discovery) -> Address:
    """Give the address, whose domain the document is for.

    Raises:
        CannotExpress: for an address literal.
    """
    if discovery.domain.startswith("["):
        raise refuse("no-domain", address=discovery.address)
    return Address.parse(discovery.address)


def published_servers(discovery: Discovery, program: str) -> list[Server]:
    """Give all servers that may be published, best first: at least an incoming and an outgoing one.

    Raises:
        CannotExpress: if one is missing, or a user name is one person's.
    """
    address = published_address(discovery)
    servers = list(safe_servers(discovery))
    spoken = {server.protocol for server in servers}
    if not spoken & set(MAIL):
        raise _missing(discovery, MAIL, "IMAP / POP3")
    if Protocol.SMTP not in spoken:
        raise _missing(discovery, (Protocol.SMTP,), "SMTP")
    general = {None, str(address), address.ascii, address.local, *local_forms(address)}
    if any(server.username not in general for server in servers):
        raise refuse("username-form", format=program)
    return servers


def _missing(discovery: Discovery, protocols: tuple[Protocol, ...], name: str) -> Exception:
    known = any(server.protocol in protocols for server in discovery.servers)
    return refuse("cleartext" if known else "no-server", protocol=name, address=discovery.address)


def local_forms(address: Address) -> tuple[str, ...]:
    """Give the addresses as user names: domain in A-labels and in U-labels."""
    return (f"{address.local}@{address.domain}", f"{address.local}@{address.domain_unicode}")
