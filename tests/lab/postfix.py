"""Postfix: submission on both ports, passwords checked by Dovecot; and a port 25 that takes mail from loopback.

Mail goes nowhere: every transport is ``discard``. Names of clients are not looked up.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import needs_root, program
from tests.lab.daemon import Daemon, all_of, greets, run
from tests.lab.offers import SMTP, STANDARD_PORTS, STARTTLS, TLS, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.dovecot import Dovecot
    from tests.lab.world import World

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
sendmail_path = /usr/sbin/sendmail
newaliases_path = /usr/bin/newaliases
mailq_path = /usr/bin/mailq
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}

myhostname = {hostname}
myorigin = lab.example
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks =
alias_maps =
alias_database =
disable_dns_lookups = yes
smtpd_peername_lookup = no
default_transport = discard
local_transport = discard
relay_transport = discard
smtpd_delay_reject = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =

smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {key}, {certificate}
smtpd_tls_loglevel = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_sasl_auth_enable = yes
smtpd_error_sleep_time = 0
smtpd_client_auth_rate_limit = 0
"""

_MASTER = """\
{address}:{smtp} inet n - n - - smtpd
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
  -o mynetworks=127.0.0.0/8
  -o smtpd_relay_restrictions=permit_mynetworks,reject
{address}:{submission} inet n - n - - smtpd
{address}:{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup    unix  n - n 60   1 pickup
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
trace     unix  - - n -    0 bounce
verify    unix  - - n -    1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -    - proxymap
discard   unix  - - n -    - discard
error     unix  - - n -    - error
retry     unix  - - n -    - error
anvil     unix  - - n -    1 anvil
tlsmgr    unix  - - n 1000? 1 tlsmgr
scache    unix  - - n -    1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """The running server."""

    hostname = "postfix.lab.example"

    def __init__(self, where: World, authority: Authority, dovecot: Dovecot) -> None:
        needs_root("Postfix")
        address = world.POSTFIX
        self.offers = tuple(
            Offer(SMTP, security, self.hostname, address, where.port(address, STANDARD_PORTS[SMTP, security]))
            for security in (TLS, STARTTLS)
        )
        folder = where.room("postfix")
        config = self._write(where, folder, authority, dovecot)
        run(program("postfix", package="postfix"), "-c", config, "check", folder=folder)
        master = program("/usr/lib/postfix/sbin/master", package="postfix")
        relay = where.port(address, 25)
        ready = all_of(greets(address, relay, b"220"), greets(address, self.offers[1].port, b"220"))
        self.daemon = Daemon(
            "postfix", [master, "-c", config, "-d"], folder=folder, ready=ready, log=folder / "mail.log"
        )

    def _write(self, where: World, folder: Path, authority: Authority, dovecot: Dovecot) -> Path:
        identity = authority.issue(self.hostname, "smtp.guess.example")
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        config = folder / "etc"
        main = _MAIN.format(
            folder=folder,
            daemons="/usr/lib/postfix/sbin",
            hostname=self.hostname,
            certificate=identity.certificate,
            key=identity.key,
            sasl=dovecot.sasl,
        )
        master = _MASTER.format(
            address=world.POSTFIX,
            smtp=where.port(world.POSTFIX, 25),
            submission=where.port(world.POSTFIX, 587),
            submissions=where.port(world.POSTFIX, 465),
        )
        (config / "main.cf").write_text(main, encoding="ascii")
        (config / "master.cf").write_text(master, encoding="ascii")
        return config
