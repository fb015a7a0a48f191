"""What is asked of whom, in which order of preference. Pure.

A *step* is one source, asked about one domain. The first wave comes from the address and the options alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mailsetup.model import Options, SourceName, Trust

if TYPE_CHECKING:
    from mailsetup.address import Address

LOCAL = (SourceName.USER_FILE, SourceName.BUNDLED)
"""Answered on this machine."""


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
    for rank, source in enumerate(options.sources):
        step = Step(source, rank, address.domain)
        reason = _why_not(step, address, options)
        if source in LOCAL:
            local.append(step)
        elif reason:
            skipped.append((step, reason))
        else:
            network.append(step)
    return Plan(tuple(local), tuple(network), tuple(skipped))


def _why_not(step: Step, address: Address, options: Options) -> str:
    if options.offline:
        return "offline"
    if not address.gets_network_discovery:
        return "not-a-public-name"
    if step.source is SourceName.ISPDB and options.ispdb_url is None:
        return "switched-off"
    return ""


def may_settle(options: Options, /) -> bool:
    """Whether a local answer ends the asking: unless the caller named the sources, which means "ask these"."""
    return "sources" not in options.model_fields_set
