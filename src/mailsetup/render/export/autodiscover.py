"""Exchange Autodiscover, POX dialect: the response for one address.

Unlike the other published documents it is an answer to one user's question, so it holds that user's name; a web server
has to make it anew for each. It has no word for OAuth2: servers that take nothing else are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.formats import autodiscover
from mailsetup.render.export.account import server_notes
from mailsetup.render.export.choice import MAIL, Ability, Login, incoming, offered_logins, outgoing
from mailsetup.render.export.contract import Export, ExportedFile, Exporter
from mailsetup.render.export.publishing import published_address
from mailsetup.render.export.sentences import note

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("Autodiscover", protocols=MAIL, logins={Login.PASSWORD, Login.CHALLENGE, Login.NONE})


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``autodiscover.xml``."""
    published_address(discovery)
    chosen = [incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)]
    servers = [server.server.model_copy(update={"username": server.username}) for server in chosen]
    body = autodiscover.render(servers=servers, services=discovery.services, display_name=discovery.address)
    file = ExportedFile("autodiscover.xml", body, "application/xml")
    url = f"https://autodiscover.{discovery.domain}/autodiscover/autodiscover.xml"
    notes = [*server_notes(*chosen), note("publish", file=file.name, url=url)]
    if any(Login.OAUTH2 in offered_logins(discovery, server.server) for server in chosen):
        notes.append(note("no-oauth-here", format=CAN.program))
    return Export((file,), tuple(notes))


AUTODISCOVER = Exporter("autodiscover", "Exchange Autodiscover (POX)", "publish", write)
