"""From a provider's record to an answer: services for one address, and records that leave the question open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mailsetup.address import Address
from mailsetup.model import Options, SourceName, Trust
from mailsetup.providers.compile import record_of
from mailsetup.providers.database import Entry
from mailsetup.providers.expand import services_of
from mailsetup.providers.schema import ProviderFile
from mailsetup.sources import user_file
from mailsetup.sources.entries import finding_of

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = Address.parse("kim+lists@corp.example")
IMAP = {"protocol": "imap", "hostname": "imap.corp.example", "port": 993, "security": "tls"}
DIFFER = {"requirements": [{"kind": "account-host"}]}


def file_of(**changes: Any) -> ProviderFile:
    values: dict[str, Any] = {
        "id": "corp",
        "name": "Corp",
        "kind": "mailbox",
        "domains": ["corp.example", "other.example"],
        "servers": [IMAP],
        "sources": ["own-knowledge"],
        "checked": "2026-01-01",
    }
    return ProviderFile.model_validate(values | changes)


def urls(*templates: str) -> list[str | None]:
    services = [{"protocol": "caldav", "url": template} for template in templates]
    entry = Entry(record_of(file_of(services=services)))
    found = services_of(entry, ADDRESS, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, provenance=())
    return [service.url for service in found]


def test_placeholders_in_urls_are_filled_in() -> None:
    """Percent-encoded, so that no address can reach into another part of the URL (AC-43)."""
    assert urls(
        "https://dav.corp.example/",
        "https://dav.corp.example/%EMAILADDRESS%/",
        "https://%EMAILDOMAIN%/dav/%EMAILLOCALPART%",
        "https://dav.corp.example/a%2Fb",
    ) == [
        "https://dav.corp.example/",
        "https://dav.corp.example/kim%2Blists%40corp.example/",
        "https://corp.example/dav/kim%2Blists",
        "https://dav.corp.example/a%2Fb",
    ]


def test_a_placeholder_that_nobody_knows_is_refused_in_the_file() -> None:
    """Not at look-up, where it could only be an accident."""
    with pytest.raises(ValidationError, match="is no placeholder"):
        file_of(services=[{"protocol": "caldav", "url": "https://dav.corp.example/%USER%/"}])


OPEN: dict[str, tuple[dict[str, Any], bool]] = {
    "servers": ({}, True),
    "servers for another domain only": ({"servers": [IMAP | {"only_for": ["other.example"]}]}, False),
    "servers that differ from account to account": ({"servers": [], "status": "preparation", **DIFFER}, False),
    "no servers, though usable": ({"servers": [], **DIFFER}, False),
    "no standard access": (
        {"servers": [], "status": "no-standard-access", "status_text": {"en": "Own program only."}},
        True,
    ),
}
"""Record → whether it ends the asking."""


@pytest.mark.parametrize(("changes", "final"), OPEN.values(), ids=OPEN.keys())
def test_a_record_without_servers_ends_nothing(changes: dict[str, Any], final: bool) -> None:
    """Who is known but has no servers for this address may publish some; who gives no access has the last word."""
    entry = Entry(record_of(file_of(**changes)))
    finding = finding_of(entry, ADDRESS, source=SourceName.BUNDLED, trust=Trust.AUTHENTICATED, final=True)
    assert finding.final is final
    assert finding.provider is not None


@pytest.mark.parametrize(("changes", "final"), OPEN.values(), ids=OPEN.keys())
def test_nor_does_the_users_own_file(tmp_path: Path, changes: dict[str, Any], final: bool) -> None:
    """The same holds for what the user wrote."""
    from mailsetup.formats.provider_file import render

    (tmp_path / "isp").mkdir()
    (tmp_path / "isp" / "corp.example.toml").write_bytes(render(file_of(**changes)))
    finding = user_file.look_up(ADDRESS, Options(config_dir=tmp_path))
    assert finding.final is final
    assert finding.provider is not None
