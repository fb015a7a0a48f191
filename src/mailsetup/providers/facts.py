"""Facts about a provider in our JSON form: one object a line, as ``data/providers/README.md`` describes it.

The form is loose on purpose: facts come from many lists, and a list that says more than we know must not break the
import. So unknown fields are ignored, and only what is used is checked. What the fields mean for a provider file is
decided in ``import_facts.py``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mailsetup.errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 64 * 1024 * 1024
"""A thousand providers fit in 4 MiB; beyond this the file is something else."""


class Loose(BaseModel):
    """A value of which we read only what we know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class MxFact(Loose):
    """One name, suffix or regular expression of mail exchangers."""

    kind: str
    """``host``, ``suffix`` or ``regex``."""
    value: str
    sources: tuple[str, ...] = ()


class PatternFact(Loose):
    """A regular expression that some list applies to domains."""

    regex: str
    sources: tuple[str, ...] = ()


class ServerFact(Loose):
    """One server, with the lists that name it."""

    protocol: str
    host: str | None = None
    port: int | None = None
    url: str | None = None
    security: str = "tls"
    auth: tuple[str, ...] = ()
    username: str | None = None
    username_by_source: dict[str, tuple[str, ...]] = Field(default={})
    """User name form → lists that give it; ``list(default)`` where the list has the form for all its entries."""
    agreement: tuple[str, ...] = ()
    """``list:entry`` for every list that names this server."""
    scope_domains: tuple[str, ...] = ()

    @property
    def lists(self) -> set[str]:
        """The lists that name this server."""
        return {entry.split(":", 1)[0] for entry in self.agreement}


class ChoiceFact(Loose):
    """The server that the facts recommend for one protocol."""

    host: str | None = None
    port: int | None = None


class OAuthFact(Loose):
    """Endpoints and scopes. A client id or secret, if some list has one, is not read."""

    issuer_identifier: str | None = None
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    scopes_by_source: dict[str, Any] = Field(default={})
    agreement: tuple[str, ...] = ()
    pkce: bool | None = None


class FactsRecord(Loose):
    """All facts about one provider."""

    id: str = Field(min_length=1, max_length=253)
    name: str = ""
    kind: str = "mailbox"
    country: str | None = None
    sources: dict[str, Any] | tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    domain_patterns: tuple[PatternFact, ...] = ()
    mx: tuple[MxFact, ...] = ()
    mx_examples: tuple[str, ...] = ()
    servers: tuple[ServerFact, ...] = ()
    recommended: dict[str, ChoiceFact] = Field(default={})
    oauth: tuple[OAuthFact, ...] = ()
    docs: tuple[str, ...] = ()
    flags: dict[str, Any] = Field(default={})
    flags_by_source: dict[str, dict[str, Any]] = Field(default={})
    suspect: tuple[str, ...] = ()
    checked: date | None = None
    """When the facts were checked; without it, the newest date of the lists named in ``sources``."""


def read(document: bytes, /) -> Iterator[FactsRecord]:
    """Read facts, one JSON object a line; blank lines are skipped.

    Raises:
        InvalidDocument: with the line, at the first line that is no record. Records before it have been given out.
    """
    if len(document) > MAX_BYTES:
        raise InvalidDocument(f"The file is larger than {MAX_BYTES} bytes.", code="too-large")
    for number, line in enumerate(document.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidDocument(f"Not a JSON object: {error}.", line=number) from error
        try:
            yield FactsRecord.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"])) or "record"
            raise InvalidDocument(f"{where}: {first['msg']}.", code="schema", line=number) from error
