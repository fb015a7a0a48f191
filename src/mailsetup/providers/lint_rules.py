"""What a reviewer would ask about a valid provider file: code → rule. Pure.

A rule takes the file and today's date, and yields one sentence for each thing it found. What makes a file invalid is
``schema.py``'s to say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailsetup.model import Protocol, ProviderStatus, Security

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from mailsetup.providers.schema import ProviderFile

    Rule = Callable[[ProviderFile, date], Iterator[str]]

STALE = timedelta(days=3 * 365)
"""After this long without a check a fact about a provider is a rumour."""

USUAL_PORTS: Mapping[tuple[Protocol, Security], frozenset[int]] = {
    (Protocol.IMAP, Security.TLS): frozenset({993}),
    (Protocol.IMAP, Security.STARTTLS): frozenset({143}),
    (Protocol.POP3, Security.TLS): frozenset({995}),
    (Protocol.POP3, Security.STARTTLS): frozenset({110}),
    (Protocol.SMTP, Security.TLS): frozenset({465}),
    (Protocol.SMTP, Security.STARTTLS): frozenset({587, 25}),
    (Protocol.MANAGESIEVE, Security.STARTTLS): frozenset({4190}),
}
"""RFC 8314 and the port registry. Without TLS any port is as odd as any other."""

LANGUAGES = ("en", "de")
"""Languages that the program speaks, and our sentences with it."""


def _stale(file: ProviderFile, today: date) -> Iterator[str]:
    if today - file.checked > STALE:
        yield f"last checked on {file.checked}"


def _future(file: ProviderFile, today: date) -> Iterator[str]:
    if file.checked > today:
        yield f"checked on {file.checked}, which is still to come"


def _plaintext_only(file: ProviderFile, _today: date) -> Iterator[str]:
    for protocol in dict.fromkeys(server.protocol for server in file.servers):
        if all(server.security is Security.NONE for server in file.servers if server.protocol is protocol):
            yield f"every {protocol} server is without encryption"


def _unusual_port(file: ProviderFile, _today: date) -> Iterator[str]:
    for server in file.servers:
        usual = USUAL_PORTS.get((server.protocol, server.security))
        if usual is not None and server.port not in usual:
            yield f"{server.protocol} at {server.hostname} has {server.security} on port {server.port}"


def _port_25(file: ProviderFile, _today: date) -> Iterator[str]:
    """Port 25 is for mail between servers; where there is a submission port, it is only a trap (RFC 6409)."""
    ports = {server.port for server in file.servers if server.protocol is Protocol.SMTP}
    if 25 in ports and len(ports) > 1:
        yield "port 25 is not submission, and there is another port: drop it, and put it into rejected"


def _no_requirements(file: ProviderFile, _today: date) -> Iterator[str]:
    if file.status is ProviderStatus.PREPARATION and not file.requirements:
        yield "the status says that something has to be done first, but not what"


def _one_way(file: ProviderFile, _today: date) -> Iterator[str]:
    """A mailbox that can be read but not written from, or the reverse, is half an answer."""
    protocols = {server.protocol for server in file.servers}
    if protocols and not protocols & {Protocol.IMAP, Protocol.POP3}:
        yield "there is no server to read mail from"
    if protocols and Protocol.SMTP not in protocols:
        yield "there is no server to send mail by"


def _unreachable(file: ProviderFile, _today: date) -> Iterator[str]:
    if not (file.domains or file.patterns or file.mx or file.hosting):
        yield "no domain, pattern, MX or hosting name leads to this provider"


def _untranslated(file: ProviderFile, _today: date) -> Iterator[str]:
    texts = [file.status_text, *(requirement.text for requirement in file.requirements)]
    for text in filter(None, texts):
        missing = [language for language in LANGUAGES if language not in text]
        if missing:
            yield f"{next(iter(text.values()))!r} is missing in {', '.join(missing)}"


def _help_without_https(file: ProviderFile, _today: date) -> Iterator[str]:
    urls = [file.website, *(page.url for page in file.help), *(entry.url for entry in file.requirements)]
    for url in dict.fromkeys(filter(None, urls)):
        if not url.startswith("https://"):
            yield f"{url} is not https"


ABOUT_SERVERS: Mapping[str, Rule] = {
    "plaintext-only": _plaintext_only,
    "unusual-port": _unusual_port,
    "port-25": _port_25,
    "no-requirements": _no_requirements,
    "one-way": _one_way,
}
"""What may lead a user astray: asked of everybody's files."""

ABOUT_UPKEEP: Mapping[str, Rule] = {
    "stale": _stale,
    "future": _future,
    "unreachable": _unreachable,
    "untranslated": _untranslated,
    "not-https": _help_without_https,
}
"""What keeps the collection in good order: not asked of a user's own file, which serves one person."""
