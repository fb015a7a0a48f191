"""Draws the terminal pictures of README.md and the site: ``python docs/pictures.py``.

Each is what the command prints for a discovery that really runs, on a network in memory, so that anybody gets the same.
Only the times are set: they would differ each time. The pictures load no fonts or anything else from elsewhere.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

import mailsetup
from mailsetup.render.terminal import TerminalRenderer
from mailsetup.testing import FakeNetwork
from mailsetup.translation import translator

FOLDER = Path(__file__).parent / "pictures"
WIDTH = 100
ADDRESS = "kim@corp.example"

_NO_FONTS = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)

DOCUMENT = """<clientConfig version="1.1"><emailProvider id="corp.example"><domain>corp.example</domain>
<displayName>Corp Mail</displayName>
<incomingServer type="imap"><hostname>imap.corp.example</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.corp.example</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""

SHAKEN = "<tls names=*.corp.example until=2027-03-01T00:00:00>"
CONVERSATIONS = {
    "imap.corp.example:993": f"{SHAKEN}\nS: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\nC: q1 LOGOUT",
    "smtp.corp.example:465": f"{SHAKEN}\nS: 220 smtp.corp.example\nC: …\nS: 250-smtp\nS: 250 AUTH PLAIN\nC: QUIT",
}


def found() -> mailsetup.Discovery:
    """Look the address up on the network in memory."""
    pages = {"https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=kim%40corp.example": DOCUMENT}
    network = FakeNetwork(pages=pages, transcripts=CONVERSATIONS)
    with tempfile.TemporaryDirectory() as empty:
        options = mailsetup.Options(network=network, config_dir=Path(empty), grace=0.2, sources=("autoconfig",))
        result = mailsetup.discover(ADDRESS, options=options)
    servers = [
        server.model_copy(update={"probe": server.probe and server.probe.model_copy(update={"elapsed": 0.048})})
        for server in result.servers
    ]
    return result.model_copy(update={"servers": tuple(servers)})


def draw() -> str:
    """Give the picture of ``mailsetup kim@corp.example``."""
    screen = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    renderer = TerminalRenderer(language="en", translate=translator("en"), width=WIDTH)
    screen.print(f"[bold green]$[/] mailsetup {ADDRESS}", highlight=False)
    screen.print(renderer.discovery(found()))
    return screen.export_svg(title="mailsetup", theme=MONOKAI, code_format=_NO_FONTS, unique_id="mailsetup")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "check.svg").write_text(draw(), encoding="utf-8")
