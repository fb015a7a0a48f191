"""OfflineIMAP: ``~/.offlineimaprc``, see its sample configuration.

Its STARTTLS is optional and does not check the certificate, so only implicit TLS is written. Values are interpolated
(``%`` is doubled). Its LOGIN does not quote user names, so it is left out where a name would need that. The password
comes from a Python expression that runs the command. Messages are only read, never changed or deleted on the server
(``readonly``), until the user decides otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Security
from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, server_notes
from mailsetup.render.export.choice import Ability, Login, incoming
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import IMAP_ATOM, interpolated
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("OfflineIMAP", security=(Security.TLS,))


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``.offlineimaprc``."""
    chosen = incoming(discovery, wishes, CAN)
    name = account_name(discovery)
    command = secret_command(discovery, wishes, chosen.login, CAN.program)
    output = f"__import__('subprocess').check_output({command!r}, shell=True, universal_newlines=True)"
    secret = interpolated(f"{output}.splitlines()[0]")
    lines = [
        f"# OfflineIMAP for {discovery.domain}",
        "[general]",
        f"accounts = {name}",
        "",
        f"[Account {name}]",
        f"localrepository = {name}-local",
        f"remoterepository = {name}-remote",
        "",
        f"[Repository {name}-local]",
        "type = Maildir",
        f"localfolders = ~/Mail/{name}",
        "",
        f"[Repository {name}-remote]",
        "type = IMAP",
        "readonly = yes",
        f"remotehost = {chosen.host}",
        f"remoteport = {chosen.port}",
        f"remoteuser = {interpolated(chosen.username)}",
        "ssl = yes",
        "starttls = no",
        "sslcacertfile = OS-DEFAULT",
    ]
    if chosen.login is Login.OAUTH2:
        lines += ["auth_mechanisms = XOAUTH2", f"oauth2_access_token_eval = {secret}"]
    else:
        unquoted = set(chosen.username) <= IMAP_ATOM
        mechanisms = "CRAM-MD5, PLAIN, LOGIN" if unquoted else "CRAM-MD5, PLAIN"
        lines += [f"auth_mechanisms = {mechanisms}", f"remotepasseval = {secret}"]
    file = text_file("offlineimaprc", lines, place="~/.offlineimaprc")
    told = [*server_notes(chosen), place(file), *secret_notes(wishes, command, chosen)]
    return Export((file,), (*told, note("no-outgoing", format=CAN.program)))


OFFLINEIMAP = Exporter("offlineimap", "OfflineIMAP", "program", write)
