"""Results of logging in, built from the sentences for their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup.logins import SENTENCES
from mailsetup.model import LoginResult, Verdict

if TYPE_CHECKING:
    from mailsetup.model import Server

V = Verdict


def result(server: Server, verdict: Verdict, /, *, username: str = "", why: str = "", **more: object) -> LoginResult:
    """Build the result for ``server``; ``more`` are further fields of it."""
    words = SENTENCES[verdict]
    named = {"hostname": server.hostname, "protocol": server.protocol.upper(), "username": username, "why": why}
    return LoginResult.model_validate(
        {
            "protocol": server.protocol,
            "hostname": server.hostname,
            "port": server.port,
            "security": server.security,
            "verdict": verdict,
            "username": username if verdict is V.OK else None,
            "detail": words.detail.format_map(named),
            "next_step": words.next_step.format_map(named),
            **more,
        }
    )


def not_tried(server: Server, stopped_by: LoginResult, /) -> LoginResult:
    """Say that ``server`` was left alone because of what another one said."""
    return result(server, V.NOT_TRIED, why=f"{stopped_by.hostname} has already turned the same credential down.")
