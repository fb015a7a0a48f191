"""The settings alone, as JSON: what to type, without the evidence that ``check --json`` gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mailsetup.render.export.account import sender, server_notes
from mailsetup.render.export.choice import MAIL, Ability, Chosen, incoming, outgoing
from mailsetup.render.export.contract import Export, Exporter, text_file

if TYPE_CHECKING:
    from mailsetup.model import Discovery
    from mailsetup.render.export.contract import Wishes

CAN = Ability("JSON", protocols=MAIL)


def _server(chosen: Chosen) -> dict[str, str | int]:
    return {
        "protocol": chosen.server.protocol,
        "hostname": chosen.host,
        "port": chosen.port,
        "security": chosen.server.security,
        "username": chosen.username,
        "auth": chosen.login.name.lower(),
    }


def write(discovery: Discovery, wishes: Wishes) -> Export:
    """Make ``mail.json``."""
    fetch, send = incoming(discovery, wishes, CAN), outgoing(discovery, wishes, CAN)
    document = {
        "address": sender(discovery, CAN.program),
        "incoming": _server(fetch),
        "outgoing": _server(send),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    file = text_file("mail.json", text.splitlines(), media_type="application/json")
    return Export((file,), server_notes(fetch, send))


JSON = Exporter("json", "JSON", "code", write)
