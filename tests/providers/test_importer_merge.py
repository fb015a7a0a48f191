"""Merging an offer into a file: what stays, what is added, what is a conflict."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mailsetup.model import Auth
from mailsetup.providers.import_merge import Merged, merge
from mailsetup.providers.schema import ProviderFile

IMAP = {"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"}
SMTP = {"protocol": "smtp", "hostname": "smtp.corp.example", "port": 465, "security": "tls"}
MX = {"suffixes": ["mx.corp.example"], "matches": ["a.mx.corp.example"], "rejects": ["web.corp.example"]}


def provider(**values: Any) -> ProviderFile:
    """A small provider, with changes."""
    basis: dict[str, Any] = {
        "id": "corp",
        "name": "Corp",
        "kind": "mailbox",
        "domains": ["corp.example"],
        "mx": MX,
        "servers": [IMAP, SMTP],
        "sources": ["ispdb"],
        "checked": date(2026, 3, 1),
    }
    return ProviderFile.model_validate(basis | values)


def merged(existing: ProviderFile, *, owners: dict[str, str] | None = None, **offer: Any) -> Merged:
    """Merge an offer, described by what is different from the small provider."""
    return merge(existing, provider(**offer), owners=owners or {})


def conflicts(result: Merged) -> list[tuple[str, str, str]]:
    """The conflicts, short."""
    return [(conflict.fact, conflict.kept, conflict.offered) for conflict in result.conflicts]


def test_nothing_new() -> None:
    """An offer that says the same changes nothing."""
    result = merged(provider())
    assert (result.file, result.added, result.conflicts) == (provider(), [], [])


def test_new_facts_are_added() -> None:
    """Domains, MX, servers, services, requirements, pages, OAuth and the web site are added where the file has none."""
    result = merged(
        provider(),
        domains=["corp.example", "corp.test"],
        mx=MX | {"suffixes": ["mx.corp.test"], "matches": ["b.mx.corp.test"]},
        servers=[IMAP, IMAP | {"protocol": "pop3", "hostname": "pop.corp.example", "port": 995}],
        services=[{"protocol": "caldav", "url": "https://dav.corp.example/"}],
        requirements=[{"kind": "enable-imap"}],
        help=[{"url": "https://help.corp.example/"}],
        oauth={"authorization_url": "https://id.example/a", "token_url": "https://id.example/t", "scopes": ["mail"]},
        website="https://corp.example/",
        sources=["fairemail"],
        checked=date(2026, 8, 1),
    )
    assert result.conflicts == []
    assert result.added == [
        "domain corp.test",
        "mx mx.corp.test",
        "server pop3 pop.corp.example:995",
        "service caldav https://dav.corp.example/",
        "requirement enable-imap",
        "help https://help.corp.example/",
        "oauth https://id.example/t",
        "website https://corp.example/",
        "source fairemail",
        "checked 2026-08-01",
    ]
    assert result.file.domains == ("corp.example", "corp.test")
    assert result.file.mx is not None
    assert result.file.mx.match("b.mx.corp.test")
    assert result.file.sources == ("fairemail", "ispdb")
    assert result.file.checked == date(2026, 8, 1)


def test_what_a_person_wrote_stays() -> None:
    """Order, user name, authentication, names and texts of the file are kept, and each contradiction is reported."""
    mine = provider(
        name="My Name",
        servers=[SMTP, IMAP | {"username": "%EMAILLOCALPART%"}],
        requirements=[{"kind": "app-password", "when": "with-2fa", "text": {"en": "My own words."}}],
        notes="My note.",
    )
    result = merged(
        mine,
        servers=[IMAP | {"auth": ["oauth2", "password"]}, SMTP | {"security": "starttls", "port": 587}],
        requirements=[{"kind": "app-password", "when": "always"}],
        checked=date(2026, 8, 1),
    )
    assert conflicts(result) == [
        ("imap imap.corp.example:993 username", "%EMAILLOCALPART%", "%EMAILADDRESS%"),
        ("imap imap.corp.example:993 auth", "password", "oauth2 password"),
        ("requirement app-password when", "with-2fa", "always"),
    ]
    assert result.added == ["server smtp smtp.corp.example:587"]
    expected = provider(
        **mine.model_dump() | {"servers": [*mine.servers[:1], result.file.servers[1], *mine.servers[1:]]}
    )
    assert result.file == expected
    assert result.file.checked == mine.checked, "a list that contradicts has confirmed nothing"


def test_known_alternatives_are_no_conflict() -> None:
    """A user name that the file has as an alternative, and fewer ways to log in, contradict nothing."""
    mine = provider(
        servers=[IMAP | {"username_alternatives": ["%EMAILLOCALPART%"], "auth": ["oauth2", "password"]}],
    )
    result = merged(mine, servers=[IMAP | {"username": "%EMAILLOCALPART%", "auth": ["password"]}])
    assert (result.file, result.conflicts) == (mine, [])
    assert mine.servers[0].auth == (Auth.OAUTH2, Auth.PASSWORD)


def test_same_port_other_security() -> None:
    """One port cannot speak in two ways: the file's way stays."""
    plain = {"protocol": "imap", "hostname": "imap.corp.example", "port": 1143}
    result = merged(provider(servers=[plain | {"security": "starttls"}]), servers=[plain | {"security": "none"}])
    assert conflicts(result) == [("imap imap.corp.example:1143 security", "starttls", "none")]


@pytest.mark.parametrize(
    ("new", "position"),
    [
        (IMAP | {"hostname": "new.corp.example"}, 1),
        (IMAP | {"hostname": "new.corp.example", "only_for": ["corp.test"]}, 2),
        (IMAP | {"hostname": "new.corp.example", "port": 143, "security": "none"}, 3),
        (SMTP | {"hostname": "new.corp.example"}, 4),
        (IMAP | {"hostname": "new.corp.example", "protocol": "pop3", "port": 995}, 4),
    ],
)
def test_place_of_a_new_server(new: dict[str, Any], position: int) -> None:
    """A new server stands behind its protocol's equals, and before those for some domains only or in plaintext."""
    mine = provider(
        domains=["corp.example", "corp.test"],
        servers=[
            IMAP,
            IMAP | {"hostname": "other.corp.example", "only_for": ["corp.test"]},
            IMAP | {"port": 143, "security": "none"},
            SMTP,
        ],
    )
    result = merged(mine, domains=["corp.example", "corp.test"], servers=[new])
    assert [entry.hostname for entry in result.file.servers].index("new.corp.example") == position


def test_refused_facts_do_not_come_back() -> None:
    """What a person has refused is neither added nor reported again."""
    mine = provider(
        rejected=["domain corp.test", "mx corp.test", "server imap bad.corp.example:993", "requirement bridge", "help https://a.example/"]
    )  # fmt: skip
    result = merged(
        mine,
        domains=["corp.example", "corp.test"],
        mx=MX | {"suffixes": ["corp.test"], "matches": ["corp.test"]},
        servers=[IMAP | {"hostname": "bad.corp.example"}],
        requirements=[{"kind": "bridge"}],
        help=[{"url": "https://a.example/"}],
    )
    assert (result.file, result.added, result.conflicts) == (mine, [], [])


def test_what_belongs_to_another_file() -> None:
    """A domain or suffix that another file claims is a conflict, never moved."""
    owners = {"domain other.example": "other", "mx mx.other.example": "other"}
    result = merged(
        provider(),
        owners=owners,
        domains=["corp.example", "other.example"],
        mx=MX | {"suffixes": ["mx.other.example"], "matches": ["mx.other.example"]},
    )
    assert result.file == provider()
    assert conflicts(result) == [("domain other.example", "other", "corp"), ("mx mx.other.example", "other", "corp")]


def test_mx_that_the_file_rejects() -> None:
    """A suffix that would match what the file says must not match is a conflict."""
    result = merged(
        provider(), mx=MX | {"suffixes": ["corp.example"], "matches": ["corp.example"], "rejects": ["x.example"]}
    )
    assert result.file == provider()
    assert conflicts(result) == [("mx corp.example", "rejects web.corp.example", "matches them")]


def test_narrower_mx_is_known() -> None:
    """A name below a suffix that the file has says nothing new."""
    result = merged(provider(), mx=MX | {"suffixes": ["b.mx.corp.example"], "matches": ["b.mx.corp.example"]})
    assert (result.file, result.added) == (provider(), [])


def test_no_servers_for_who_gives_no_access() -> None:
    """A provider without access gets no servers from a list: that is for a person to decide."""
    closed = provider(servers=[], status="no-standard-access", status_text={"en": "Only in its own app."})
    result = merged(closed)
    assert result.file == closed
    assert [fact for fact, _, _ in conflicts(result)] == ["servers", "status"]


def test_gateway_is_no_mailbox() -> None:
    """A list that takes a gateway for a mailbox provider changes nothing."""
    gateway = provider(kind="gateway", domains=[], servers=[])
    result = merged(gateway)
    assert result.file == gateway
    assert conflicts(result) == [("kind", "gateway", "mailbox")]
