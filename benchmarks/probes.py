"""Proof against the least number of round trips: both servers of a pair, and guessing.

A server is proven in: name 1, TCP 1, TLS 1.3 1, and at most 2 for greeting and capabilities; with STARTTLS two more, to
ask for it and to ask for the capabilities again. The two servers side by side; saying goodbye costs no round trip. The
settings themselves are known beforehand, from a source of our own or from the bundled data, so that nothing but the
proof is measured. Guessing has two seconds for everything, a filtered bare name included.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.table import Measured, spread
from benchmarks.world import ROUND_TRIP, delayed_world, timed
from mailsetup.model import Finding, Options, Protocol, Security, Server, Status, Trust

if TYPE_CHECKING:
    from mailsetup.address import Address
    from mailsetup.net.interface import Network

TURNS = 11
ALLOWED = 1.3
PAIR = 5
"""Round trips: see above."""
GUESSING = 2000
"""Milliseconds."""

WITH_STARTTLS = PAIR + 2


class Known:
    """A source that knows the settings: IMAP and SMTP at fixed ports."""

    name = "known"

    def __init__(self, security: Security, imap: int, smtp: int) -> None:
        self._places = ((Protocol.IMAP, imap), (Protocol.SMTP, smtp))
        self._security = security

    async def find(self, address: Address, network: Network, /) -> Finding:  # noqa: ARG002  (the interface's signature)
        """Give them."""
        servers = tuple(
            Server(
                protocol=protocol,
                hostname=f"{protocol.value}.{address.domain}",
                port=port,
                security=self._security,
                trust=Trust.AUTHENTICATED,
                sources=(self.name,),
            )
            for protocol, port in self._places
        )
        return Finding(status=Status.FOUND, servers=servers)


IMPLICIT, UPGRADED = Known(Security.TLS, 993, 465), Known(Security.STARTTLS, 143, 587)
PAIRS: dict[str, tuple[str, dict[str, Any], int]] = {
    "a pair, implicit TLS": ("user@pacc.example", {"sources": (IMPLICIT,)}, PAIR),
    "a pair, STARTTLS": ("user@pacc.example", {"sources": (UPGRADED,)}, WITH_STARTTLS),
    "a known provider's four servers, one with STARTTLS": ("user@gmail.com", {}, WITH_STARTTLS),
    "autoconfig, found and proven": ("user@autoconfig.example", {}, 4 + PAIR),
    "ISPDB only, found and proven": ("user@ispdb.example", {}, 4 + PAIR),
}
GUESSES = {
    "guessing: imap. and smtp. answer": "user@guess.example",
    "guessing: the bare name is filtered": "user@guess-dark.example",
}


def measure() -> list[Measured]:
    """Measure pairs, whole discoveries and guesses, in turns."""
    with delayed_world() as ca_file:
        cases = {what: (address, Options(ca_file=ca_file, **more)) for what, (address, more, _) in PAIRS.items()}
        cases |= {what: (address, Options(ca_file=ca_file)) for what, address in GUESSES.items()}
        took: dict[str, list[float]] = {what: [] for what in cases}
        for turn in range(TURNS + 1):
            for what, (address, options) in cases.items():
                elapsed, found = timed(address, options)
                if not found.confirmed:
                    raise RuntimeError(f"{what} was not proven: {[server.probe for server in found.servers]}")
                if turn:
                    took[what].append(elapsed)
    rows = [_row(what, took[what], least) for what, (_, _, least) in PAIRS.items()]
    return rows + [_guess(what, took[what]) for what in GUESSES]


def _row(what: str, took: list[float], least: int) -> Measured:
    limit, middle = least * ROUND_TRIP, median(took)
    note, baseline = f"best {min(took) / limit:.2f}×", f"{least} round trips"
    return Measured(what, middle * 1000, "ms", ALLOWED * limit * 1000, middle / limit, note, baseline, spread(took))


def _guess(what: str, took: list[float]) -> Measured:
    middle, note = median(took) * 1000, f"worst {max(took):.2f} s"
    return Measured(what, middle, "ms", GUESSING, middle / GUESSING, note, "2 s", spread(took))
