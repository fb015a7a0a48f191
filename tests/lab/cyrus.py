"""Cyrus: the second brand of IMAP, POP3 and ManageSieve, run from where its packages were unpacked.

It has a user file of its own (sasldb), and knows its users by their full address only. It logs to syslog alone, which
nobody runs here: its own log stays empty.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import needs_root, program, unpacked
from tests.lab.daemon import Daemon, all_of, greets, run
from tests.lab.offers import IMAP, POP3, SIEVE, STANDARD_PORTS, STARTTLS, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.world import World

_IMAPD = """\
configdirectory: {folder}/lib
partition-default: {folder}/spool
defaultpartition: default
sievedir: {folder}/sieve
cyrus_user: {user}
cyrus_group: {group}
servername: {hostname}
defaultdomain: lab.example
virtdomains: userid
admins: cyrus
autocreate_users: anyone
autocreate_quota: 0
allowplaintext: no
reverseacls: no
popminpoll: 0
failedloginpause: 0
tls_server_cert: {certificate}
tls_server_key: {key}
tls_versions: tls1_2 tls1_3
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256
"""

_CYRUS = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {config} -r"
}}
SERVICES {{
{services}}}
"""

_COMMANDS = {
    (IMAP, False): "imapd",
    (IMAP, True): "imapd -s",
    (POP3, False): "pop3d",
    (POP3, True): "pop3d -s",
    (SIEVE, False): "timsieved",
}
_GREETINGS = {IMAP: b"* OK", POP3: b"+OK", SIEVE: b'"'}
_USER, _GROUP = "nobody", "nogroup"


class Cyrus:
    """The running server."""

    hostname = "cyrus.lab.example"

    def __init__(self, where: World, authority: Authority) -> None:
        needs_root("Cyrus")
        self.offers = tuple(
            Offer(protocol, security, self.hostname, world.CYRUS, where.port(world.CYRUS, port))
            for (protocol, security), port in STANDARD_PORTS.items()
            if protocol in _GREETINGS
        )
        master = unpacked("cyrus", "usr/lib/cyrus/bin/master")
        libraries = next(unpacked("cyrus", "usr/lib").glob("*/libcyrus.so.0")).parent
        folder = where.room("cyrus")
        imapd, services = self._write(folder, authority, master.parent)
        ready = all_of(
            *(greets(o.address, o.port, _GREETINGS[o.protocol]) for o in self.offers if o.security is STARTTLS)
        )
        self.daemon = Daemon(
            "cyrus",
            [master, "-D", "-C", imapd, "-M", services, "-p", folder / "master.pid"],
            folder=folder,
            ready=ready,
            environment={"LD_LIBRARY_PATH": str(libraries)},
        )

    def _write(self, folder: Path, authority: Authority, programs: Path) -> tuple[Path, Path]:
        identity = authority.issue(self.hostname)
        for name in ("lib", "lib/db", "lib/socket", "spool", "sieve"):
            (folder / name).mkdir()
            shutil.chown(folder / name, _USER, _GROUP)
        self._add_users(folder / "sasldb2")
        config, services = folder / "imapd.conf", folder / "cyrus.conf"
        config.write_text(
            _IMAPD.format(
                folder=folder,
                user=_USER,
                group=_GROUP,
                hostname=self.hostname,
                certificate=identity.certificate,
                key=identity.key,
            ),
            encoding="ascii",
        )
        lines = (
            f'  s{number} cmd="{programs}/{_COMMANDS[offer.protocol, offer.security is not STARTTLS]} -C {config}"'
            f' listen="{offer.address}:{offer.port}" prefork=0\n'
            for number, offer in enumerate(self.offers)
        )
        services.write_text(_CYRUS.format(programs=programs, config=config, services="".join(lines)), encoding="ascii")
        return config, services

    def _add_users(self, database: Path) -> None:
        command = program("saslpasswd2", package="sasl2-bin")
        for user in world.USERS:
            # The domain is taken off the user name first; then Cyrus looks in the realm that bears its own name.
            arguments = ("-f", database, "-c", "-p", "-u", self.hostname, user.name)
            run(command, *arguments, folder=database.parent, stdin=user.password)
        shutil.chown(database, _USER, _GROUP)
