"""Arbitrary results and provider files, for properties."""

from __future__ import annotations

import math
from datetime import date, datetime, timezone
from typing import Any

from hypothesis import strategies as st

from mailsetup import model
from mailsetup.providers.schema import ProviderFile

LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOSTNAME = st.builds(
    "{}.{}".format, st.lists(LABEL, min_size=1, max_size=3).map(".".join), st.sampled_from(["com", "example", "jp"])
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SECONDS = st.floats(0, 1000).filter(math.isfinite)
URL = HOSTNAME.map("https://{}/x".format)
SOURCE = st.sampled_from(model.SourceName) | st.just("company-directory")
DATES = st.dates(date(2000, 1, 1), date(2100, 1, 1))
TEXTS = st.dictionaries(st.sampled_from(["en", "de", "pt-BR"]), TEXT, max_size=2)


def some(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """A tuple of a few."""
    return st.lists(values, max_size=most).map(tuple)


CERTIFICATES = st.builds(
    model.Certificate,
    names=some(HOSTNAME),
    issuer=TEXT,
    not_before=st.none() | st.datetimes(timezones=st.just(timezone.utc), min_value=datetime(2000, 1, 1)),  # noqa: DTZ001
    fingerprint=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
PROBES = st.builds(
    model.Probe,
    outcome=st.sampled_from(model.Outcome),
    detail=TEXT,
    address=st.none() | st.just("192.0.2.1"),
    greeting=TEXT,
    capabilities=some(TEXT),
    auth=some(st.sampled_from(model.Auth)),
    certificate=st.none() | CERTIFICATES,
    elapsed=SECONDS,
)
SERVERS = st.builds(
    model.Server,
    protocol=st.sampled_from([model.Protocol.IMAP, model.Protocol.POP3, model.Protocol.SMTP]),
    hostname=HOSTNAME,
    port=st.sampled_from([25, 110, 143, 465, 587, 993, 995, 1, 65535]),
    security=st.sampled_from(model.Security),
    username=st.none() | TEXT,
    username_alternatives=some(TEXT),
    auth=some(st.sampled_from(model.Auth)),
    trust=st.sampled_from(model.Trust),
    sources=some(SOURCE),
    provenance=some(TEXT),
    probe=st.none() | PROBES,
)
SERVICES = st.builds(
    model.Service,
    protocol=st.sampled_from([model.Protocol.JMAP, model.Protocol.CALDAV, model.Protocol.EWS]),
    url=URL,
    auth=some(st.sampled_from(model.Auth)),
    trust=st.sampled_from(model.Trust),
    sources=some(SOURCE),
)
PROVIDERS = st.builds(
    model.Provider,
    id=LABEL,
    name=TEXT,
    status=st.sampled_from(model.ProviderStatus),
    status_text=TEXTS,
    requirements=some(
        st.builds(
            model.Requirement,
            kind=st.sampled_from(model.RequirementKind),
            when=st.sampled_from(model.When),
            text=TEXTS,
            url=st.none() | URL,
        )
    ),
    help=some(st.builds(model.HelpPage, url=URL, topic=TEXT, language=st.none() | st.just("de"))),
    checked=st.none() | DATES,
)
DISCOVERIES = st.builds(
    model.Discovery,
    address=TEXT,
    domain=HOSTNAME,
    servers=some(SERVERS, 6),
    services=some(SERVICES),
    provider=st.none() | PROVIDERS,
    oauth=st.none() | st.builds(model.OAuth, issuer=st.none() | URL, scopes=some(TEXT), pkce=st.none() | st.booleans()),
    attempts=some(
        st.builds(
            model.Attempt,
            source=SOURCE,
            asked=TEXT,
            outcome=st.sampled_from(model.Status),
            started=SECONDS,
            elapsed=SECONDS,
            learned=st.sampled_from(model.Learned),
        )
    ),
    problems=some(
        st.builds(
            model.Problem,
            code=LABEL,
            severity=st.sampled_from(model.Severity),
            message=TEXT,
            arguments=st.dictionaries(LABEL, TEXT, max_size=2),
        )
    ),
    prefer=st.sampled_from([model.Protocol.IMAP, model.Protocol.POP3]),
    data_date=st.none() | DATES,
    elapsed=SECONDS,
)


@st.composite
def provider_files(draw: st.DrawFn) -> ProviderFile:
    """A provider with domains, a pattern, MX suffixes and servers, as somebody could have written it."""
    domains = draw(st.lists(HOSTNAME, min_size=1, max_size=4, unique=True))
    suffix, pattern = draw(HOSTNAME), draw(HOSTNAME)
    servers = draw(st.lists(_server_entries(), min_size=1, max_size=4, unique_by=lambda entry: entry["hostname"]))
    values: dict[str, Any] = {
        "id": draw(LABEL),
        "name": draw(st.from_regex(r"[A-ZÄ][a-zé .'\"\\]{0,20}", fullmatch=True)),
        "kind": draw(st.sampled_from(["mailbox", "hoster", "organisation"])),
        "domains": domains,
        "patterns": [{"pattern": f"*.{pattern}", "matches": f"a.{pattern}", "rejects": f"a.b.{pattern}"}],
        "mx": {"suffixes": [suffix], "matches": [f"mx.{suffix}"], "rejects": [f"not{suffix}"]},
        "hosting": {"spf": [f"spf.{suffix}"]},
        "servers": [entry | draw(_only_for(domains)) for entry in servers],
        "sources": ["own-knowledge"],
        "checked": draw(DATES),
        "notes": draw(st.text(st.characters(codec="utf-8"), max_size=30)),
    }
    return ProviderFile.model_validate(values)


def _server_entries() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "protocol": st.sampled_from(["imap", "pop3", "smtp"]),
            "hostname": HOSTNAME | st.just("imap.%EMAILDOMAIN%"),
            "port": st.integers(1024, 65535),
            "security": st.sampled_from(["tls", "starttls"]),
            "username": st.sampled_from(["%EMAILADDRESS%", "%EMAILLOCALPART%", "CORP\\%EMAILLOCALPART%"]),
            "auth": st.lists(st.sampled_from(list(model.Auth)), min_size=1, max_size=2, unique=True),
        }
    )


def _only_for(domains: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({}) | st.just({"only_for": domains[:1]})
