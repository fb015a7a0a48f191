"""mbsync (the program of isync): ``~/.mbsyncrc``, see mbsync(1).

``SSLType`` is the name that every version takes; 1.5 prefers ``TLSType`` and says so. Nothing is deleted on either
side: ``Expunge`` and ``Remove`` keep their default, none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol
from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, server_notes
from mailsetup.render.export.choice import Ability, Chosen, Login, incoming
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import backslashed
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("mbsync", protocols=(Protocol.IMAP,))


def config(discovery: Discovery, chosen: Chosen, command: str) -> list[str]:
    """Write the lines of the file."""
    name = account_name(discovery)
    lines = [
        f"# mbsync for {discovery.domain}",
        f"IMAPAccount {name}",
        f"Host {chosen.host}",
        f"Port {chosen.port}",
        f"User {backslashed(chosen.username)}",
        f"PassCmd {backslashed(command)}",
        f"SSLType {'IMAPS' if chosen.implicit_tls else 'STARTTLS'}",
    ]
    if chosen.login is Login.OAUTH2:
        lines.append(f"AuthMechs {chosen.oauth_mechanism}")
    lines += [
        "",
        f"IMAPStore {name}-remote",
        f"Account {name}",
        "",
        f"MaildirStore {name}-local",
        f"Path ~/Mail/{name}/",
        f"Inbox ~/Mail/{name}/INBOX",
        "SubFolders Verbatim",
        "",
        f"Channel {name}",
        f"Far :{name}-remote:",
        f"Near :{name}-local:",
        "Patterns *",
        "Create Near",
        "SyncState *",
    ]
    return lines


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``.mbsyncrc``."""
    chosen = incoming(discovery, wishes, CAN)
    command = secret_command(discovery, wishes, chosen.login, CAN.program)
    file = text_file("mbsyncrc", config(discovery, chosen, command), place="~/.mbsyncrc")
    notes = [
        *server_notes(chosen),
        place(file),
        note("folder-first", command=f"mkdir -p ~/Mail/{account_name(discovery)}"),
    ]
    if chosen.login is Login.OAUTH2:
        notes.append(note("needs-plugin", format=CAN.program, plugin=f"Cyrus SASL {chosen.oauth_mechanism}"))
    notes += [*secret_notes(wishes, command, chosen), note("no-outgoing", format=CAN.program)]
    return Export((file,), tuple(notes))


MBSYNC = Exporter("mbsync", "mbsync (isync)", "program", write)
