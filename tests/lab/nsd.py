"""NSD with the lab's zones, signed by ``ldns-signzone``: the authoritative name server."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import dns.message
import dns.query

from tests.lab import world, zones
from tests.lab.availability import program
from tests.lab.daemon import Daemon, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.world import World

CONFIG = """\
server:
    ip-address: {address}@{port}
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    database: ""
    pidfile: "{folder}/nsd.pid"
    xfrdfile: "{folder}/xfrd.state"
    zonelistfile: "{folder}/zone.list"
    xfrdir: "{folder}"
    server-count: 1
    verbosity: 1
    rrl-ratelimit: 0
remote-control:
    control-enable: no
"""


class Nsd:
    """The running server, and the key to trust."""

    def __init__(self, where: World) -> None:
        self.port = where.port(world.NAME_SERVER, 53)
        folder = where.room("nsd")
        self.anchor = folder / "anchor.ds"
        """The DS record of ``test.``."""
        served, key = _write_zones(where, folder, self.anchor)
        self.root_anchor = key.partition("DS")[2].strip()
        """The digest of the root's key, as in a DS record."""
        config = folder / "nsd.conf"
        text = CONFIG.format(address=world.NAME_SERVER, port=self.port, folder=folder)
        text += "".join(f'zone:\n    name: "{name}"\n    zonefile: "{file.name}"\n' for name, file in served.items())
        config.write_text(text, encoding="ascii")
        server = program("nsd", package="nsd")
        ready = answers(world.NAME_SERVER, self.port, "ns.test.")
        self.daemon = Daemon("nsd", [server, "-d", "-c", config], folder=folder, ready=ready)


def answers(address: str, port: int, name: str, /) -> Callable[[], None]:
    """Give a ready-check: the DNS server there has an answer to the A question for ``name``."""

    def check() -> None:
        question = dns.message.make_query(name, "A")
        try:
            answer = dns.query.udp(question, address, port=port, timeout=1)
        except dns.exception.DNSException as error:
            raise ConnectionError(str(error)) from error
        if not answer.answer:
            raise ConnectionError(f"no answer for {name}")

    return check


def _write_zones(where: World, folder: Path, anchor: Path) -> tuple[dict[str, Path], str]:
    """Write and sign every zone; give the file of each, and the DS record of the root."""
    served = {
        "example": _write(folder, "example", zones.example(where)),
        zones.UNSIGNED: _write(folder, zones.UNSIGNED, zones.child(zones.UNSIGNED, where)),
        zones.BROKEN: folder / "there-is-no-such-file",
    }
    long_ago = datetime.now(timezone.utc) - timedelta(days=365)
    delegations = ""
    for name in (zones.SIGNED, zones.BOGUS, zones.EXPIRED):
        plain = _write(folder, name, zones.child(name, where))
        until = long_ago if name == zones.EXPIRED else None
        served[name], delegation = _sign(name, plain, until=until)
        delegations += delegation
    _tamper(served[zones.BOGUS])
    served["test"], key = _sign("test", _write(folder, "test", zones.parent(delegations)), until=None)
    anchor.write_text(key, encoding="ascii")
    served["."], root_key = _sign(".", _write(folder, "root", zones.root(key)), until=None)
    return served, root_key


def _write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.zone"
    file.write_text(text, encoding="ascii")
    return file


def _sign(name: str, plain: Path, *, until: datetime | None) -> tuple[Path, str]:
    """Sign a zone with a fresh key; give the signed file and the DS record."""
    folder = plain.parent
    signed = plain.with_suffix(".signed")
    keygen, signer, key2ds = (program(f"ldns-{tool}", package="ldnsutils") for tool in ("keygen", "signzone", "key2ds"))
    key = run(keygen, "-k", "-a", "ECDSAP256SHA256", name, folder=folder).strip()
    dates = []
    if until is not None:
        dates = ["-i", f"{until - timedelta(days=30):%Y%m%d%H%M%S}", "-e", f"{until:%Y%m%d%H%M%S}"]
    run(signer, *dates, "-f", signed, plain, key, folder=folder)
    return signed, run(key2ds, "-n", "-2", f"{key}.key", folder=folder)


def _tamper(signed: Path) -> None:
    """Exchange addresses and targets, and leave the signatures over the true ones beside them."""
    text = signed.read_text(encoding="ascii")
    for true, false in zones.TAMPERING.items():
        if true not in text:
            raise ValueError(f"there is no {true} to tamper with")
        text = text.replace(true, false)
    signed.write_text(text, encoding="ascii")
