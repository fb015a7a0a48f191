"""Servers out of facts: what each port speaks, what to log in with, and in which order they stand.

Every server is kept. Within a protocol the recommended one comes first, then implicit TLS before STARTTLS (RFC 8314
section 3), servers for some domains only after those for all, port 25 late, plaintext last. A port that belongs to
another protocol is an error of the list, and is dropped and said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailsetup.model import Auth, Protocol, Security
from mailsetup.providers.import_names import Drop, entry_or_drop
from mailsetup.providers.schema import ServerEntry

if TYPE_CHECKING:
    from mailsetup.providers.facts import FactsRecord, ServerFact

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


def servers(record: FactsRecord, domains: tuple[str, ...], drop: Drop) -> tuple[ServerEntry, ...]:
    """The record's servers, best first within each protocol; one entry for each host and port."""
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
