"""Where the nameservers are: as ``Options.nameservers`` spells them, or as the system says. No packet is sent.

Apart from ``dns/`` because it is needed to see whether there is a network at all, before anything heavy is loaded.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from mailsetup.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

RESOLV_CONF: Final = Path("/etc/resolv.conf")

DNS_PORT: Final = 53


class Place(NamedTuple):
    """A nameserver's address and port."""

    address: str
    port: int = DNS_PORT

    @property
    def is_here(self) -> bool:
        """Whether it is on this very machine."""
        return ip_address(self.address.partition("%")[0]).is_loopback


def places(written: Iterable[str] = (), /, *, resolv_conf: Path = RESOLV_CONF) -> tuple[Place, ...]:
    """Read nameservers as ``Options.nameservers`` spells them; the system's where none is written.

    Raises:
        InvalidOptions: for one that cannot be read.
    """
    return tuple(_read(text) for text in written) or _of_the_system(resolv_conf)


def _read(text: str) -> Place:
    host, port = text, ""
    if text.startswith("["):
        host, closing, port = text[1:].partition("]")
        port = port.removeprefix(":") if closing else "none"
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        ip_address(host.partition("%")[0])
        number = int(port or DNS_PORT)
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise InvalidOptions(f"{text!r} is not a nameserver: write an IP address, address:port or [address]:port")
    return Place(host, number)


def _of_the_system(resolv_conf: Path) -> tuple[Place, ...]:
    """Read the system's own choice; this machine itself where it has none, as ``resolv.conf(5)`` says."""
    try:
        text = resolv_conf.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _of_the_registry() or (Place("127.0.0.1"),)
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                found.append(_read(f"[{words[1]}]" if ":" in words[1] else words[1]))
            except InvalidOptions:  # the system's file is not ours to complain about
                continue
    return tuple(found) or (Place("127.0.0.1"),)


def _of_the_registry() -> tuple[Place, ...]:
    """Ask Windows, by way of dnspython."""
    import dns.resolver  # heavy, and needed on Windows only

    try:
        found = dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration:
        return ()
    return tuple(Place(server) for server in found if isinstance(server, str))
