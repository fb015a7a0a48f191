"""Merges an offered provider file into the one that is already there, without losing what a person wrote.

Rules:

* What the file says stays. A value that differs is a conflict, reported with both values.
* What the file does not say is added: domains, MX suffixes, servers, services, requirements, help pages, OAuth.
* What the file has ``rejected`` is neither added nor reported again.
* A domain, or an MX suffix, that another file claims is a conflict, never moved.
* Names, kinds among providers with mailboxes, notes and texts are ours: lists are not asked about them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mailsetup.model import ProviderStatus, Security
from mailsetup.providers.import_report import Conflict
from mailsetup.providers.match import under_suffix
from mailsetup.providers.schema import MxEntry, ProviderFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailsetup.providers.schema import ServerEntry

FACTS = {
    "patterns": "pattern {0.pattern}",
    "services": "service {0.protocol} {0.url}",
    "requirements": "requirement {0.kind}",
    "help": "help {0.url}",
}
"""Lists whose entries are known by one fact each: entries that say the same are the same."""

USABLE = (ProviderStatus.OK, ProviderStatus.PREPARATION)


@dataclass
class Merged:
    """The file after the merge, and how it came to be."""

    file: ProviderFile
    added: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def merge(existing: ProviderFile, offered: ProviderFile, /, *, owners: Mapping[str, str]) -> Merged:
    """Merge ``offered`` into ``existing``; ``owners`` says which file claims ``domain x`` and ``mx x``."""
    return _Merger(existing, offered, owners).run()


def place(servers: Iterable[ServerEntry], new: ServerEntry) -> tuple[ServerEntry, ...]:
    """Put ``new`` behind its protocol's servers, but before the worse ones: for some domains only, or plaintext."""
    servers = list(servers)
    same = [index for index, server in enumerate(servers) if server.protocol is new.protocol]
    better = [index for index in same if _rank(servers[index]) <= _rank(new)]
    position = better[-1] + 1 if better else same[0] if same else len(servers)
    return (*servers[:position], new, *servers[position:])


def _rank(server: ServerEntry) -> tuple[bool, bool]:
    return (server.security is Security.NONE, bool(server.only_for))


class _Merger:
    def __init__(self, existing: ProviderFile, offered: ProviderFile, owners: Mapping[str, str]) -> None:
        self.existing, self.offered, self.owners = existing, offered, owners
        self.changes: dict[str, Any] = {}
        self.added: list[str] = []
        self.conflicts: list[Conflict] = []

    def run(self) -> Merged:
        if self.existing.holds_mailboxes != self.offered.holds_mailboxes:
            self.conflict("kind", self.existing.kind, self.offered.kind)
            return Merged(self.existing, [], self.conflicts)
        self.domains()
        self.mx()
        if self.existing.status in USABLE:
            self.servers()
        elif self.offered.servers:
            self.conflict("servers", f"none, status {self.existing.status}", f"{len(self.offered.servers)} servers")
        self.lists()
        self.single_values()
        return self.result()

    def result(self) -> Merged:
        self.provenance()
        file = ProviderFile.model_validate(self.existing.model_dump() | self.changes)
        return Merged(file, self.added, self.conflicts)

    def conflict(self, fact: str, kept: str, offered: str) -> None:
        self.conflicts.append(Conflict(file=self.existing.id, fact=fact, kept=kept, offered=offered))

    def wanted(self, fact: str) -> bool:
        """Whether a fact the file does not have may be added: not refused before, and nobody else's."""
        if fact in self.existing.rejected:
            return False
        owner = self.owners.get(fact, self.existing.id)
        if owner != self.existing.id:
            self.conflict(fact, owner, self.existing.id)
            return False
        self.added.append(fact)
        return True

    def domains(self) -> None:
        new = [name for name in self.offered.domains if name not in self.existing.domains]
        new = [name for name in new if self.wanted(f"domain {name}")]
        if new:
            self.changes["domains"] = tuple(sorted({*self.existing.domains, *new}))

    def mx(self) -> None:
        offered, existing = self.offered.mx, self.existing.mx
        if offered is None:
            return
        covered = existing.suffixes if existing else ()
        new = [name for name in offered.suffixes if not any(under_suffix(name, suffix) for suffix in covered)]
        new = [name for name in new if self.wanted(f"mx {name}")]
        if not new:
            return
        suffixes = (*covered, *new)
        matches = [host for host in offered.matches if any(under_suffix(host, suffix) for suffix in new)] or new
        rejects = existing.rejects if existing else offered.rejects
        wider = [host for host in rejects if any(under_suffix(host, suffix) for suffix in new)]
        if wider:
            # The file says what must not match, so the wider suffix is a contradiction and not a new fact.
            self.added = [fact for fact in self.added if not fact.startswith("mx ")]
            self.conflict(f"mx {' '.join(new)}", f"rejects {' '.join(wider)}", "matches them")
            return
        self.changes["mx"] = MxEntry(
            suffixes=suffixes,
            matches=tuple(dict.fromkeys((*(existing.matches if existing else ()), *matches))),
            rejects=rejects,
            not_under=existing.not_under if existing else (),
        )

    def servers(self) -> None:
        servers = self.existing.servers
        known = {(server.protocol, server.hostname, server.port): server for server in servers}
        domains = self.changes.get("domains", self.existing.domains)
        for server in self.offered.servers:
            same = known.get((server.protocol, server.hostname, server.port))
            if same is not None:
                self.compare(same, server)
            elif self.wanted(f"server {_name(server)}"):
                scope = tuple(name for name in server.only_for if name in domains)
                servers = place(servers, server.model_copy(update={"only_for": scope}))
        if servers is not self.existing.servers:
            self.changes["servers"] = servers

    def compare(self, kept: ServerEntry, offered: ServerEntry) -> None:
        name = _name(kept)
        if kept.security is not offered.security:
            self.conflict(f"{name} security", kept.security, offered.security)
        if offered.username not in (kept.username, *kept.username_alternatives):
            self.conflict(f"{name} username", kept.username, offered.username)
        if not set(offered.auth) <= set(kept.auth):
            self.conflict(f"{name} auth", " ".join(kept.auth), " ".join(offered.auth))

    def lists(self) -> None:
        """Lists of which each entry is known by one key."""
        for name, fact in FACTS.items():
            entries = getattr(self.existing, name)
            known = {fact.format(entry) for entry in entries}
            new = [entry for entry in getattr(self.offered, name) if fact.format(entry) not in known]
            new = [entry for entry in new if self.wanted(fact.format(entry))]
            if new:
                self.changes[name] = (*entries, *new)
        times = {entry.kind: entry.when for entry in self.existing.requirements}
        for entry in self.offered.requirements:
            if times.get(entry.kind, entry.when) is not entry.when:
                self.conflict(f"requirement {entry.kind} when", times[entry.kind], entry.when)

    def single_values(self) -> None:
        kept, offered = self.existing, self.offered
        if kept.oauth is None and offered.oauth is not None and self.wanted(f"oauth {offered.oauth.token_url}"):
            self.changes["oauth"] = offered.oauth
        elif kept.oauth is not None and offered.oauth is not None and kept.oauth.token_url != offered.oauth.token_url:
            self.conflict("oauth token_url", kept.oauth.token_url, offered.oauth.token_url)
        if kept.website is None and offered.website is not None and self.wanted(f"website {offered.website}"):
            self.changes["website"] = offered.website
        if (kept.status in USABLE) != (offered.status in USABLE):
            self.conflict("status", kept.status, offered.status)

    def provenance(self) -> None:
        """A list that contradicts the file has not confirmed it, so the date of check stays."""
        new = sorted(set(self.offered.sources) - set(self.existing.sources))
        if new:
            self.added += [f"source {name}" for name in new]
            self.changes["sources"] = tuple(sorted({*self.existing.sources, *new}))
        if self.offered.checked > self.existing.checked and not self.conflicts:
            self.added.append(f"checked {self.offered.checked}")
            self.changes["checked"] = self.offered.checked


def _name(server: ServerEntry) -> str:
    return f"{server.protocol} {server.hostname}:{server.port}"
