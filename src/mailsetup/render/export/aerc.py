"""aerc: ``~/.config/aerc/accounts.conf``, see aerc-accounts(5), aerc-imap(5) and aerc-smtp(5).

``smtp://`` means STARTTLS since 0.15; before, ``smtp-starttls`` asked for it (``yes`` and no other word), so both are
written. OAuth2 for IMAP exists with implicit TLS only. In its INI dialect ``#``, ``;`` and quotation marks are
special inside a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Security
from mailsetup.render.export.account import account_name, place, secret_command, secret_notes, sender, server_notes
from mailsetup.render.export.choice import Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import url_part
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("aerc", logins={Login.PASSWORD, Login.OAUTH2, Login.NONE}, oauth_security=(Security.TLS,))

SPECIAL = "#;`\"'\\"
"""What its INI reader may take for a comment, a quotation or a continued line."""


def _url(scheme: str, chosen: Chosen) -> str:
    scheme = f"{scheme}s" if chosen.implicit_tls else scheme
    if chosen.login is Login.NONE:
        return f"{scheme}+none://{chosen.host}:{chosen.port}"
    if chosen.login is Login.OAUTH2:
        scheme = f"{scheme}+{chosen.oauth_mechanism.lower()}"
    return f"{scheme}://{url_part(chosen.username)}@{chosen.host}:{chosen.port}"


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``accounts.conf``."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    command = secret_command(discovery, wishes, fetch.login, CAN.program, without=SPECIAL)
    lines = [
        f"# aerc for {discovery.domain}",
        f"[{account_name(discovery)}]",
        f"source = {_url('imap', fetch)}",
        f"source-cred-cmd = {command}",
        f"outgoing = {_url('smtp', send)}",
    ]
    if send.login is not Login.NONE:
        lines.append(
            f"outgoing-cred-cmd = {secret_command(discovery, wishes, send.login, CAN.program, without=SPECIAL)}"
        )
    if not send.implicit_tls:
        lines.append("smtp-starttls = yes")
    lines += [
        "default = INBOX",
        f"from = <{sender(discovery, CAN.program, without=SPECIAL)}>",
        "copy-to = Sent",
    ]
    file = text_file("accounts.conf", lines, place="~/.config/aerc/accounts.conf")
    private = note("private", file=file.place, format=CAN.program)
    told = (*server_notes(fetch, send), place(file), private, *secret_notes(wishes, command, fetch, send))
    return Export((file,), told)


AERC = Exporter("aerc", "aerc", "program", write)
