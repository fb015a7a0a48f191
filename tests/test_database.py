"""Look-ups in the compiled database, on databases small enough to see through; and what the compiler refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.providers.compile import CompileError, compile_database, read_folder
from mailsetup.providers.database import Database, bundled
from mailsetup.providers.schema import ProviderFile

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]


def provider(identifier: str, **values: Any) -> ProviderFile:
    defaults: dict[str, Any] = {
        "id": identifier,
        "name": identifier.title(),
        "kind": "mailbox",
        "servers": [{"protocol": "imap", "hostname": f"imap.{identifier}.example", "port": 993, "security": "tls"}],
        "sources": ["own-knowledge"],
        "checked": "2026-01-01",
    }
    return ProviderFile.model_validate(defaults | values)


def mx(*names: str) -> dict[str, list[str]]:
    return {"suffixes": list(names), "matches": list(names), "rejects": ["look.alike.example"]}


GREEN = provider(
    "green",
    domains=["green.example", "xn--grn-hoa.example"],
    patterns=[{"pattern": "*.green.jp", "matches": "a.green.jp", "rejects": "green.jp"}],
    mx=mx("mx.green.example"),
    checked="2026-03-01",
)
FILTER = provider("filter", kind="gateway", servers=[], mx=mx("green.example"), hosting={"spf": ["spf.filter.example"]})
HOSTER = provider(
    "hoster",
    kind="hoster",
    patterns=[{"pattern": "mail.*.hoster.jp", "matches": "mail.a.hoster.jp", "rejects": "mail.hoster.jp"}],
    mx=mx("hoster.example"),
    hosting={"autoconfig": ["auto.hoster.example"], "autodiscover": ["disco.hoster.example"]},
)
DATABASE = Database(compile_database([GREEN, FILTER, HOSTER]))


@pytest.mark.parametrize(
    ("look_up", "name", "found"),
    [
        (DATABASE.by_domain, "green.example", "green"),
        (DATABASE.by_domain, "xn--grn-hoa.example", "green"),
        (DATABASE.by_domain, "sub.green.example", None),
        (DATABASE.by_domain, "notgreen.example", None),
        (DATABASE.by_domain, "", None),
        (DATABASE.by_pattern, "shop.green.jp", "green"),
        (DATABASE.by_pattern, "green.jp", None),
        (DATABASE.by_pattern, "a.b.green.jp", None),
        (DATABASE.by_pattern, "mail.x.hoster.jp", "hoster"),
        (DATABASE.by_pattern, "mail.x.hoster.jp.evil.example", None),
        (DATABASE.by_mx, "mx.green.example", "green"),
        (DATABASE.by_mx, "in1.mx.green.example", "green"),
        (DATABASE.by_mx, "other.green.example", "filter"),
        (DATABASE.by_mx, "evilhoster.example", None),
        (DATABASE.by_mx, "hoster.example.evil.test", None),
        (DATABASE.by_mx, "example", None),
        (DATABASE.by_id, "hoster", "hoster"),
        (DATABASE.by_id, "hoster.example", None),
    ],
)
def test_look_ups(look_up: Callable[[str], Any], name: str, found: str | None) -> None:
    """Exact domains are exact, suffixes match at label boundaries, the longest suffix wins."""
    entry = look_up(name)
    assert (entry.id if entry else None) == found


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("spf", "spf.filter.example", "filter"),
        ("spf", "_x.spf.filter.example", "filter"),
        ("spf", "filter.example", None),
        ("autoconfig", "auto.hoster.example", "hoster"),
        ("autodiscover", "auto.hoster.example", None),
        ("autodiscover", "disco.hoster.example", "hoster"),
    ],
)
def test_hosting_hints(kind: Any, name: str, found: str | None) -> None:
    """Each kind of hint has an index of its own."""
    entry = DATABASE.by_hint(kind, name)
    assert (entry.id if entry else None) == found


def test_what_is_known_about_the_whole() -> None:
    """Size, date of the newest fact, order by id; gateways hold no mailboxes."""
    assert (len(DATABASE), DATABASE.domain_count, DATABASE.date) == (3, 2, date(2026, 3, 1))
    assert [entry.id for entry in DATABASE] == ["filter", "green", "hoster"]
    assert [entry.has_mailboxes for entry in DATABASE] == [False, True, True]
    assert "green" in repr(DATABASE.by_id("green"))


def test_a_record_is_decoded_once() -> None:
    """A warm look-up costs an index and a cache."""
    assert DATABASE.by_domain("green.example") is DATABASE.by_domain("xn--grn-hoa.example")


def test_an_empty_database_knows_nothing() -> None:
    """And says so without failing."""
    empty = Database(compile_database([]))
    assert (len(empty), empty.date, empty.by_domain("x.example"), empty.by_pattern("x.example")) == (
        0,
        None,
        None,
        None,
    )
    assert empty.by_mx("mx.example.com") is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_database_or_invalid(document: bytes) -> None:
    """A damaged installation is told from an empty one."""
    with pytest.raises(InvalidDocument):
        Database(document)


@pytest.mark.parametrize(
    "header", [{}, [], {"format": 1}, {"format": 99}, {"format": 1, "date": "yesterday"}, "x", None]
)
def test_a_header_that_is_not_ours_is_invalid(header: object) -> None:
    """JSON alone does not make a database."""
    with pytest.raises(InvalidDocument):
        Database(json.dumps(header).encode() + b"\n")


def test_equal_input_gives_equal_bytes() -> None:
    """Builds are reproducible: the order of files does not matter."""
    assert compile_database([GREEN, FILTER, HOSTER]) == compile_database([HOSTER, GREEN, FILTER])


@pytest.mark.parametrize(
    ("first", "second", "complaint"),
    [
        (
            provider("a", domains=["x.example"]),
            provider("b", domains=["x.example"]),
            "domain 'x.example' is claimed by a and by b",
        ),
        (provider("a", domains=["x.example"]), provider("a", domains=["y.example"]), "id 'a' is claimed by a and by a"),
        (
            provider("a", mx=mx("x.example")),
            provider("b", mx=mx("x.example")),
            "MX suffix 'x.example' is claimed by a and by b",
        ),
        (
            provider("a", hosting={"spf": ["x.example"]}),
            provider("b", hosting={"spf": ["x.example"]}),
            "SPF include 'x.example' is claimed by a and by b",
        ),
    ],
)
def test_claiming_twice_is_an_error_that_names_both(first: ProviderFile, second: ProviderFile, complaint: str) -> None:
    """Whoever merges two contributions learns where they collide."""
    with pytest.raises(CompileError) as caught:
        compile_database([second, first])
    assert caught.value.code == "claimed-twice"
    assert complaint in str(caught.value)


def test_reading_a_folder_names_the_file_and_the_line(tmp_path: Path) -> None:
    """The first broken file stops the build, with its name."""
    (tmp_path / "a.toml").write_text('id = "a"\nname = \n', encoding="utf-8")
    with pytest.raises(InvalidDocument) as caught:
        read_folder(tmp_path)
    assert caught.value.reason.startswith("a.toml: ")
    assert caught.value.line == 2


def test_the_file_is_named_like_its_provider(tmp_path: Path) -> None:
    """One can find a provider without searching."""
    (tmp_path / "b.toml").write_bytes((ROOT / "data" / "providers" / "gmail.toml").read_bytes())
    with pytest.raises(InvalidDocument, match=r"b\.toml: the id is 'gmail'"):
        read_folder(tmp_path)


def test_the_installed_database_is_what_the_files_say() -> None:
    """From a wheel as from a checkout: the index in the package is made from ``data/providers``."""
    compiled = compile_database(read_folder(ROOT / "data" / "providers").values())
    assert [entry.data for entry in Database(compiled)] == [entry.data for entry in bundled()]
    assert bundled().date == Database(compiled).date
    assert len(bundled()) >= 60
