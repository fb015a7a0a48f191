"""What is asked of whom, in which order of preference. Pure.

A *step* is one source, asked about one domain. The first wave comes from the address and the options alone. The second
wave comes from the domain's MX: the same documents, asked of the hoster's names. The last resort is asked only when
nobody else has anything good: it knocks on many doors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model import Options, SourceName, Trust
from mailsetup.names import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailsetup.address import Address
    from mailsetup.model import Hosting

LOCAL = (SourceName.USER_FILE, SourceName.BUNDLED)
"""Answered on this machine."""

LAST_RESORT = (SourceName.GUESS,)
"""Started when everybody else has ended with nothing good, or has had the grace time."""

RANKS_APART = 10
"""Distance between the ranks of first-wave steps: room for the second wave right behind its MX step."""


class Step(NamedTuple):
    """One source, asked about one domain."""

    source: SourceName | object
    """A mechanism by name, or the caller's own ``Source``."""
    rank: int
    """Order of preference; smaller is better."""
    domain: str
    """About whom: the address's own domain, or a hoster's."""
    ceiling: Trust = Trust.AUTHENTICATED
    """The most that an answer can be trusted, whatever the source says."""
    via: tuple[str, ...] = ()
    """The hops that led to ``domain``."""

    @property
    def name(self) -> SourceName | str:
        """The source's name, for attempts and results."""
        return self.source if isinstance(self.source, SourceName) else str(getattr(self.source, "name", "custom"))


class Plan(NamedTuple):
    """All that is to be asked, and why the rest is not."""

    local: tuple[Step, ...]
    """Answered first, in this order, on this machine."""
    network: tuple[Step, ...]
    """Started all at once, if nothing local settles the matter."""
    skipped: tuple[tuple[Step, str], ...]
    """Not asked, each with its reason."""


def first_wave(address: Address, options: Options, /) -> Plan:
    """Write the steps for an address."""
    local: list[Step] = []
    network: list[Step] = []
    skipped: list[tuple[Step, str]] = []
    nowhere = _why_nobody(address, options)
    for rank, source in enumerate(options.sources):
        step = Step(source, rank * RANKS_APART, address.domain)
        reason = nowhere or _why_not(step, options)
        if source in LOCAL:
            local.append(step)
        elif reason:
            skipped.append((step, reason))
        else:
            network.append(step)
    return Plan(tuple(local), tuple(network), tuple(skipped))


def _why_nobody(address: Address, options: Options) -> str:
    if options.offline:
        return "offline"
    return "" if address.gets_network_discovery else "not-a-public-name"


def _why_not(step: Step, options: Options) -> str:
    if step.source is SourceName.ISPDB and options.ispdb_url is None:
        return "switched-off"
    return ""


def may_settle(options: Options, /) -> bool:
    """Whether a local answer ends the asking: unless the caller named the sources, which means "ask these"."""
    return "sources" not in options.model_fields_set


def second_wave(mx: Step, address: Address, hosting: Hosting, options: Options, /) -> tuple[Step, ...]:
    """Write the steps for the hoster's names, from the best MX record (AC-09…AC-13).

    Plain DNS picked these names, so their answers are unauthenticated, unless DNSSEC or an MTA-STS policy vouches for
    the exchangers (TRUST-08).
    """
    if not hosting.exchangers or hosting.takes_no_mail:
        return ()
    best = hosting.exchangers[0].hostname
    ceiling = Trust.VOUCHED if hosting.secure else Trust.UNAUTHENTICATED
    via = (*mx.via, f"MX {address.domain} → {best}")
    sources = [source for source in (SourceName.AUTOCONFIG, SourceName.ISPDB) if _is_wanted(source, options)]
    names = tuple(_hoster_names(address.domain, best))
    pairs = [(source, name) for source in sources for name in names]
    return tuple(Step(source, mx.rank + 1 + place, name, ceiling, via) for place, (source, name) in enumerate(pairs))


def _is_wanted(source: SourceName, options: Options) -> bool:
    return source in options.sources and not (source is SourceName.ISPDB and options.ispdb_url is None)


def _hoster_names(domain: str, exchanger: str) -> Iterator[str]:
    """AC-10: the exchanger without its first label where that says more, then its registrable domain."""
    base = registrable_domain(exchanger)
    if base is None or base == registrable_domain(domain):
        return  # a public suffix (SEC-03), or our own domain, which is asked already (AC-13)
    full = exchanger.partition(".")[2]
    if len(full) > len(base):
        yield full
    yield base
