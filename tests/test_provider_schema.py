"""The provider file's rules, and what compiling keeps of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mailsetup import Address
from mailsetup.model import SourceName, Trust
from mailsetup.providers.compile import compile_database
from mailsetup.providers.database import Database
from mailsetup.providers.expand import provider_of, servers_of
from mailsetup.providers.match import check_pattern, covers, suffixes, under_suffix
from mailsetup.providers.schema import ProviderFile
from tests.support.strategies import HOSTNAME, provider_files

IMAP = {"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"}
MINIMAL: dict[str, Any] = {
    "id": "corp",
    "name": "Corp",
    "kind": "mailbox",
    "domains": ["corp.example"],
    "servers": [IMAP],
    "sources": ["own-knowledge"],
    "checked": "2026-01-01",
}


def changed(**values: Any) -> dict[str, Any]:
    return MINIMAL | values


def test_the_smallest_provider_is_valid() -> None:
    """What the cases below break is otherwise right."""
    assert ProviderFile.model_validate(MINIMAL).holds_mailboxes


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (changed(id="Corp Ltd"), "id"),
        (changed(name=""), "name"),
        (changed(kind="isp"), "kind"),
        (changed(domains=["Corp.example"]), "domains"),
        (changed(domains=["corp"]), "domains"),
        (changed(domains=["192.0.2.1"]), "domains"),
        (changed(domains=["corp.example."]), "domains"),
        (changed(sources=[]), "sources"),
        (changed(website="ftp://corp.example"), "website"),
        (changed(colour="red"), "Extra inputs"),
        (changed(kind="gateway"), "has no mailboxes"),
        (changed(servers=[]), "no servers, yet"),
        (changed(status="no-standard-access", servers=[]), "needs a status_text"),
        (changed(servers=[IMAP, IMAP]), "stands here twice"),
        (changed(servers=[IMAP | {"port": 143}]), "does not speak implicit TLS"),
        (changed(servers=[IMAP | {"security": "starttls"}]), "speaks implicit TLS"),
        (changed(servers=[IMAP | {"port": 0}]), "port"),
        (changed(servers=[IMAP | {"protocol": "ews"}]), "protocol"),
        (changed(servers=[IMAP | {"hostname": "imap"}]), "not a full host name"),
        (changed(servers=[IMAP | {"hostname": "%EMAILLOCALPART%.corp.example"}]), "not a full host name"),
        (changed(servers=[IMAP | {"username": "%USER%"}]), "may hold only"),
        (changed(servers=[IMAP | {"username": "a\nb"}]), "may hold only"),
        (changed(servers=[IMAP | {"username_alternatives": [""]}]), "may hold only"),
        (changed(servers=[IMAP | {"only_for": ["other.example"]}]), "not this provider's"),
        (changed(servers=[IMAP | {"port": 143, "security": "none"}, IMAP]), "plaintext imap server stands before"),
        (changed(requirements=[{"kind": "other"}]), "needs a text in English"),
        (
            changed(oauth={"authorization_url": "http://a.example", "token_url": "https://a.example", "scopes": ["x"]}),
            "authorization_url",
        ),
        (
            changed(oauth={"authorization_url": "https://a.example", "token_url": "https://a.example", "scopes": []}),
            "scopes",
        ),
        (changed(patterns=[{"pattern": "*.jp", "matches": "a.jp", "rejects": "b.example"}]), "must be literal"),
        (
            changed(patterns=[{"pattern": "*.corp.jp", "matches": "corp.jp", "rejects": "x.jp"}]),
            "does not match its own",
        ),
        (
            changed(patterns=[{"pattern": "*.corp.jp", "matches": "a.corp.jp", "rejects": "b.corp.jp"}]),
            "which it must not",
        ),
        (
            changed(mx={"suffixes": ["corp.example"], "matches": ["mx.other.example"], "rejects": ["x.example"]}),
            "no MX suffix",
        ),
        (
            changed(mx={"suffixes": ["corp.example"], "matches": ["mx.corp.example"], "rejects": ["a.corp.example"]}),
            "must not",
        ),
    ],
)
def test_what_a_provider_file_must_not_say(values: dict[str, Any], complaint: str) -> None:
    """Each rule refuses its own mistake, and says which."""
    with pytest.raises(ValidationError) as caught:
        ProviderFile.model_validate(values)
    assert complaint in str(caught.value)


@settings(max_examples=40)
@given(provider_files())
def test_compiling_loses_nothing_that_a_look_up_needs(file: ProviderFile) -> None:
    """File → compiled → look-up gives the same provider and the same servers, by every way there is to it."""
    database = Database(compile_database([file]))
    entry = database.by_domain(file.domains[0])
    assert entry is not None
    assert entry is database.by_id(file.id)
    assert file.mx is not None
    assert database.by_mx(f"mx1.{file.mx.suffixes[0]}") is entry
    assert file.hosting is not None
    assert database.by_hint("spf", file.hosting.spf[0]) is entry
    provider = provider_of(entry)
    assert (provider.id, provider.name, provider.status) == (file.id, file.name, file.status)
    assert (provider.checked, database.date) == (file.checked, file.checked)

    address = Address.parse(f"jo@{file.domains[0]}")
    found = servers_of(entry, address, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, provenance=())
    wanted = [server for server in file.servers if not server.only_for or file.domains[0] in server.only_for]
    assert [(one.protocol, one.port, one.security, one.auth) for one in found] == [
        (one.protocol, one.port, one.security, one.auth) for one in wanted
    ]
    assert [one.hostname for one in found] == [one.hostname.replace("%EMAILDOMAIN%", file.domains[0]) for one in wanted]


@settings(max_examples=40)
@given(provider_files())
def test_notes_for_maintainers_are_not_shipped(file: ProviderFile) -> None:
    """Doubts and decisions stay in the source files."""
    marked = file.model_copy(update={"notes": "MARK-OF-A-NOTE", "rejected": ("MARK-OF-A-REFUSAL",)})
    assert b"MARK-OF-A" not in compile_database([marked])
    assert compile_database([marked]) == compile_database([file])


@given(HOSTNAME, HOSTNAME)
def test_suffixes_match_at_label_boundaries_only(host: str, suffix: str) -> None:
    """``notgoogle.com`` is not below ``google.com``."""
    assert under_suffix(f"{host}.{suffix}", suffix)
    assert under_suffix(suffix, suffix)
    assert not under_suffix(f"x{suffix}", suffix)
    assert not under_suffix(f"{suffix}.{host}", suffix) or host == suffix or f"{suffix}.{host}".endswith(f".{suffix}")


@given(HOSTNAME)
def test_the_parents_that_a_suffix_look_up_asks_for(host: str) -> None:
    """The name itself, then each parent, the longest first, never a single label."""
    asked = suffixes(host)
    assert asked[0] == host
    assert all("." in name for name in asked)
    assert [name for name in asked if not under_suffix(host, name)] == []
    assert sorted(asked, key=len, reverse=True) == asked


@given(HOSTNAME, st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True))
def test_a_star_is_one_label(base: str, label: str) -> None:
    """Neither none nor two, and never a part of one."""
    pattern = f"*.{base}"
    check_pattern(pattern)
    assert covers(pattern, f"{label}.{base}")
    for other in (base, f"{label}.{label}.{base}", f"{label}{base}", f".{base}", f"{label}.{base}.example"):
        assert not covers(pattern, other)


@pytest.mark.parametrize("pattern", ["*", "*.jp", "a.*.jp", "a.b.*", "a*.corp.jp", "x.y", "A.corp.jp", "a..corp.jp"])
def test_patterns_that_would_claim_too_much_are_refused(pattern: str) -> None:
    """No pattern claims a whole top-level domain, or part of a label."""
    with pytest.raises(ValueError, match="pattern"):
        check_pattern(pattern)
