"""A result in one row: what a mail program has to know, for files and tables of many addresses.

The facts are plain values, so that whoever writes them (JSON lines, CSV, Arrow) only chooses a form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.errors import InvalidAddress

if TYPE_CHECKING:
    from mailsetup.model import Discovery, Server

    Result = Discovery | InvalidAddress

SIDES = ("incoming", "outgoing")
"""The two servers of a row."""

SERVER_FACTS = ("protocol", "hostname", "port", "security", "username", "auth", "needs_consent", "confirmed")
"""What a row says of each of them."""

COLUMNS = (
    "address", "found", "confirmed", "provider",
    *(f"{side}_{fact}" for side in SIDES for fact in SERVER_FACTS), "problems", "error",
)  # fmt: skip
"""The columns of a flat row."""


def as_row(asked: str | None, result: Result, /) -> dict[str, Any]:
    """Tell a result as a row, in which each server is a mapping; what is missing there is nothing, or nobody knows."""
    if isinstance(result, InvalidAddress):
        return {"address": asked, "found": False, "confirmed": False, "error": result.code}
    incoming, outgoing = result.incoming, result.outgoing
    return {
        "address": asked,
        "found": bool(result.servers),
        "confirmed": all(server is not None and server.confirmed for server in (incoming, outgoing)),
        "provider": result.provider and result.provider.id,
        "incoming": incoming and _server(incoming),
        "outgoing": outgoing and _server(outgoing),
        "problems": [problem.code for problem in result.problems],
    }


def flat(told: dict[str, Any], /) -> dict[str, Any]:
    """Spread the servers of a row over columns of its own."""
    spread = {key: value for key, value in told.items() if key not in SIDES}
    for side in SIDES:
        spread |= {f"{side}_{fact}": value for fact, value in (told.get(side) or {}).items()}
    return spread


def _server(server: Server) -> dict[str, Any]:
    return {
        "protocol": server.protocol._value_,
        "hostname": server.hostname,
        "port": server.port,
        "security": server.security._value_,
        "username": server.username,
        "auth": [auth._value_ for auth in server.auth],
        "needs_consent": server.needs_consent,
        "confirmed": server.confirmed,
    }
