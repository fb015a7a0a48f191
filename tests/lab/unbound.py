"""Unbound as the lab's resolver: it validates, and it knows of no world outside the lab.

Whatever is not below ``example.`` or ``test.`` is refused, and its own questions can only leave from loopback: even
without a namespace, none of them reaches a real name server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import world, zones
from tests.lab.availability import program
from tests.lab.daemon import Daemon
from tests.lab.nsd import answers

if TYPE_CHECKING:
    from tests.lab.nsd import Nsd
    from tests.lab.world import World

_CONFIG = """\
server:
    interface: {address}@{port}
    outgoing-interface: 127.0.0.1
    access-control: 127.0.0.0/8 allow
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    num-threads: 1
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    trust-anchor-signaling: no
    root-key-sentinel: no
    ede: yes
    val-log-level: 2
    do-not-query-localhost: no
    local-zone: "." refuse
    local-zone: "test." transparent
    local-zone: "example." transparent
remote-control:
    control-enable: no
"""
# "test." is an empty zone of unbound's own unless it is said to be transparent; without ``ede`` nobody could tell
# a bogus answer from a server that is out of order.

_STUB = 'stub-zone:\n    name: "{zone}"\n    stub-addr: {address}@{port}\n    stub-first: no\n'
# One for each zone: a delegation names no port, and the name server has the standard one only inside the namespace.


class Unbound:
    """The running resolver."""

    def __init__(self, where: World, nsd: Nsd) -> None:
        folder = where.room("unbound")
        port = where.port(world.RESOLVER, 53)
        text = _CONFIG.format(address=world.RESOLVER, port=port, folder=folder, anchor=nsd.anchor)
        for zone in ("example", "test", zones.SIGNED, zones.BOGUS, zones.EXPIRED, zones.UNSIGNED, zones.BROKEN):
            text += _STUB.format(zone=zone, address=world.NAME_SERVER, port=nsd.port)
        config = folder / "unbound.conf"
        config.write_text(text, encoding="ascii")
        server = program("unbound", package="unbound")
        ready = answers(world.RESOLVER, port, f"mail.{zones.SIGNED}.")
        self.daemon = Daemon("unbound", [server, "-d", "-p", "-c", config], folder=folder, ready=ready)
