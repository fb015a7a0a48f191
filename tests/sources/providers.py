"""A small provider database, for tests about who hosts a domain."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from mailsetup.providers.compile import compile_database
from mailsetup.providers.database import Database
from mailsetup.providers.schema import ProviderFile


def _servers(name: str) -> list[dict[str, Any]]:
    return [
        {"protocol": "imap", "hostname": f"imap.{name}.example", "port": 993, "security": "tls"},
        {"protocol": "smtp", "hostname": f"smtp.{name}.example", "port": 465, "security": "tls"},
    ]


def _file(name: str, kind: str, **facts: Any) -> ProviderFile:
    mx = {
        "suffixes": [f"mx.{name}.example"],
        "matches": [f"a.mx.{name}.example"],
        "rejects": [f"notmx.{name}.example"],
    }
    return ProviderFile.model_validate(
        {"id": name, "name": name.title(), "kind": kind, "sources": ["test"], "checked": date(2026, 1, 1), "mx": mx}
        | facts
    )


@lru_cache(maxsize=1)
def small_database() -> Database:
    """Two mailbox providers, one that lets no program in, and three that only pass mail on."""
    return Database(
        compile_database(
            [
                _file(
                    "bigmail",
                    "mailbox",
                    servers=_servers("bigmail"),
                    hosting={"spf": ["_spf.bigmail.example"], "autodiscover": ["autodiscover.bigmail.example"]},
                ),
                _file(
                    "officemail",
                    "hoster",
                    servers=_servers("officemail"),
                    hosting={"spf": ["spf.officemail.example"], "autoconfig": ["autoconfig.officemail.example"]},
                ),
                _file("locked", "mailbox", status="no-standard-access", status_text={"en": "Only its own program."}),
                _file("filter", "gateway", hosting={"spf": ["spf.filter.example"]}),
                _file("forward", "forwarder"),
                _file("blaster", "transactional", hosting={"spf": ["spf.blaster.example"]}),
            ]
        )
    )
