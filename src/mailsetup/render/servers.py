"""A list of servers, as a table where there is room, else one field a line. Shared by all that show servers.

In a table, what a person copies is never broken: host names and user names stand whole, and only words wrap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.model import Security
from mailsetup.render.words import AUTH, OUTCOMES, PROTOCOLS, SECURITY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import RenderableType

    from mailsetup.model import Server

NARROW = 90
"""Columns below which tables that are not measured (those of an audit) become lists."""

GAP = 2
"""Columns between two columns, and in front."""

MAX_TEXT = 300
"""Characters of any text from outside."""


class ServerList:
    """Renders servers for one language and one width."""

    def __init__(self, *, translate: Callable[[str], str], width: int) -> None:
        self.t = translate
        self.width = width

    def render(self, servers: Sequence[Server], /, *, brief: bool = False) -> RenderableType:
        """Render servers in their order; ``brief``: where there is no room for a table, two lines each."""
        rows = [self._columns(server) for server in servers]
        names = list(dict.fromkeys(name for row in rows for name in row))
        if self._fits(rows, names):
            return self._table(rows, names)
        return Group(*map(self._brief if brief else self._block, rows))

    def _fits(self, rows: Sequence[Mapping[str, Text]], names: Sequence[str]) -> bool:
        wrapping = self._wrapping()
        needed = GAP
        for name in names:
            cells = [Text(name), *(row.get(name, Text()) for row in rows)]
            widest = max(
                cell_len(word) for cell in cells for word in (cell.plain.split() if name in wrapping else [cell.plain])
            )
            needed += widest + GAP
        return needed <= self.width

    def _wrapping(self) -> tuple[str, ...]:
        """Name the columns of plain words; all others hold names and numbers."""
        return (self.t("Log in with"), self.t("Probe"))

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

    def _table(self, rows: Sequence[Mapping[str, Text]], names: Sequence[str]) -> Padding:
        table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
        for name in names:
            table.add_column(name, no_wrap=name not in self._wrapping())
        for row in rows:
            table.add_row(*(row.get(name, Text()) for name in names))
        return Padding(table, (0, 0, 0, GAP))

    def _brief(self, row: Mapping[str, Text]) -> Padding:
        protocol, hostname, port, security, *others = row.values()
        grid = Table.grid(padding=(0, GAP, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(protocol, Text("  ").join([hostname, port, security]))
        grid.add_row("", Text(" · ").join(others))
        return Padding(grid, (0, 0, 0, GAP))

    def _block(self, row: Mapping[str, Text]) -> Padding:
        grid = Table.grid(padding=(0, GAP, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in row.items():
            grid.add_row(name, value)
        return Padding(grid, (0, 0, 1, GAP))
