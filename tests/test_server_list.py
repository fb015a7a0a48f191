"""Servers on a screen of any width: what a person copies is never broken."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from mailsetup.model import Server
from mailsetup.render.servers import ServerList
from mailsetup.translation import translator

LONG = "customers-smtp.mailplatform.hoster.example"


def shown(width: int, *hostnames: str, language: str = "en", brief: bool = False) -> list[str]:
    """What is printed."""
    servers = [
        Server(
            protocol="imap",
            hostname=host,
            port=993,
            security="tls",
            username="kim@corp.example",
            auth=("oauth2", "password"),
        )
        for host in hostnames
    ]
    screen = Console(width=width, file=io.StringIO(), color_system=None)
    screen.print(ServerList(translate=translator(language), width=width).render(servers, brief=brief))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 70, 80, 100, 140])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("host", ["imap.gmail.com", LONG])
@pytest.mark.parametrize("brief", [False, True])
def test_names_stand_whole(width: int, language: str, host: str, brief: bool) -> None:
    """Host name, user name and port each stand in one line, at every width from 60 columns on (TRUST-07)."""
    lines = shown(width, host, language=language, brief=brief)
    for whole in (host, "kim@corp.example", "993", "SSL/TLS"):
        assert any(whole in line for line in lines), whole
    assert all(len(line) <= width for line in lines)


def test_a_table_where_it_fits() -> None:
    """80 columns are enough for an ordinary provider's pair; words may wrap for it."""
    lines = shown(80, "imap.gmail.com", "imap.example.com")
    assert "imap.gmail.com" in lines[1]
    assert "kim@corp.example" in lines[1]


def test_a_list_where_it_does_not() -> None:
    """One name that is too long turns the table into a list, a field a line."""
    lines = [line.strip() for line in shown(80, LONG)]
    assert f"Server       {LONG}" in lines


def test_alternatives_take_two_lines() -> None:
    """On a narrow screen the settings to type in stay on it, because the alternatives are short."""
    lines = shown(60, LONG, brief=True)
    assert [line.strip() for line in lines] == [
        f"IMAP  {LONG}  993",
        "SSL/TLS",
        "kim@corp.example · OAuth2 (browser), password",
    ]
    assert len(shown(60, "imap.gmail.com", brief=True)) == 2


def test_a_name_wider_than_the_screen_is_folded_and_not_cut() -> None:
    """Nothing is left out: a cut name could be somebody else's."""
    text = "".join(line.strip() for line in shown(40, LONG))
    assert LONG in text.replace(" ", "")
