"""Evolution: three source files for ``~/.config/evolution/sources`` (account, identity, transport), GLib key files.

They are linked by identifiers made of the address, so that writing them again replaces them. Its OAuth2 exists for the
providers it has a client registered with; the method has their names.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from mailsetup.model import Protocol
from mailsetup.names import is_below
from mailsetup.render.export.account import sender, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, ExportedFile, Exporter, text_file
from mailsetup.render.export.quoting import keyfile
from mailsetup.render.export.sentences import note, refuse

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("Evolution", protocols=MAIL, logins={Login.PASSWORD, Login.OAUTH2, Login.NONE})
FOLDER = "~/.config/evolution/sources/"

BACKENDS = {Protocol.IMAP: "imapx", Protocol.POP3: "pop", Protocol.SMTP: "smtp"}
OAUTH_METHODS = {
    "gmail.com": "Google",
    "googlemail.com": "Google",
    "office365.com": "Outlook",
    "outlook.com": "Outlook",
    "yahoo.com": "Yahoo",
}
"""By the domain of the server."""

_NAMESPACE = uuid.UUID("6d61696c-7365-5475-b065-766f6c757469")


def _method(chosen: Chosen) -> str:
    if chosen.login is Login.NONE:
        return ""
    if chosen.login is Login.PASSWORD:
        return "PLAIN"
    for domain, method in OAUTH_METHODS.items():
        if is_below(chosen.host, domain):
            return method
    raise refuse("oauth-elsewhere", format=CAN.program, hostname=chosen.host)


def _server(chosen: Chosen) -> list[str]:
    return [
        "",
        "[Authentication]",
        f"Host={chosen.host}",
        f"Port={chosen.port}",
        f"User={keyfile(chosen.username)}",
        f"Method={_method(chosen)}",
        "ProxyUid=system-proxy",
        "RememberPassword=true",
        "",
        "[Security]",
        f"Method={'ssl-on-alternate-port' if chosen.implicit_tls else 'starttls-on-standard-port'}",
    ]


def _source(uid: str, address: str, parent: str, *sections: str) -> ExportedFile:
    head = ["[Data Source]", f"DisplayName={keyfile(address)}", "Enabled=true", f"Parent={parent}"]
    name = f"{uid}.source"
    return text_file(name, [*head, *sections], place=FOLDER + name)


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make the three files."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    address = sender(discovery, CAN.program)
    account, identity, transport = (
        f"mailsetup-{uuid.uuid5(_NAMESPACE, f'{part} {address}')}" for part in ("account", "identity", "transport")
    )
    files = (
        _source(
            account, address, "", "", "[Mail Account]", f"BackendName={BACKENDS[fetch.server.protocol]}",
            f"IdentityUid={identity}", *_server(fetch),
        ),
        _source(
            identity, address, account, "", "[Mail Identity]", f"Address={keyfile(address)}", "",
            "[Mail Submission]", f"TransportUid={transport}",
        ),
        _source(transport, address, account, "", "[Mail Transport]", "BackendName=smtp", *_server(send)),
    )  # fmt: skip
    places = (note("place", file=file.name, place=file.place) for file in files)
    asked = {Login.PASSWORD: "password-asked", Login.OAUTH2: "sign-in"}
    told = [note(asked[login], format=CAN.program) for login in asked if login in (fetch.login, send.login)]
    return Export(files, (*server_notes(fetch, send), *places, note("restart", format=CAN.program), *told))


EVOLUTION = Exporter("evolution", "Evolution", "program", write)
