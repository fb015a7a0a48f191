"""In which order the addresses of a host are tried: RFC 6724 as far as it matters here, then families in turn (HE-02).

What counts: whether this machine has a way to the address at all, whether the source address it would use is of the
same kind, and then the policy table's precedence. The way is found by asking the kernel: a datagram socket is
connected, and nothing is sent. The order DNS gave is kept among equals.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Family = Literal["A", "AAAA"]
FAMILIES: Final[tuple[Family, ...]] = ("AAAA", "A")

ANYWHERE: Final[dict[Family, str]] = {"A": "192.0.2.1", "AAAA": "2001:db8::1"}
"""Documentation addresses (RFC 5737, RFC 3849): nobody's, and routed by default like everybody's."""

_TABLE: Final = tuple(
    (ip_network(prefix), precedence, label)
    for prefix, precedence, label in (
        ("::1/128", 50, 0),
        ("::ffff:0:0/96", 35, 4),
        ("2001::/32", 5, 5),
        ("2002::/16", 30, 2),
        ("fec0::/10", 1, 11),
        ("fc00::/7", 3, 13),
        ("::/96", 1, 3),
        ("::/0", 40, 1),
    )
)
"""RFC 6724 section 2.1, the longer prefix first where one holds another."""


def source_address(address: str, /) -> str | None:
    """Give the address this machine would use to reach ``address``, or ``None`` if there is no way. Sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 9))
            return str(sock.getsockname()[0])
    except OSError:
        return None


def families(*, source: Callable[[str], str | None] = source_address) -> tuple[Family, ...]:
    """Give the address families that lead out of this machine; both where neither does, as in a closed network."""
    return tuple(family for family in FAMILIES if source(ANYWHERE[family]) is not None) or FAMILIES


def in_order(addresses: Iterable[str], /, *, source: Callable[[str], str | None] = source_address) -> list[str]:
    """Sort by RFC 6724 and interleave the families, the better family first (RFC 8305 section 4)."""
    addresses = list(addresses)
    if len(addresses) == 1:
        return addresses
    own_addresses = {address: source(address) for address in addresses}

    def key(address: str) -> tuple[bool, bool, int]:
        own = own_addresses[address]
        precedence, label = _policy(address)
        return own is None, own is not None and _policy(own)[1] != label, -precedence

    ordered = sorted(own_addresses, key=key)
    usable = [address for address in ordered if own_addresses[address] is not None] or ordered
    first = [address for address in usable if (":" in address) == (":" in usable[0])]
    second = [address for address in usable if address not in first]
    return [address for pair in zip_longest(first, second) for address in pair if address is not None]


def _policy(address: str) -> tuple[int, int]:
    """Give precedence and label; IPv4 goes by its mapped form."""
    ip = ip_address(address.partition("%")[0])
    if ip.version == 4:
        ip = ip_address(f"::ffff:{ip}")
    return next((precedence, label) for network, precedence, label in _TABLE if ip in network)
