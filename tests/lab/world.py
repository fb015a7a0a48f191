"""The small mail world that the lab plays: who lives at which address, on which port, with which users.

Inside the namespace everybody has the standard ports. On plain loopback each gets a free one, because a fixed port of
the machine's is not ours to take; what can only be found on standard ports is then not tested.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

RESOLVER: Final = "127.0.0.53"
NAME_SERVER: Final = "127.0.0.54"
DOVECOT: Final = "127.0.1.1"
SCRAM_ONLY: Final = "127.0.1.2"
POSTFIX: Final = "127.0.1.3"
CYRUS: Final = "127.0.1.4"
EXIM: Final = "127.0.1.5"
OPENSMTPD: Final = "127.0.1.6"
TOKENS_ONLY: Final = "127.0.1.7"
WEB: Final = "127.0.2.1"
AUTOMX2: Final = "127.0.2.2"
NOBODY: Final = "127.0.9.9"
"""Nothing ever listens here."""


class User(NamedTuple):
    """Somebody who can log in: as ``name``, and as ``name`` at any domain of this world."""

    name: str
    password: str


ANNA: Final = User("anna", "correct horse")
BORIS: Final = User("boris", 'back\\slash and "quotes" 100%')
"""A password that breaks whoever does not quote (IMAP strings, SASL, config files)."""
USERS: Final = (ANNA, BORIS)


class World:
    """Where everybody is in this session."""

    def __init__(self, folder: Path, *, standard_ports: bool) -> None:
        self.folder = folder
        """For configuration, logs and mailboxes; short enough for the names of Unix sockets."""
        self.standard_ports = standard_ports
        self._ports: dict[tuple[str, int], int] = {}

    def port(self, address: str, standard: int, /) -> int:
        """Give the port on ``address`` that plays the part of ``standard``."""
        if self.standard_ports:
            return standard
        key = (address, standard)
        if key not in self._ports:
            self._ports[key] = _free_port(address)
        return self._ports[key]

    def room(self, name: str, /) -> Path:
        """Make a folder for one server, which users it changes to can enter."""
        folder = self.folder / name
        folder.mkdir(mode=0o755, exist_ok=True)
        folder.chmod(0o755)
        return folder

    @property
    def nameserver(self) -> str:
        """The resolver, as ``Options.nameservers`` wants it."""
        return f"{RESOLVER}:{self.port(RESOLVER, 53)}"


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port
