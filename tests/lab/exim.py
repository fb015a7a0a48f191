"""Exim with GnuTLS: the second brand of submission, run from where its packages were unpacked.

It insists on a user ``Debian-exim``, which exists in the namespace only, so it runs nowhere else.
Mail goes into a black hole, and only for users who have logged in. Names of clients are not looked up.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import needs_root, unpacked
from tests.lab.daemon import Daemon, all_of, greets, listens
from tests.lab.offers import SMTP, STANDARD_PORTS, STARTTLS, TLS, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.authority import Authority
    from tests.lab.world import World

_CONFIG = """\
exim_path = {program}
exim_user = nobody
exim_group = nogroup
primary_hostname = {hostname}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s.log
local_interfaces = <; [{address}]:{submission} ; [{address}]:{submissions}
tls_on_connect_ports = {submissions}
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
host_lookup =
rfc1413_hosts =
rfc1413_query_timeout = 0s
qualify_domain = lab.example
acl_smtp_rcpt = recipients

begin acl
recipients:
  accept authenticated = *
  deny message = log in first

begin routers
nowhere:
  driver = redirect
  data = :blackhole:

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{!eq{{$auth3}}{{}}}}{{eq{{$auth3}}{{PASSWORD_OF_2}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{!eq{{$auth2}}{{}}}}{{eq{{$auth2}}{{PASSWORD_OF_1}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = PASSWORD_OF_1
  server_set_id = $auth1
"""
_LOOKUP = "${{lookup{{${{sg{{$auth{number}}}{{@.*\\$}}{{}}}}}}lsearch{{{folder}/users}}{{$value}}}}"


class Exim:
    """The running server."""

    hostname = "exim.lab.example"

    def __init__(self, where: World, authority: Authority) -> None:
        needs_root("Exim")
        self.offers = tuple(
            Offer(SMTP, security, self.hostname, world.EXIM, where.port(world.EXIM, STANDARD_PORTS[SMTP, security]))
            for security in (TLS, STARTTLS)
        )
        server = unpacked("exim", "usr/sbin/exim4")
        folder = where.room("exim")
        config = self._write(folder, authority, server)
        ready = all_of(listens(world.EXIM, self.offers[0].port), greets(world.EXIM, self.offers[1].port, b"220"))
        command: list[str | Path] = [server, "-C", config, "-bdf", "-oP", folder / "exim.pid"]
        self.daemon = Daemon("exim", command, folder=folder, ready=ready, log=folder / "log" / "main.log")

    def _write(self, folder: Path, authority: Authority, server: Path) -> Path:
        identity = authority.issue(self.hostname)
        for name in ("spool", "log"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "nobody", "nogroup")
        (folder / "users").write_text("".join(f"{u.name}: {u.password}\n" for u in world.USERS), encoding="utf-8")
        text = _CONFIG.format(
            program=server,
            hostname=self.hostname,
            folder=folder,
            address=world.EXIM,
            submissions=self.offers[0].port,
            submission=self.offers[1].port,
            certificate=identity.certificate,
            key=identity.key,
        )
        for number in (1, 2):
            text = text.replace(f"PASSWORD_OF_{number}", _LOOKUP.format(number=number, folder=folder))
        config = folder / "exim.conf"
        config.write_text(text, encoding="utf-8")
        return config
