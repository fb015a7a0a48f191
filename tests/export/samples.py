"""Discoveries to export, and user names that break whoever does not quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.model import Auth, Discovery, Protocol, Security, Server

if TYPE_CHECKING:
    from mailsetup.render.export import Export

ADDRESS = "anna@corp.example"

PORTS = {
    (Protocol.IMAP, Security.TLS): 993,
    (Protocol.IMAP, Security.STARTTLS): 143,
    (Protocol.IMAP, Security.NONE): 143,
    (Protocol.POP3, Security.TLS): 995,
    (Protocol.POP3, Security.STARTTLS): 110,
    (Protocol.POP3, Security.NONE): 110,
    (Protocol.SMTP, Security.TLS): 465,
    (Protocol.SMTP, Security.STARTTLS): 587,
    (Protocol.SMTP, Security.NONE): 25,
}

NASTY = (
    "anna",
    "anna@corp.example",
    "CORP\\anna",
    'an"na',
    "an'na",
    "anna smith",
    "100%anna",
    "%(anna)s",
    "a#b;c",
    "$HOME`id`$(id)",
    "a{b}[c]=d",
    "a,b:c/d?e&f",
    "back\\",
    '"quoted"',
    "'quoted'",
    "-anna",
    "änna@bücher.example",
    "!&|<>~*",
)
"""User names that are special in one configuration language or another."""

usernames = st.text(
    st.one_of(
        st.sampled_from("\"'\\%$#;`{}[]()=,:@/ ~*!&|<>-"),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")),
    ),
    min_size=1,
    max_size=40,
).filter(lambda name: name == name.strip())
"""Anything printable on one line."""


def server(protocol: Protocol, security: Security = Security.TLS, **fields: Any) -> Server:
    """Make a server at its usual port."""
    values = {
        "hostname": f"{protocol}.corp.example",
        "port": PORTS[protocol, security],
        "username": ADDRESS,
        "auth": (Auth.PASSWORD,),
    }
    return Server(protocol=protocol, security=security, **(values | fields))


def discovery(*servers: Server, address: str = ADDRESS, **fields: Any) -> Discovery:
    """Make a result; without servers, one with IMAP and SMTP."""
    parsed = Address.parse(address)
    chosen = servers or (server(Protocol.IMAP), server(Protocol.SMTP))
    return Discovery(address=str(parsed), domain=parsed.domain, servers=chosen, **fields)


def named(username: str, **fields: Any) -> Discovery:
    """Make a result whose servers want this user name."""
    return discovery(*(server(protocol, username=username, **fields) for protocol in (Protocol.IMAP, Protocol.SMTP)))


def text(export: Export, index: int = 0) -> str:
    """Give one file of an export as text."""
    return export.files[index].content.decode()
