"""One record of facts, made into a provider file.

Rules (``data/providers/README.md`` gives the reasons for people):

* Every server is kept. Within a protocol the recommended one comes first, then implicit TLS before STARTTLS
  (RFC 8314 section 3), servers for some domains only after those for all, port 25 late, plaintext last.
* A port that belongs to another protocol, or to none of ours, is an error of the list and is dropped.
* A challenge-response method as the only one is an old entry: over TLS the password itself is offered first.
* Regular expressions become names and suffixes (``import_pattern.py``); what cannot is dropped.
* Everything dropped is said, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mailsetup.model import Auth, Model, Protocol, ProviderStatus, RequirementKind, Security
from mailsetup.providers import import_pattern, import_requirements
from mailsetup.providers.match import under_suffix
from mailsetup.providers.schema import (
    HelpEntry,
    HostName,
    MxEntry,
    OAuthEntry,
    PatternEntry,
    ProviderFile,
    RequirementEntry,
    ServerEntry,
    ServiceEntry,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailsetup.providers.facts import FactsRecord, OAuthFact, ServerFact

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

AUTH = {
    "password-cleartext": Auth.PASSWORD,
    "password-encrypted": Auth.ENCRYPTED_PASSWORD,
    "oauth2": Auth.OAUTH2,
    "ntlm": Auth.NTLM,
    "gssapi": Auth.GSSAPI,
    "client-ip-address": Auth.CLIENT_IP,
    "tls-client-cert": Auth.CLIENT_CERTIFICATE,
    "none": Auth.NONE,
}

PORTS = {
    143: (Protocol.IMAP, (Security.STARTTLS, Security.NONE)),
    993: (Protocol.IMAP, (Security.TLS,)),
    110: (Protocol.POP3, (Security.STARTTLS, Security.NONE)),
    995: (Protocol.POP3, (Security.TLS,)),
    25: (Protocol.SMTP, (Security.STARTTLS, Security.NONE)),
    465: (Protocol.SMTP, (Security.TLS,)),
    587: (Protocol.SMTP, (Security.STARTTLS, Security.NONE)),
    4190: (Protocol.MANAGESIEVE, (Security.STARTTLS, Security.NONE)),
    443: (Protocol.JMAP, (Security.TLS,)),
}
"""Well-known ports: whose they are, and how they speak, the usual way first (RFC 8314 section 7, IANA)."""

SECURITY_ORDER = (Security.TLS, Security.STARTTLS, Security.NONE)
PROTOCOL_ORDER = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP, Protocol.MANAGESIEVE)

TOPICS = {
    "app-password": r"app(?:lication)?[-_]?(?:specific|spezifisch\w*)?[-_]?pass|anwendungsspezifisch|passwor",
    "imap": r"imap",
    "pop3": r"pop3?(?:[-_/.]|$)",
    "smtp": r"smtp",
}
"""What a help page is about, by its address; the first that fits."""

Entry = TypeVar("Entry", bound=Model)
_HOST_NAME: TypeAdapter[str] = TypeAdapter(HostName)


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
    domains = () if passing else _host_names(record.domains, drop)
    requirements = () if passing else import_requirements.from_facts(record)
    servers = () if passing else _servers(record, domains, drop)
    values: dict[str, Any] = {
        "id": slug(record.id),
        "name": (record.name if record.name and "%" not in record.name else record.id)[:60],
        "kind": kind,
        "country": record.country,
        "domains": domains,
        "patterns": () if passing else _patterns(record, drop),
        "mx": _mx(record, drop),
        "servers": servers,
        "services": () if passing else _services(record, drop),
        "oauth": None if passing else _oauth(record.oauth, drop),
        "requirements": requirements,
        "help": [] if passing else [entry for url in record.docs for entry in _help(url, drop)],
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


def slug(text: str) -> str:
    """A file's id out of a list's own: ``web.de`` → ``web-de``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].rstrip("-") or "provider"


def entry_or_drop(model: type[Entry], values: dict[str, Any], drop: Any, what: str) -> list[Entry]:
    """One entry, or none and a remark, so that one bad fact never costs the whole record."""
    try:
        return [model.model_validate(values)]
    except ValidationError as error:
        drop(f"{what}: {error.errors()[0]['msg'].removeprefix('Value error, ')}")
        return []


def _host_names(names: Iterable[str], drop: Any) -> tuple[str, ...]:
    good = []
    for name in names:
        try:
            good.append(_HOST_NAME.validate_python(name.lower().rstrip(".")))
        except ValidationError:
            drop(f"domain {name}: not a full name in A-labels")
    return tuple(sorted(set(good)))


def _patterns(record: FactsRecord, drop: Any) -> list[PatternEntry]:
    entries = []
    for fact in record.domain_patterns:
        parent = import_pattern.literal_suffix(fact.regex)
        if parent is None:
            drop(f"pattern {fact.regex}: claims more than one owner's names")
            continue
        values = {"pattern": f"*.{parent}", "matches": f"example.{parent}", "rejects": f"example.not{parent}"}
        entries += entry_or_drop(PatternEntry, values, drop, f"pattern {fact.regex}")
    return entries


def _mx(record: FactsRecord, drop: Any) -> MxEntry | None:
    hosts: list[str] = []
    for fact in record.mx:
        if fact.kind != "regex":
            hosts.append(fact.value)
            continue
        parent = import_pattern.literal_suffix(fact.value)
        try:
            hosts += [parent] if parent else import_pattern.names(fact.value)
        except ValueError as error:
            drop(f"mx {error}")
    suffixes = shortest(_host_names(hosts, drop))
    if not suffixes:
        return None
    known = [host for host in (*record.mx_examples, *hosts) if any(under_suffix(host, suffix) for suffix in suffixes)]
    matches = tuple(dict.fromkeys(known))[:4]
    rejects = tuple(host for host in look_alikes(suffixes[0]) if not any(under_suffix(host, s) for s in suffixes))
    found = entry_or_drop(MxEntry, {"suffixes": suffixes, "matches": matches, "rejects": rejects}, drop, "mx")
    return found[0] if found else None


def shortest(suffixes: Iterable[str]) -> tuple[str, ...]:
    """Without those that another one covers: ``mx1.qq.com`` says nothing more beside ``qq.com``."""
    unique = sorted(set(suffixes))
    return tuple(one for one in unique if not any(one != other and under_suffix(one, other) for other in unique))


def look_alikes(suffix: str) -> tuple[str, str]:
    """Two names that a careless match would take for one below ``suffix``."""
    return (f"not{suffix}", f"{suffix}.example.com")


def _servers(record: FactsRecord, domains: tuple[str, ...], drop: Any) -> tuple[ServerEntry, ...]:
    entries: dict[tuple[str, str, int], tuple[tuple[Any, ...], ServerEntry]] = {}
    listed = len(record.sources)
    for fact in record.servers:
        if fact.protocol not in PROTOCOL_ORDER or fact.host is None or fact.port is None:
            continue
        what = f"{fact.protocol} {fact.host}:{fact.port}"
        security = _security(fact)
        if security is None:
            drop(f"{what}: the port belongs to another protocol")
            continue
        values = {
            "protocol": fact.protocol,
            "hostname": template(fact.host),
            "port": fact.port,
            "security": security,
            "username": template(fact.username or "{email}"),
            "username_alternatives": _other_usernames(fact),
            "auth": _auth(fact, security),
            "only_for": [domain for domain in sorted(fact.scope_domains) if domain in domains],
            "source": sorted(fact.lists) if len(fact.lists) * 2 < listed else (),
        }
        for entry in entry_or_drop(ServerEntry, values, drop, what):
            key = (entry.protocol, entry.hostname, entry.port)
            ranked = (_preference(record, fact, entry), entry)
            entries[key] = min(entries.get(key, ranked), ranked, key=lambda pair: pair[0])
    return tuple(entry for _, entry in sorted(entries.values(), key=lambda pair: pair[0]))


def template(text: str) -> str:
    """The lists' ``{email}``, ``{local}``, ``{domain}`` as our placeholders."""
    names = {"{email}": "%EMAILADDRESS%", "{local}": "%EMAILLOCALPART%", "{domain}": "%EMAILDOMAIN%"}
    for theirs, ours in names.items():
        text = text.replace(theirs, ours)
    return text


def _security(fact: ServerFact) -> Security | None:
    """What the port really speaks; ``None`` if it is not this protocol's."""
    claimed = Security(fact.security) if fact.security in set(Security) else Security.NONE
    if fact.port not in PORTS:
        return claimed
    protocol, ways = PORTS[fact.port]
    if fact.protocol != protocol:
        return None
    # "TLS" on a STARTTLS port means that encryption is wanted; "STARTTLS" on a TLS port likewise.
    return claimed if claimed in ways else ways[0]


def _auth(fact: ServerFact, security: Security) -> tuple[Auth, ...]:
    methods = [AUTH[name] for name in fact.auth if name in AUTH] or [Auth.PASSWORD]
    if methods == [Auth.ENCRYPTED_PASSWORD]:
        methods = [Auth.ENCRYPTED_PASSWORD, Auth.PASSWORD]
        if security is not Security.NONE:
            methods.reverse()
    return tuple(methods)


def _other_usernames(fact: ServerFact) -> list[str]:
    """Forms that a list gives for this very server, not just as its own default."""
    main = fact.username or "{email}"
    said = {form for form, lists in fact.username_by_source.items() if any("(default)" not in name for name in lists)}
    return sorted(template(form) for form in said - {main})


def _preference(record: FactsRecord, fact: ServerFact, entry: ServerEntry) -> tuple[Any, ...]:
    choice = record.recommended.get(fact.protocol)
    recommended = choice is not None and (choice.host, choice.port) == (fact.host, fact.port)
    return (
        PROTOCOL_ORDER.index(entry.protocol),
        entry.security is Security.NONE,
        bool(entry.only_for),
        not recommended,
        SECURITY_ORDER.index(entry.security),
        entry.port == 25,
        -len(fact.lists),
        entry.hostname,
        entry.port,
    )


def _services(record: FactsRecord, drop: Any) -> list[ServiceEntry]:
    entries = []
    for fact in record.servers:
        if fact.protocol in PROTOCOL_ORDER:
            continue
        url = fact.url or (f"https://{fact.host}/" if fact.host else "")
        auth = [AUTH[name] for name in fact.auth if name in AUTH]
        values = {"protocol": fact.protocol, "url": template(url), "auth": auth}
        entries += entry_or_drop(ServiceEntry, values, drop, f"{fact.protocol} {url}")
    return entries


def _oauth(facts: tuple[OAuthFact, ...], drop: Any) -> OAuthEntry | None:
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


def _help(url: str, drop: Any) -> list[HelpEntry]:
    topic = next((name for name, words in TOPICS.items() if re.search(words, url, re.IGNORECASE)), "")
    return entry_or_drop(HelpEntry, {"url": url, "topic": topic}, drop, f"help {url}")


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
