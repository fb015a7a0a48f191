"""OpenSMTPD as Debian 12 ships it: a fault that people really meet.

It keeps its private keys in a process of their own, in a way that OpenSSL 3 does not go along with: it listens, greets
and offers STARTTLS, and no TLS handshake ever succeeds.

Its folders are fixed at compile time, so it gets empty ones in a mount namespace of its own; and its accounts exist in
the lab's namespace only. It runs nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import UNPACKED, needs_root, unpacked
from tests.lab.daemon import Daemon, all_of, greets, listens
from tests.lab.offers import SMTP, STANDARD_PORTS, STARTTLS, TLS, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.world import World

_CONFIG = """\
pki lab cert "{certificate}"
pki lab key "{key}"
table users {{ anna = nobody }}
listen on {address} port {submissions} smtps pki lab auth <users> hostname {hostname}
listen on {address} port {submission} tls pki lab auth <users> hostname {hostname}
action "out" relay
match auth from any for any action "out"
"""

_START = """\
set -e
mount --bind {unpacked} {folder}/program
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/opensmtpd/empty
mount -t tmpfs tmpfs /var/spool
mkdir -m 711 /var/spool/smtpd
mount -t tmpfs tmpfs /run
exec {folder}/program/usr/sbin/smtpd -d -v -f {config}
"""


class OpenSmtpd:
    """The running server."""

    hostname = "opensmtpd.lab.example"

    def __init__(self, where: World, authority: Authority) -> None:
        needs_root("OpenSMTPD")
        unpacked("opensmtpd", "usr/sbin/smtpd")
        address = world.OPENSMTPD
        self.offers = tuple(
            Offer(SMTP, security, self.hostname, address, where.port(address, STANDARD_PORTS[SMTP, security]))
            for security in (TLS, STARTTLS)
        )
        folder = where.room("opensmtpd")
        start = self._write(folder, authority)
        ready = all_of(listens(address, self.offers[0].port), greets(address, self.offers[1].port, b"220"))
        self.daemon = Daemon("opensmtpd", ["unshare", "--mount", "sh", start], folder=folder, ready=ready)

    def _write(self, folder: Path, authority: Authority) -> Path:
        identity = authority.issue(self.hostname)
        identity.key.chmod(0o600)  # it insists
        (folder / "program").mkdir()
        config, start = folder / "smtpd.conf", folder / "start.sh"
        text = _CONFIG.format(
            certificate=identity.certificate,
            key=identity.key,
            address=world.OPENSMTPD,
            submissions=self.offers[0].port,
            submission=self.offers[1].port,
            hostname=self.hostname,
        )
        config.write_text(text, encoding="ascii")
        text = _START.format(unpacked=UNPACKED / "opensmtpd", folder=folder, config=config)
        start.write_text(text, encoding="ascii")
        return start
