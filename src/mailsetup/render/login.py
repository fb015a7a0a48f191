"""Verification → what a person reads after logging in: one line a server, with the next step where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.logins import SENTENCES
from mailsetup.names import registrable_domain, unicode_name
from mailsetup.render.words import PROTOCOLS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from mailsetup.model import LoginResult, Server, Verification

MAX_TEXT = 300


def owner(server: Server, /) -> str:
    """Name a server with its registrable domain, both whole, in both forms where they differ (EAI-10, TRUST-15)."""
    domain = registrable_domain(server.hostname) or server.hostname
    shown = unicode_name(domain)
    return f"{server.hostname} ({domain})" if shown == domain else f"{server.hostname} ({shown}, {domain})"


def verification(result: Verification, /, *, language: str, translate: Callable[[str], str]) -> RenderableType:
    """Render the result of logging in."""
    return Group(Text("\n" + translate("Log-in"), style="bold"), *_lines(result, language, translate))


def _lines(result: Verification, language: str, t: Callable[[str], str]) -> Iterator[Text]:
    for login in result.logins:
        line = Text(f"  {PROTOCOLS[login.protocol]} {login.hostname}: ")
        line.append(t(VERDICTS[login.verdict]), style="green" if login.ok else "red")
        yield line.append(_how(login), style="dim")
        if not login.ok:
            yield from (Text(f"    {clean(told, limit=MAX_TEXT)}") for told in _advice(login, language, t))
        if login.server_text and not login.ok:
            said = t("The server says: {text}").format(text=clean(login.server_text, limit=MAX_TEXT))
            yield Text(f"    {said}", style="dim")


def _advice(login: LoginResult, language: str, t: Callable[[str], str]) -> Iterator[str]:
    """Yield the sentence and the next step. A reason that only the English sentence holds stays out of others."""
    words = SENTENCES[login.verdict]
    named = {"hostname": login.hostname, "protocol": login.protocol.upper(), "username": login.username or ""}
    if language == "en":
        yield login.detail
    elif "{why}" not in words.detail:
        yield t(words.detail).format_map(named)
    if words.next_step:
        yield "→ " + t(words.next_step).format_map(named)


def _how(login: LoginResult) -> str:
    facts = [fact for fact in (login.username, login.mechanism) if fact]
    return f" · {' · '.join(clean(fact, limit=MAX_TEXT) for fact in facts)}" if facts and login.ok else ""
