"""Environment variables for scripts and containers: a file of ``NAME=value`` lines for a POSIX shell.

A value is quoted only where a shell needs it, so that ordinary files can also be read by programs that know no quoting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.model import Protocol, Security
from mailsetup.render.export.account import sender, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Chosen, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import shell
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("The environment", protocols=MAIL)
NAMES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3", Protocol.SMTP: "SMTP"}


def _variables(chosen: Chosen) -> list[str]:
    values = {
        "HOST": chosen.host,
        "PORT": str(chosen.port),
        "SECURITY": str(Security(chosen.server.security)),
        "USERNAME": chosen.username,
        "AUTH": chosen.login.name.lower(),
    }
    return [f"{NAMES[chosen.server.protocol]}_{name}={shell(value)}" for name, value in values.items()]


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``mail.env``."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    lines = [f"MAIL_ADDRESS={shell(sender(discovery, CAN.program))}", *_variables(fetch), *_variables(send)]
    file = text_file("mail.env", lines)
    return Export((file,), (*server_notes(fetch, send), note("shell", file=file.name)))


ENVIRONMENT = Exporter("env", "Environment variables", "code", write)
