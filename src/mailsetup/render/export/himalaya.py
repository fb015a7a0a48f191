"""Himalaya 2: ``~/.config/himalaya/config.toml``, as its sample configuration has it.

Version 1 names everything differently and is not written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, server_notes
from mailsetup.render.export.choice import Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import toml

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("Himalaya")

_SASL = {Login.PASSWORD: ("plain", "password"), Login.CHALLENGE: ("scram-sha-256", "password")}


def _server(kind: str, chosen: Chosen, command: str) -> list[str]:
    scheme = f"{kind}s" if chosen.implicit_tls else kind
    lines = [f"{kind}.server = {toml(f'{scheme}://{chosen.host}:{chosen.port}')}"]
    if not chosen.implicit_tls:
        lines.append(f"{kind}.starttls = true")
    if chosen.login is Login.NONE:
        return lines
    mechanism, secret = _SASL.get(chosen.login, (chosen.oauth_mechanism.lower(), "token"))
    sasl = f"{kind}.sasl.{mechanism}"
    return [*lines, f"{sasl}.username = {toml(chosen.username)}", f"{sasl}.{secret}.command = {toml(command)}"]


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``config.toml``."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    commands = [secret_command(discovery, wishes, chosen.login, CAN.program) for chosen in (fetch, send)]
    lines = [
        f"# Himalaya 2 for {discovery.domain}",
        f"[accounts.{toml(account_name(discovery))}]",
        "default = true",
        'mailbox.alias.inbox = "INBOX"',
        *_server("imap", fetch, commands[0]),
        *_server("smtp", send, commands[1]),
    ]
    file = text_file("config.toml", lines, place="~/.config/himalaya/config.toml", media_type="application/toml")
    told = (*server_notes(fetch, send), place(file), *secret_notes(wishes, commands[0], fetch, send))
    return Export((file,), told)


HIMALAYA = Exporter("himalaya", "Himalaya 2", "program", write)
