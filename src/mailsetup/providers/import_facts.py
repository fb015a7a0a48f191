"""One record of facts, made into a provider file.

Rules (``data/providers/README.md`` gives the reasons for people):

* Names, patterns and MX: ``import_names.py``; servers and their order: ``import_servers.py``; what the user has to do
  first: ``import_requirements.py``.
* Client ids and secrets are never read. Help pages and websites are taken as they are; nothing is fetched.
* One bad fact costs only itself; everything dropped is said, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mailsetup.model import ProviderStatus, RequirementKind
from mailsetup.providers import import_names, import_requirements, import_servers
from mailsetup.providers.import_names import Drop, entry_or_drop
from mailsetup.providers.import_servers import AUTH, PROTOCOL_ORDER, template
from mailsetup.providers.schema import HelpEntry, OAuthEntry, ProviderFile, RequirementEntry, ServerEntry, ServiceEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.providers.facts import FactsRecord, OAuthFact

LIST_DATES = {
    "ispdb": date(2026, 3, 1),
    "deltachat": date(2026, 4, 1),
    "fairemail": date(2026, 8, 1),
}
"""When the lists that bear a date were read. The others count as ``UNDATED``."""

UNDATED = date(2026, 1, 1)
"""A list that gives no date: the year in which it was read."""

KINDS = {"mailbox+hoster": "hoster", "ambiguous": "transactional"}
PASSING_THROUGH = ("gateway", "forwarder", "transactional")

NOT_THE_PROVIDERS = re.compile(r"https://providers\.delta\.chat/")
"""Pages of a list about the provider; this one was taken down in July 2026."""

TOPICS = {
    "app-password": r"app(?:lication)?[-_]?(?:specific|spezifisch\w*)?[-_]?pass|anwendungsspezifisch|passwor",
    "imap": r"imap",
    "pop3": r"pop3?(?:[-_/.]|$)",
    "smtp": r"smtp",
}
"""What a help page is about, by its address; the first that fits."""


@dataclass
class Offer:
    """What an import offers: a provider file, and what was dropped on the way to it."""

    file: ProviderFile | None = None
    """``None`` if nothing useful was left."""
    dropped: list[str] = field(default_factory=list)
    """One sentence for each."""


def offer(record: FactsRecord, /) -> Offer:
    """Make a provider file out of one record of facts; never raises for what the record says."""
    result = Offer()
    drop = result.dropped.append
    kind = KINDS.get(record.kind, record.kind)
    passing = kind in PASSING_THROUGH
    domains = () if passing else import_names.host_names(record.domains, drop)
    requirements = () if passing else import_requirements.from_facts(record)
    servers = () if passing else import_servers.servers(record, domains, drop)
    values: dict[str, Any] = {
        "id": import_names.slug(record.id),
        "name": (record.name if record.name and "%" not in record.name else record.id)[:60],
        "kind": kind,
        "country": record.country,
        "domains": domains,
        "patterns": () if passing else import_names.patterns(record, drop),
        "mx": import_names.mx(record, drop),
        "servers": servers,
        "services": () if passing else _services(record, drop),
        "oauth": None if passing else _oauth(record.oauth, drop),
        "requirements": requirements,
        "help": [] if passing else _help(record.docs, drop),
        "website": None if passing else _website(record),
        "sources": sorted(record.sources) or ["import"],
        "checked": _checked(record),
        **_status(record, servers, requirements),
    }
    try:
        result.file = ProviderFile.model_validate(values)
    except ValidationError as error:
        drop(f"{record.id}: left out ({error.errors()[0]['msg'].removeprefix('Value error, ')})")
    if passing and result.file is not None and result.file.mx is None:
        drop(f"{record.id}: left out (mail passes through, and no MX is known)")
        result.file = None
    return result


def _services(record: FactsRecord, drop: Drop) -> list[ServiceEntry]:
    entries = []
    for fact in record.servers:
        if fact.protocol in PROTOCOL_ORDER:
            continue
        url = fact.url or (f"https://{fact.host}/" if fact.host else "")
        auth = [AUTH[name] for name in fact.auth if name in AUTH]
        values = {"protocol": fact.protocol, "url": template(url), "auth": auth}
        entries += entry_or_drop(ServiceEntry, values, drop, f"{fact.protocol} {url}")
    return entries


def _oauth(facts: tuple[OAuthFact, ...], drop: Drop) -> OAuthEntry | None:
    """The endpoints that most lists agree on; of equals, the first."""
    for fact in sorted(facts, key=lambda fact: -len(fact.agreement)):
        values = {
            "issuer": fact.issuer_identifier,
            "authorization_url": fact.authorization_endpoint,
            "token_url": fact.token_endpoint,
            "scopes": _scopes(fact),
            # A list that does not use PKCE has not shown that it does not work.
            "pkce": fact.pkce or None,
        }
        found = entry_or_drop(OAuthEntry, values, drop, f"oauth {fact.authorization_endpoint}")
        if found:
            return found[0]
    return None


def _scopes(fact: OAuthFact) -> tuple[str, ...]:
    for scopes in fact.scopes_by_source.values():
        by_protocol = scopes if isinstance(scopes, dict) else {"imap": scopes}
        found = [scope for name in ("imap", "pop3", "smtp") for scope in by_protocol.get(name, ())]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _help(urls: Iterable[str], drop: Drop) -> list[HelpEntry]:
    """The provider's own pages, each once, however many sections of it the lists name."""
    pages: dict[str, HelpEntry] = {}
    for url in urls:
        if NOT_THE_PROVIDERS.match(url):
            continue
        topic = next((name for name, words in TOPICS.items() if re.search(words, url, re.IGNORECASE)), "")
        for entry in entry_or_drop(HelpEntry, {"url": url, "topic": topic}, drop, f"help {url}"):
            pages.setdefault(url.partition("#")[0], entry)
    return list(pages.values())


def _website(record: FactsRecord) -> str | None:
    for said in record.flags_by_source.values():
        for key in ("website", "webmail_url"):
            url = str(said.get(key) or "")
            if re.fullmatch(r"https?://[^\s/@{]+(?:/[^\s{]*)?", url):
                return url
    return None


def _status(
    record: FactsRecord, servers: tuple[ServerEntry, ...], requirements: tuple[RequirementEntry, ...]
) -> dict[str, Any]:
    if not servers and (record.flags.get("no_imap") or record.flags.get("mx_class") == "no-imap"):
        return no_access()
    if any(entry.kind is RequirementKind.BRIDGE for entry in requirements):
        return no_access()
    said = {said.get("status") for said in record.flags_by_source.values()}
    todo = any(import_requirements.is_work(entry) for entry in requirements)
    return {"status": ProviderStatus.PREPARATION if todo or "preparation" in said else ProviderStatus.OK}


def no_access() -> dict[str, Any]:
    """Status and sentence of a provider that ordinary mail programs cannot use."""
    return {
        "status": ProviderStatus.NO_STANDARD_ACCESS,
        "status_text": {
            "en": "There is no public IMAP, POP3 or SMTP; mail is read on the website or in the provider's own app.",
            "de": "IMAP, POP3 und SMTP gibt es hier nicht; Mail liest man auf der Website oder in der eigenen App.",
        },
        "servers": (),
    }


def _checked(record: FactsRecord) -> date:
    if record.checked is not None:
        return record.checked
    dates = [LIST_DATES.get(name, UNDATED) for name in record.sources if name != "deltachat"]
    if "deltachat" in record.sources:
        said = str(record.flags_by_source.get("deltachat", {}).get("last_checked", ""))
        dates.append(_date(said) or LIST_DATES["deltachat"])
    return max(dates, default=UNDATED)


def _date(text: str) -> date | None:
    """``2024-08`` or ``2024-08-15`` as a date."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
