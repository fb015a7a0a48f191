"""Alpine: ``~/.pinerc``, see its own help on server names.

``/ssl`` is implicit TLS; ``/tls`` demands STARTTLS. The certificate is checked unless a file says otherwise, and this
one does not. A user name stands in quotation marks; what ``.pinerc`` itself treats specially is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.render.export.account import place, sender, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Chosen, Login, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file
from mailsetup.render.export.quoting import checked
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Protocol
    from mailsetup.render.export.contract import Wishes

CAN = Ability("Alpine", protocols=MAIL)

SPECIAL = '"\\$,{}'
"""Quotation marks, escapes, environment variables, lists and the ends of a server name."""


def _server(chosen: Chosen, protocol: Protocol | None = None) -> str:
    parts = [f"{chosen.host}:{chosen.port}"]
    if protocol is not None:
        parts.append(protocol)
    parts.append("ssl" if chosen.implicit_tls else "tls")
    if chosen.login is not Login.NONE:
        parts.append(f'user="{checked(chosen.username, "username", CAN.program, without=SPECIAL)}"')
    if chosen.login is Login.OAUTH2:
        parts.append(f"auth={chosen.oauth_mechanism.lower()}")
    return "/".join(parts)


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``.pinerc``."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    address = sender(discovery, CAN.program, without=SPECIAL)
    lines = [
        f"# Alpine for {discovery.domain}",
        f"inbox-path={{{_server(fetch, fetch.server.protocol)}}}INBOX",
        f"smtp-server={_server(send)}",
        f"user-domain={discovery.domain}",
        f"customized-hdrs=From: {address}",
    ]
    file = text_file("pinerc", lines, place="~/.pinerc")
    logins = {fetch.login, send.login}
    told = [*server_notes(fetch, send), place(file)]
    if logins & {Login.PASSWORD, Login.CHALLENGE}:
        told.append(note("password-asked", format=CAN.program))
    if Login.OAUTH2 in logins:
        told.append(note("sign-in", format=CAN.program))
    return Export((file,), tuple(told))


ALPINE = Exporter("alpine", "Alpine", "program", write)
