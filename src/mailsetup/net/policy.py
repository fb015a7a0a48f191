"""Which IP addresses a name from somebody else may lead to (SEC-02). Pure.

Asked *after* resolution, about the very address that is connected to, so that a name cannot be checked as one address
and connected to as another (rebinding). An IPv6 address that only wraps an IPv4 one is judged by what is inside.

It does not know about host names, and it does not know the options: the dialer asks only when the guard is on.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ipaddress import IPv4Network

# Beside what ``is_global`` already leaves out: addresses that are globally routable by their number, and yet lead
# to the machine's own surroundings. Python releases differ about some of the others, so those stand here too.
_NEVER: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network (RFC 1122)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "168.63.129.16/32",  # a cloud's host agent, reachable from every virtual machine there
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "100::/64",  # discard (RFC 6666)
        "2001::/23",  # IETF protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "fc00::/7",  # unique local, fd00:ec2::254 among them (RFC 4193)
        "fec0::/10",  # site-local, once (RFC 3879)
        "64:ff9b:1::/48",  # NAT64 inside one operator's network (RFC 8215)
    )
)

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""The well-known prefix (RFC 6052): the last four octets are an IPv4 address."""

_COMPATIBLE: Final = IPv6Network("::/96")
"""IPv4-compatible addresses (RFC 4291 section 2.5.5.1): obsolete, and routed by some stacks all the same."""


def is_public(address: str, /) -> bool:
    """Whether ``address`` is one that a host on the public Internet can have.

    Loopback, private, link-local (with the metadata services), carrier-grade NAT, multicast, reserved and unspecified
    addresses are not, in whatever IPv6 form they are wrapped: mapped, compatible, 6to4, NAT64. Text that is not an IP
    address is not public.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(ip)
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or _is_listed(inner))


def _is_listed(ip: IPv4Address | IPv6Address) -> bool:
    return any(ip.version == network.version and ip in network for network in _NEVER)


def _inside(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the IPv4 address that an IPv6 one carries, or the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    wrapped = ip.ipv4_mapped or ip.sixtofour
    if wrapped is not None:
        return wrapped
    if ip in _NAT64 or ip in _COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
