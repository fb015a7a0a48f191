"""Whether a look-up notices how many providers there are: a hundred times as many should cost the same."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.lookups import microseconds
from benchmarks.table import Measured
from mailsetup.providers.compile import compile_database
from mailsetup.providers.database import Database
from mailsetup.providers.schema import ProviderFile

if TYPE_CHECKING:
    from collections.abc import Callable

FEW, MANY = 300, 30_000


def provider(number: int) -> ProviderFile:
    """A provider like the usual ones: a few domains, an MX suffix, three servers; one in fifty has a pattern."""
    name = f"p{number}"
    family = {"pattern": f"*.{name}.jp", "matches": f"a.{name}.jp", "rejects": f"{name}.jp"}
    servers = [("imap", 993, "tls"), ("smtp", 465, "tls"), ("smtp", 587, "starttls")]
    return ProviderFile.model_validate(
        {
            "id": name,
            "name": name.title(),
            "kind": "mailbox",
            "domains": [f"{name}-{place}.example" for place in range(4)],
            "patterns": [] if number % 50 else [family],
            "mx": {"suffixes": [f"mx.{name}.example"], "matches": [f"a.mx.{name}.example"], "rejects": ["x.example"]},
            "servers": [
                {"protocol": protocol, "hostname": f"{protocol}.{name}.example", "port": port, "security": security}
                for protocol, port, security in servers
            ],
            "sources": ["synthetic"],
            "checked": "2026-01-01",
        }
    )


def measure() -> list[Measured]:
    """Compile both sizes, and look the same things up in each."""
    rows: list[Measured] = []
    small, large = (compile_database(provider(number) for number in range(count)) for count in (FEW, MANY))
    few, many = Database(small), Database(large)
    questions: dict[str, Callable[[Database], object]] = {
        "exact domain": lambda database: database.by_domain("p150-3.example"),
        "pattern": lambda database: database.by_pattern("shop.p150.jp"),
        "MX name": lambda database: database.by_mx("in1.mx.p150.example"),
        "nothing": lambda database: (database.by_domain("x.nobody.jp"), database.by_pattern("x.nobody.jp")),
    }
    for what, ask in questions.items():
        quick, slow = (microseconds(lambda: ask(database), 20_000) for database in (few, many))  # noqa: B023  (called at once)
        rows.append(
            Measured(
                f"look-up among {MANY} providers: {what}", slow, "µs", 10, slow / quick, "", f"the same among {FEW}"
            )
        )
    loads = [_load(document) for document in (small, large)]
    rows.append(Measured(f"reading the index of {FEW} providers", loads[0], "ms"))
    rows.append(
        Measured(
            f"reading the index of {MANY} providers", loads[1], "ms", None, loads[1] / loads[0], "", f"{FEW} providers"
        )
    )
    return rows


def _load(document: bytes) -> float:
    took = []
    for _ in range(5):
        started = perf_counter()
        Database(document)
        took.append(perf_counter() - started)
    return min(took) * 1000
