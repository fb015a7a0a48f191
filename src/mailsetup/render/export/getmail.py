"""getmail 6: ``~/.config/getmail/getmailrc``, see its configuration manual.

It has no STARTTLS, checks certificates only if ``ca_certs`` is set, and sends the user name of an IMAP login without
quotation marks: a name that is no atom is refused. Messages stay on the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol, Security
from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Login, incoming
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import IMAP_ATOM, checked
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

IMAP_CAN = Ability("getmail", (Protocol.IMAP,), (Security.TLS,), {Login.PASSWORD, Login.OAUTH2})
CAN = Ability("getmail", MAIL, (Security.TLS,), {Login.PASSWORD, Login.OAUTH2})
RETRIEVERS = {Protocol.IMAP: "SimpleIMAPSSLRetriever", Protocol.POP3: "SimplePOP3SSLRetriever"}
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``getmailrc``."""
    chosen = incoming(discovery, wishes, CAN)
    if chosen.login is Login.OAUTH2 and chosen.server.protocol is Protocol.POP3:
        chosen = incoming(discovery, wishes, IMAP_CAN)
    if chosen.server.protocol is Protocol.IMAP and chosen.login is Login.PASSWORD:
        checked(chosen.username, "username", CAN.program, only=IMAP_ATOM)
    name = account_name(discovery)
    command = secret_command(discovery, wishes, chosen.login, CAN.program)
    lines = [
        f"# getmail for {discovery.domain}",
        "[retriever]",
        f"type = {RETRIEVERS[chosen.server.protocol]}",
        f"server = {chosen.host}",
        f"port = {chosen.port}",
        f"username = {chosen.username}",
        f"password_command = {('sh', '-c', command)!r}",
        f"ca_certs = {AUTHORITIES}",
    ]
    if chosen.login is Login.OAUTH2:
        lines.append("use_xoauth2 = true")
    folder = f"~/Mail/{name}/"
    lines += [
        "",
        "[destination]",
        "type = Maildir",
        f"path = {folder}",
        "",
        "[options]",
        "read_all = false",
        "delete = false",
    ]
    file = text_file("getmailrc", lines, place="~/.config/getmail/getmailrc")
    notes = (
        *server_notes(chosen),
        place(file),
        note("folder-first", command=f"mkdir -p {folder}cur {folder}new {folder}tmp"),
        *secret_notes(wishes, command, chosen),
        note("authorities", path=AUTHORITIES),
        note("no-outgoing", format=CAN.program),
    )
    return Export((file,), notes)


GETMAIL = Exporter("getmail", "getmail 6", "program", write)
