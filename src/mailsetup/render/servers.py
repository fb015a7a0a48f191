"""A list of servers, as a table where there is room, else one field a line. Shared by all that show servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.model import Security
from mailsetup.render.words import AUTH, OUTCOMES, PROTOCOLS, SECURITY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType

    from mailsetup.model import Server

NARROW = 90
"""Columns below which servers are listed one field a line instead of in a table: the widest host names need it."""

MAX_TEXT = 300
"""Characters of any text from outside."""


class ServerList:
    """Renders servers for one language and one width."""

    def __init__(self, *, translate: Callable[[str], str], width: int) -> None:
        self.t = translate
        self.width = width

    def render(self, servers: Sequence[Server], /) -> RenderableType:
        """Render servers in their order."""
        if self.width >= NARROW:
            return self._table(servers)
        return Group(*map(self._block, servers))

    def _columns(self, server: Server) -> dict[str, Text]:
        security = self.t(SECURITY[server.security])
        columns = {
            self.t("Protocol"): Text(PROTOCOLS[server.protocol]),
            self.t("Server"): Text(clean(server.hostname, limit=253), style="bold green"),
            self.t("Port"): Text(str(server.port)),
            self.t("Security"): Text(security, style="red" if server.security is Security.NONE else ""),
            self.t("User name"): Text(clean(server.username or "?", limit=MAX_TEXT)),
            self.t("Log in with"): Text(self._auth(server)),
        }
        if server.probe:
            style = "green" if server.confirmed else "red"
            columns[self.t("Probe")] = Text(self.t(OUTCOMES[server.probe.outcome]), style=style)
        return columns

    def _auth(self, server: Server) -> str:
        return ", ".join(self.t(AUTH[auth]) for auth in server.auth) or "?"

    def _table(self, servers: Sequence[Server]) -> Padding:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        rows = [self._columns(server) for server in servers]
        names = dict.fromkeys(name for row in rows for name in row)
        for name in names:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(row.get(name, Text()) for name in names))
        return Padding(table, (0, 0, 0, 2))

    def _block(self, server: Server) -> Padding:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="dim")
        grid.add_column(overflow="fold")
        for name, value in self._columns(server).items():
            grid.add_row(name, value)
        return Padding(grid, (0, 0, 1, 2))
