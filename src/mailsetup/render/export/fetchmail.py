"""fetchmail 6.4: ``~/.fetchmailrc``, see fetchmail(1).

Without ``ssl`` the upgrade by STARTTLS is required, since ``sslproto`` and ``sslcertck`` each demand it. Messages
stay on the server (``keep``). Released versions know no OAuth2. The password is asked for, or comes from
``~/.netrc``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export.account import place, server_notes
from mailsetup.render.export.choice import MAIL, PASSWORDS, Ability, incoming
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import fetchmailrc
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("fetchmail", protocols=MAIL, logins=PASSWORDS)


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``.fetchmailrc``."""
    chosen = incoming(discovery, wishes, CAN)
    security = ["ssl"] if chosen.implicit_tls else []
    lines = [
        f"# fetchmail for {discovery.domain}",
        f"poll {fetchmailrc(chosen.host)}",
        f"  protocol {chosen.server.protocol} service {chosen.port}",
        f"  username {fetchmailrc(chosen.username)}",
        f"  {' '.join([*security, 'sslproto', fetchmailrc('TLS1.2+'), 'sslcertck'])}",
        "  keep",
    ]
    file = text_file("fetchmailrc", lines, place="~/.fetchmailrc")
    notes = (
        *server_notes(chosen),
        place(file),
        note("private", file=file.place, format=CAN.program),
        note("password-netrc", format=CAN.program),
        note("delivery", format=CAN.program),
        note("no-outgoing", format=CAN.program),
    )
    return Export((file,), notes)


FETCHMAIL = Exporter("fetchmail", "fetchmail", "program", write)
