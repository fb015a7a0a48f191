"""NeoMutt (and Mutt 2): a file to be sourced from ``neomuttrc``, see neomuttrc(5).

``ssl_force_tls`` makes STARTTLS a requirement. Passwords come from a command between backquotes, whose output is
taken as it is inside quotation marks; such a command cannot hold a backquote itself, and a backslash would be read
twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, sender, server_notes
from mailsetup.render.export.choice import Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import muttrc, url_part

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("NeoMutt")


def _secret(kind: str, chosen: Chosen, command: str) -> list[str]:
    if chosen.login is Login.OAUTH2:
        return [
            f"set {kind}_authenticators = {muttrc(chosen.oauth_mechanism.lower())}",
            f"set {kind}_oauth_refresh_command = {muttrc(command)}",
        ]
    return [f'set {kind}_pass = "`{command}`"']


def _receiving(chosen: Chosen, command: str) -> list[str]:
    scheme = "imaps" if chosen.implicit_tls else "imap"
    return [
        f"set folder = {muttrc(f'{scheme}://{chosen.host}:{chosen.port}/')}",
        f"set imap_user = {muttrc(chosen.username)}",
        *_secret("imap", chosen, command),
        "set spoolfile = '+INBOX'",
        "set ssl_starttls = yes",
        "set ssl_force_tls = yes",
    ]


def _sending(chosen: Chosen, command: str) -> list[str]:
    scheme = "smtps" if chosen.implicit_tls else "smtp"
    server = f"{chosen.host}:{chosen.port}/"
    if chosen.login is Login.NONE:
        return [f"set smtp_url = {muttrc(f'{scheme}://{server}')}"]
    user = url_part(chosen.username)
    return [f"set smtp_url = {muttrc(f'{scheme}://{user}@{server}')}", *_secret("smtp", chosen, command)]


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make the file to source."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    commands = [secret_command(discovery, wishes, c.login, CAN.program, without="`\\") for c in (fetch, send)]
    name = account_name(discovery)
    lines = [
        f"# NeoMutt for {discovery.domain}",
        f"set from = {muttrc(sender(discovery, CAN.program))}",
        *_receiving(fetch, commands[0]),
        *_sending(send, commands[1]),
    ]
    file = text_file(f"{name}.muttrc", lines, place=f"~/.config/neomutt/{name}.muttrc")
    told = [*server_notes(fetch, send), place(file), *secret_notes(wishes, commands[0], fetch, send)]
    return Export((file,), tuple(told))


NEOMUTT = Exporter("neomutt", "NeoMutt", "program", write)
