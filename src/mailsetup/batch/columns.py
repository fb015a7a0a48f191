"""The columns of settings, for people with a query engine: their names, kinds and meaning, in whatever schema.

Those of ``mailsetup bulk``, with the evidence beside each server. Every column may be null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from mailsetup.render.row import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "flag", "number", "texts"]


class Column(NamedTuple):
    """What a column holds."""

    kind: Kind
    """``text``; ``flag``, true or false; ``number``, whole; ``texts``, a list of them."""
    meaning: str
    """A line for people."""


_SERVER = {
    "protocol": Column("text", "`imap`, `pop3` or `smtp`"),
    "hostname": Column("text", "host name, as A-labels"),
    "port": Column("number", "TCP port"),
    "security": Column("text", "`tls`, `starttls` or `none`"),
    "username": Column("text", "what to log in as; null where nobody says"),
    "auth": Column("texts", "ways to log in, best first"),
    "needs_consent": Column("flag", "nobody vouches for it: a person must agree before a password goes there"),
    "confirmed": Column("flag", "a probe found it working"),
    "trust": Column("number", "0 to 3, as in `Trust`"),
    "sources": Column("texts", "everyone who named it, the most trusted first"),
    "outcome": Column("text", "what the probe showed; null where it was not probed"),
}

COLUMNS: Mapping[str, Column] = {
    "address": Column("text", "as it was given"),
    "found": Column("flag", "any server at all"),
    "confirmed": Column("flag", "probes found both servers working"),
    "provider": Column("text", "id of the provider, where known"),
    **{
        f"{side}_{fact}": Column(column.kind, f"{side} server: {column.meaning}")
        for side in SIDES
        for fact, column in _SERVER.items()
    },
    "problems": Column("texts", "codes of what to tell the user, the most important first"),
    "error": Column("text", "code, where the address is missing (`empty`) or wrong; all else is null then"),
    "result": Column("text", "the whole `Discovery` as JSON, with `full=True`"),
}
"""The columns that ``settings`` gives, in their order: name → kind and meaning."""

_SPARK: Mapping[Kind, str] = {"text": "STRING", "flag": "BOOLEAN", "number": "INT", "texts": "ARRAY<STRING>"}

SPARK_SCHEMA = ", ".join(f"{name} {_SPARK[column.kind]}" for name, column in COLUMNS.items())
"""``COLUMNS`` as Spark's DDL, for ``mapInArrow``. Columns of the input come first: ``f"id BIGINT, {SPARK_SCHEMA}"``."""
