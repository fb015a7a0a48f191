"""Dovecot: IMAP, POP3, submission and ManageSieve; a second one that knows SCRAM only, a third for OAuth tokens only.

Users live in a file, in clear, so that every mechanism can be computed from it; domains in user names are ignored.
The punishment for failed logins is off: tests fail logins on purpose, from one and the same address.
"""

from __future__ import annotations

import base64
import getpass
import grp
import hmac
import json
import os
import secrets
import time
from typing import TYPE_CHECKING

from tests.lab import world
from tests.lab.availability import can_change_user, needs_root, program
from tests.lab.daemon import Daemon, all_of, greets
from tests.lab.offers import IMAP, POP3, SIEVE, SMTP, STANDARD_PORTS, STARTTLS, TLS, Offer

if TYPE_CHECKING:
    from pathlib import Path

    from mailsetup.model import Protocol
    from tests.lab.authority import Authority
    from tests.lab.world import World

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {name}
log_path = /dev/stderr
protocols = {protocols}
listen = {address}
hostname = {hostname}

ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_dh =

auth_mechanisms = {mechanisms}
auth_debug = yes
auth_failure_delay = 0
auth_username_format = %n
passdb {{
  driver = {passwords}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
mail_location = maildir:~/Maildir
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
default_vsz_limit = 1 G

service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service auth {{
  unix_listener {folder}/sasl {{
    mode = 0666
  }}
}}
submission_relay_host = {relay_address}
submission_relay_port = {relay_port}
submission_relay_ssl = no
submission_relay_trusted = no
"""

_USER_FILE = """passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
  default_fields = nodelay=yes
"""
_TOKENS = """oauth2
  mechanisms = oauthbearer xoauth2
  args = {folder}/oauth2.conf
"""
_OAUTH2 = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""

_SERVICE = """\
service {service} {{
  chroot =
  inet_listener {plain} {{
    port = {starttls_port}
  }}
  inet_listener {wrapped} {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

_LISTENERS = {
    IMAP: ("imap-login", "imap", "imaps"),
    POP3: ("pop3-login", "pop3", "pop3s"),
    SMTP: ("submission-login", "submission", "submissions"),
    SIEVE: ("managesieve-login", "sieve", "sieves"),
}
_NAMES = {IMAP: "imap", POP3: "pop3", SMTP: "submission", SIEVE: "sieve"}
_GREETINGS = {IMAP: b"* OK", POP3: b"+OK", SMTP: b"220", SIEVE: b'"'}
_PACKAGES = {
    IMAP: ("dovecot-imapd", "imap"),
    POP3: ("dovecot-pop3d", "pop3"),
    SMTP: ("dovecot-submissiond", "submission"),
    SIEVE: ("dovecot-managesieved", "managesieve"),
}


class Dovecot:
    """One running instance."""

    def __init__(
        self,
        where: World,
        authority: Authority,
        *,
        name: str = "dovecot",
        address: str = world.DOVECOT,
        protocols: tuple[Protocol, ...] = (IMAP, POP3, SMTP, SIEVE),
        tokens: bool = False,
        mechanisms: str = "plain login cram-md5 scram-sha-1 scram-sha-256",
    ) -> None:
        if os.geteuid() == 0:
            needs_root("Dovecot, started as root,")
        self.hostname = f"{name}.lab.example"
        self.address = address
        self.offers = tuple(
            Offer(protocol, security, self.hostname, address, where.port(address, port))
            for (protocol, security), port in STANDARD_PORTS.items()
            if protocol in protocols
        )
        folder = where.room(name)
        self.token_key = secrets.token_bytes(32) if tokens else b""
        """Signs the tokens it takes in the place of passwords."""
        self.sasl = folder / "sasl"
        """The socket by which other servers let Dovecot check passwords."""
        server = program("dovecot", package="dovecot-imapd")
        for protocol in protocols:
            package, library = _PACKAGES[protocol]
            program(f"/usr/lib/dovecot/{library}", package=package)
        config = self._write(where, folder, authority, name, protocols, mechanisms)
        ready = all_of(
            *(greets(o.address, o.port, _GREETINGS[o.protocol]) for o in self.offers if o.security is STARTTLS)
        )
        self.daemon = Daemon(name, [server, "-F", "-c", config], folder=folder, ready=ready)

    def _write(
        self,
        where: World,
        folder: Path,
        authority: Authority,
        name: str,
        protocols: tuple[Protocol, ...],
        mechanisms: str,
    ) -> Path:
        identity = authority.issue(self.hostname, "imap.guess.example")
        mail = folder / "mail"
        mail.mkdir()
        mail.chmod(0o777)
        users = "".join(f"{user.name}:{user.password}\n" for user in world.USERS)
        (folder / "users").write_text(users, encoding="utf-8")
        text = _CONFIG.format(
            folder=folder,
            name=name,
            address=self.address,
            hostname=self.hostname,
            protocols=" ".join(_NAMES[protocol] for protocol in protocols),
            certificate=identity.certificate,
            key=identity.key,
            mechanisms="oauthbearer xoauth2" if self.token_key else mechanisms,
            passwords=(_TOKENS if self.token_key else _USER_FILE).format(folder=folder).rstrip(),
            relay_address=world.POSTFIX,
            relay_port=where.port(world.POSTFIX, 25),
            **_accounts(),
        )
        self._write_token_key(folder)
        text += "".join(self._service(protocol) for protocol in protocols)
        config = folder / "dovecot.conf"
        config.write_text(text, encoding="utf-8")
        return config

    def _write_token_key(self, folder: Path) -> None:
        if not self.token_key:
            return
        (folder / "oauth2.conf").write_text(_OAUTH2.format(folder=folder), encoding="ascii")
        key = folder / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self.token_key))

    def token(self, user: str, /, *, lifetime: int = 300) -> str:
        """Give an access token, as an authorisation server would: a signed JWT (RFC 7519)."""
        now = int(time.time())
        claims = {"sub": user, "iat": now - 600, "exp": now + lifetime}
        head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _part(json.dumps(claims).encode())
        signature = hmac.digest(self.token_key, f"{head}.{body}".encode(), "sha256")
        return f"{head}.{body}.{_part(signature)}"

    def _service(self, protocol: Protocol) -> str:
        service, plain, wrapped = _LISTENERS[protocol]
        ports = {offer.security: offer.port for offer in self.offers if offer.protocol is protocol}
        return _SERVICE.format(
            service=service,
            plain=plain,
            wrapped=wrapped,
            starttls_port=ports[STARTTLS],
            tls_port=ports.get(TLS, 0),
        )


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _accounts() -> dict[str, str]:
    """Give the accounts Dovecot changes to; where it cannot change, it stays who it is."""
    if can_change_user():
        return {
            "uid": "nobody",
            "gid": "nogroup",
            "internal": "dovecot",
            "internal_group": "dovecot",
            "login": "dovenull",
        }
    user, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    return {"uid": user, "gid": group, "internal": user, "internal_group": group, "login": user}
