"""Facts in our JSON form, made into provider files."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse, render
from mailsetup.model import Auth, ProviderStatus, RequirementKind, Security, When
from mailsetup.providers.facts import FactsRecord, read
from mailsetup.providers.import_facts import LIST_DATES, UNDATED, Offer, offer
from mailsetup.providers.import_merge import merge

if TYPE_CHECKING:
    from mailsetup.providers.schema import ProviderFile


def server(protocol: str, host: str, port: int, security: str, *lists: str, **more: Any) -> dict[str, Any]:
    """One server as a list gives it."""
    agreement = [f"{name}:corp" for name in lists or ("ispdb",)]
    return {"protocol": protocol, "host": host, "port": port, "security": security, "agreement": agreement} | more


def offered(**record: Any) -> Offer:
    """Make a provider file out of a record, which gets an IMAP server if it has none."""
    basis: dict[str, Any] = {
        "id": "corp.example",
        "name": "Corp",
        "sources": {"ispdb": ["corp.example"]},
        "domains": ["corp.example"],
        "servers": [server("imap", "imap.corp.example", 993, "tls")],
    }
    return offer(FactsRecord.model_validate(basis | record))


def file_of(**record: Any) -> ProviderFile:
    """The provider file of a record from which something is left."""
    made = offered(**record)
    assert made.file is not None, made.dropped
    return made.file


def places(file: ProviderFile) -> list[str]:
    """The servers in order, short."""
    return [f"{entry.protocol} {entry.hostname}:{entry.port} {entry.security}" for entry in file.servers]


def test_order_of_servers() -> None:
    """The recommended server is first, then TLS before STARTTLS, all domains before some, plaintext last (RFC 8314)."""
    file = file_of(
        domains=["corp.example", "old.example"],
        servers=[
            server("smtp", "plain.corp.example", 2526, "none"),
            server("smtp", "old.corp.example", 465, "tls", scope_domains=["old.example"]),
            server("smtp", "smtp.corp.example", 25, "starttls"),
            server("smtp", "smtp.corp.example", 587, "starttls"),
            server("smtp", "few.corp.example", 465, "tls"),
            server("smtp", "many.corp.example", 465, "tls", "ispdb", "fairemail"),
            server("smtp", "best.corp.example", 587, "starttls"),
            server("imap", "imap.corp.example", 993, "tls"),
        ],
        recommended={"smtp": {"host": "best.corp.example", "port": 587, "security": "starttls"}},
    )
    assert places(file) == [
        "imap imap.corp.example:993 tls",
        "smtp best.corp.example:587 starttls",
        "smtp many.corp.example:465 tls",
        "smtp few.corp.example:465 tls",
        "smtp smtp.corp.example:587 starttls",
        "smtp smtp.corp.example:25 starttls",
        "smtp old.corp.example:465 tls",
        "smtp plain.corp.example:2526 none",
    ]
    assert file.servers[-2].only_for == ("old.example",)


@pytest.mark.parametrize(
    ("given_as", "becomes"),
    [
        (("smtp", 587, "tls"), "smtp h.corp.example:587 starttls"),
        (("smtp", 465, "starttls"), "smtp h.corp.example:465 tls"),
        (("imap", 143, "tls"), "imap h.corp.example:143 starttls"),
        (("pop3", 110, "none"), "pop3 h.corp.example:110 none"),
        (("pop3", 993, "tls"), None),
        (("imap", 587, "starttls"), None),
        (("imap", 443, "tls"), None),
        (("smtp", 2525, "starttls"), "smtp h.corp.example:2525 starttls"),
    ],
)
def test_known_ports(given_as: tuple[str, int, str], becomes: str | None) -> None:
    """A well-known port speaks as it is known to, and another protocol's port is dropped and said."""
    protocol, port, security = given_as
    made = offered(
        servers=[server("imap", "i.corp.example", 993, "tls"), server(protocol, "h.corp.example", port, security)]
    )
    assert made.file is not None
    assert [place for place in places(made.file) if " h." in place] == ([becomes] if becomes else [])
    assert bool(made.dropped) is (becomes is None)


def test_one_server_for_a_port() -> None:
    """Of two claims about one port, the one with encryption is kept."""
    claims = [server("imap", "imap.corp.example", 143, "none"), server("imap", "imap.corp.example", 143, "starttls")]
    assert places(file_of(servers=claims)) == ["imap imap.corp.example:143 starttls"]


@pytest.mark.parametrize(
    ("methods", "security", "port", "expected"),
    [
        (["password-encrypted"], "tls", 993, (Auth.PASSWORD, Auth.ENCRYPTED_PASSWORD)),
        (["password-encrypted"], "none", 143, (Auth.ENCRYPTED_PASSWORD, Auth.PASSWORD)),
        (["oauth2", "password-cleartext"], "tls", 993, (Auth.OAUTH2, Auth.PASSWORD)),
        ([], "tls", 993, (Auth.PASSWORD,)),
        (["smoke-signals"], "tls", 993, (Auth.PASSWORD,)),
    ],
)
def test_auth(methods: list[str], security: str, port: int, expected: tuple[Auth, ...]) -> None:
    """An old challenge-response entry gets the password inside TLS too; unknown methods are not invented."""
    file = file_of(servers=[server("imap", "imap.corp.example", port, security, auth=methods)])
    assert file.servers[0].auth == expected


def test_usernames() -> None:
    """Braces become placeholders; an alternative counts only where a list says it of this very server."""
    said = {"{local}": ["ispdb"], "{email}": ["fairemail(default)"], "{local}.{domain}": ["mailspring"]}
    file = file_of(
        servers=[server("imap", "mail.{domain}", 993, "tls", username="{local}", username_by_source=said)],
    )
    assert file.servers[0].hostname == "mail.%EMAILDOMAIN%"
    assert file.servers[0].username == "%EMAILLOCALPART%"
    assert file.servers[0].username_alternatives == ("%EMAILLOCALPART%.%EMAILDOMAIN%",)


def test_who_says_so() -> None:
    """A server that fewer than half of the lists name says which."""
    servers = [
        server("imap", "a.corp.example", 993, "tls", "ispdb", "k9"),
        server("imap", "b.corp.example", 993, "tls", "k9"),
    ]
    file = file_of(sources={"ispdb": [], "k9": [], "fairemail": []}, servers=servers)
    assert [entry.source for entry in file.servers] == [(), ("k9",)]


def test_names_at_label_boundaries() -> None:
    """Expressions become suffixes and label patterns with examples; what claims several owners' names is dropped."""
    made = offered(
        domain_patterns=[{"regex": r"^corp\..*$"}, {"regex": r"^.*\.dial\.corp\.example$"}],
        mx=[
            {"kind": "regex", "value": r"^.*corp-mx\.example$"},
            {"kind": "regex", "value": r"^in[12]\.corp\.test$"},
            {"kind": "host", "value": "a.corp-mx.example"},
            {"kind": "regex", "value": r"^mx.*\.corp\.test$"},
        ],
        mx_examples=["b.corp-mx.example"],
    )
    assert made.file is not None
    assert made.file.mx is not None
    assert made.file.mx.suffixes == ("corp-mx.example", "in1.corp.test", "in2.corp.test")
    assert "b.corp-mx.example" in made.file.mx.matches
    assert "notcorp-mx.example" in made.file.mx.rejects
    assert [entry.pattern for entry in made.file.patterns] == ["*.dial.corp.example"]
    assert len(made.dropped) == 2


@pytest.mark.parametrize(
    ("flags", "kind", "when", "status"),
    [
        ({"needs_app_password": "always"}, RequirementKind.APP_PASSWORD, When.ALWAYS, ProviderStatus.PREPARATION),
        ({"needs_app_password": "with-2fa"}, RequirementKind.APP_PASSWORD, When.WITH_2FA, ProviderStatus.OK),
        ({"must_enable_imap": True}, RequirementKind.ENABLE_IMAP, When.ALWAYS, ProviderStatus.PREPARATION),
        ({"paid_plan_only": "sending"}, RequirementKind.PAID_PLAN, When.MAYBE, ProviderStatus.OK),
        ({"oauth_only": True}, RequirementKind.OAUTH_ONLY, When.ALWAYS, ProviderStatus.OK),
        ({"separate_mail_password": True, "needs_app_password": "yes"}, RequirementKind.MAIL_PASSWORD, When.ALWAYS,
         ProviderStatus.PREPARATION),
        ({"max_recipients": 20}, RequirementKind.SENDING_LIMIT, When.ALWAYS, ProviderStatus.OK),
    ],
)  # fmt: skip
def test_requirements(flags: dict[str, Any], kind: RequirementKind, when: When, status: ProviderStatus) -> None:
    """A flag becomes one requirement, and what always means work makes the status ``preparation``."""
    file = file_of(flags=flags)
    assert [(entry.kind, entry.when) for entry in file.requirements] == [(kind, when)]
    assert file.status is status


@pytest.mark.parametrize("flags", [{"no_imap": True}, {"mx_class": "no-imap"}, {"bridge_required": True}])
def test_no_access(flags: dict[str, Any]) -> None:
    """A mailbox that mail programs cannot reach is a known provider with a reason, without servers."""
    file = file_of(flags=flags, servers=[])
    assert file.status is ProviderStatus.NO_STANDARD_ACCESS
    assert set(file.status_text) == {"en", "de"}


def test_passing_through() -> None:
    """A gateway keeps its MX and loses everything that would name a mailbox."""
    file = file_of(kind="gateway", mx=[{"kind": "suffix", "value": "filter.example"}])
    assert file.mx is not None
    assert (file.servers, file.domains, file.requirements) == ((), (), ())
    assert offered(kind="transactional").file is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"sources": {"ispdb": [], "mailspring": []}}, LIST_DATES["ispdb"]),
        ({"sources": ["nodemailer"]}, UNDATED),
        (
            {"sources": {"deltachat": []}, "flags_by_source": {"deltachat": {"last_checked": "2024-08"}}},
            date(2024, 8, 1),
        ),
        (
            {"sources": {"deltachat": []}, "flags_by_source": {"deltachat": {"last_checked": "soon"}}},
            LIST_DATES["deltachat"],
        ),
        ({"sources": {"ispdb": []}, "checked": "2026-10-02"}, date(2026, 10, 2)),
    ],
)
def test_date_of_check(record: dict[str, Any], expected: date) -> None:
    """The date is the newest that the lists give, never the day of the import."""
    assert file_of(**record).checked == expected


def test_oauth_without_identity() -> None:
    """Endpoints that most lists agree on and mail scopes are taken; a client's id or secret is not even read."""
    made = file_of(
        oauth=[
            {"authorization_endpoint": "https://old.example/a", "token_endpoint": "https://old.example/t",
             "scopes_by_source": {"x": ["mail"]}, "agreement": ["x:1"]},
            {"authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t", "pkce": False,
             "client_id": "sesame", "client_secret": "sesame", "agreement": ["x:1", "y:2"],
             "scopes_by_source": {"x": {"imap": ["mail"], "smtp": ["mail", "send"], "caldav": ["calendar"]}}},
        ],
    )  # fmt: skip
    assert made.oauth is not None
    assert made.oauth.token_url == "https://id.example/t"  # noqa: S105  (an address, no secret)
    assert made.oauth.scopes == ("mail", "send")
    assert made.oauth.pkce is None
    assert b"sesame" not in render(made)


def test_help_pages() -> None:
    """Pages of the provider are kept once each, whatever section a list points at; a dead list's pages are not."""
    docs = [
        "https://h.example/imap#a",
        "https://h.example/imap#b",
        "https://providers.delta.chat/x",
        "ftp://h.example/",
    ]
    made = offered(docs=docs)
    assert made.file is not None
    assert [(page.url, page.topic) for page in made.file.help] == [("https://h.example/imap#a", "imap")]
    assert len(made.dropped) == 1


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (b'{"id": "a"}\n\nnothing', 3),
        (b'{"id": 7}', 1),
        (b"[]", 1),
        (b'{"id": "a", "servers": [{}]}', 1),
        (b"[" * 9999, 1),
    ],
)
def test_unreadable_facts(document: bytes, line: int) -> None:
    """A line that is no record is refused with its number."""
    with pytest.raises(InvalidDocument) as caught:
        list(read(document))
    assert caught.value.line == line


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 70000)
    | st.text(max_size=12)
    | st.sampled_from(["imap", "tls", "a.example"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fact_servers = st.fixed_dictionaries(
    {"protocol": st.sampled_from(["imap", "pop3", "smtp", "caldav", "x"])},
    optional={
        "host": st.sampled_from(["a.example", "{domain}", "1.2.3.4", "", "A.Example"]),
        "port": st.integers(-1, 70000) | st.sampled_from([25, 110, 143, 465, 587, 993, 995]),
        "security": st.sampled_from(["tls", "starttls", "none", "ssl"]),
        "url": st.sampled_from(["https://a.example/", "http://a.example/", "x"]),
        "username": st.sampled_from(["{email}", "{local}", "{nonsense}", "%X%", ""]),
        "auth": st.lists(st.sampled_from(["password-cleartext", "oauth2", "x"]), max_size=2),
        "scope_domains": st.lists(st.sampled_from(["corp.example", "b.example"]), max_size=2),
        "agreement": st.lists(st.sampled_from(["ispdb:a", "k9"]), max_size=2),
    },
)
records = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=20)},
    optional={
        "name": st.text(max_size=80),
        "kind": st.sampled_from(["mailbox", "hoster", "mailbox+hoster", "gateway", "ambiguous"]),
        "domains": st.lists(st.sampled_from(["corp.example", "b.example", "nolabel", "-.x", "192.0.2.1"]), max_size=3),
        "servers": st.lists(fact_servers, max_size=4),
        "mx": st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["host", "suffix", "regex"]),
                    "value": st.sampled_from(["mx.example.com", "x", r"^.*\.a\.b$", "("]),
                }
            ),
            max_size=3,
        ),
        "docs": st.lists(st.text(max_size=12), max_size=2),
        "flags": st.dictionaries(
            st.sampled_from(["no_imap", "needs_app_password", "max_recipients"]), json_values, max_size=3
        ),
        "sources": st.lists(st.text(max_size=6), max_size=3),
    },
)


@given(records)
def test_any_record(record: dict[str, Any]) -> None:
    """Whatever a list says, a record gives a valid file or the reason why not, and never an exception."""
    made = offer(next(read(json.dumps(record).encode())))
    if made.file is None:
        assert made.dropped
    else:
        assert parse(render(made.file)) == made.file
        assert all(
            entry.security is not Security.TLS or entry.port not in (25, 110, 143, 587) for entry in made.file.servers
        )


@given(records, records)
def test_any_merge(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Any two records about one provider merge into a valid file, and the second time nothing is left to add."""
    existing, news = (offer(next(read(json.dumps(record | {"id": "corp"}).encode()))).file for record in (one, other))
    if existing is None or news is None:
        return
    merged = merge(existing, news, owners={})
    assert parse(render(merged.file)) == merged.file
    assert set(existing.domains) <= set(merged.file.domains)
    again = merge(merged.file, news, owners={})
    assert (again.file, again.added) == (merged.file, [])


@given(json_values)
def test_any_json(value: Any) -> None:
    """Any JSON is a record or is refused."""
    try:
        found = list(read(json.dumps(value).encode()))
    except InvalidDocument:
        return
    assert all(record.id for record in found)
