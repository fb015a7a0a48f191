"""Flags that several commands share, each described once. ``options.py`` makes ``Options`` of most of them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from mailsetup.cli.terminal import Language
from mailsetup.model.vocabulary import SourceName


class Incoming(str, Enum):
    """What ``--prefer`` takes."""

    imap = "imap"
    pop3 = "pop3"


NETWORK = "Network"
PRIVACY = "Privacy and safety"

Json = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON and nothing else.")]
Lang = Annotated[Language | None, typer.Option(help="Language of the output.", show_default=False)]
Offline = Annotated[bool, typer.Option("--offline", help="Use local data only; send not one packet.")]
NoProbe = Annotated[bool, typer.Option("--no-probe", help="Do not try the servers out.")]
Prefer = Annotated[Incoming, typer.Option(help="The incoming protocol you prefer.")]
Timeout = Annotated[float, typer.Option(help="Seconds that the whole call may take.", min=0.1, max=600)]
Grace = Annotated[float, typer.Option(help="Seconds that better sources get once a good answer is in.", min=0, max=60)]
Sources = Annotated[
    list[SourceName] | None,
    typer.Option("--source", help="Ask only this mechanism; give it several times for more.", show_default=False),
]
NoSources = Annotated[
    list[SourceName] | None, typer.Option("--no-source", help="Do not ask this mechanism.", show_default=False)
]
Nameservers = Annotated[
    list[str] | None,
    typer.Option(
        "--nameserver", help="DNS server as ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT.", rich_help_panel=NETWORK,
        show_default=False,
    ),
]  # fmt: skip
Doh = Annotated[
    str | None,
    typer.Option("--doh", metavar="URL", help="DNS-over-HTTPS server.", rich_help_panel=NETWORK, show_default=False),
]
Dnssec = Annotated[
    bool, typer.Option("--dnssec", help="Prove DNS answers here, from the root down.", rich_help_panel=NETWORK)
]
CaFile = Annotated[
    Path | None,
    typer.Option(help="PEM file of authorities to trust as well.", rich_help_panel=NETWORK, show_default=False),
]
Proxy = Annotated[
    str | None,
    typer.Option(metavar="URL", help="http:// or socks5:// proxy.", rich_help_panel=NETWORK, show_default=False),
]
IspdbUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Base URL of the ISPDB; empty switches it off.", rich_help_panel=NETWORK, show_default=False
    ),
]
ConfigDir = Annotated[Path | None, typer.Option(help="Folder of your own provider files.", show_default=False)]
CacheDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder to keep answers in, by their time to live.", envvar="MAILSETUP_CACHE_DIR", show_default=False,
        rich_help_panel=NETWORK,
    ),
]  # fmt: skip
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Ask everybody anew, whatever is kept there.", rich_help_panel=NETWORK)
]
AllowHttp = Annotated[
    bool, typer.Option("--allow-http", help="Ask over http too, as the very last resort.", rich_help_panel=PRIVACY)
]
NoServices = Annotated[bool, typer.Option("--no-services", help="Look for mail servers only.")]
NoShareAddress = Annotated[
    bool, typer.Option("--no-share-address", help="Tell nobody the whole address.", rich_help_panel=PRIVACY)
]
NoPrivateAddresses = Annotated[
    bool,
    typer.Option("--no-private-addresses", help="Never connect into private networks.", rich_help_panel=PRIVACY),
]

LOGIN = "Log-in"
Login = Annotated[
    bool,
    typer.Option("--login", help="Ask for the password, and prove the settings by logging in.", rich_help_panel=LOGIN),
]
PasswordFd = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Read the password from file descriptor N.", rich_help_panel=LOGIN, show_default=False
    ),
]
TokenFd = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Read an OAuth access token from file descriptor N.",
        rich_help_panel=LOGIN,
        show_default=False,
    ),
]
Keyring = Annotated[
    str | None,
    typer.Option(
        metavar="SERVICE", help="Take the password from the keyring.", rich_help_panel=LOGIN, show_default=False
    ),
]
ConsentTo = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DOMAIN",
        help="Agree that the password may go to this registrable domain, although nobody vouches for it.",
        rich_help_panel=LOGIN,
        show_default=False,
    ),
]
