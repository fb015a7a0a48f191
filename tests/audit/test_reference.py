"""The list of remarks for people is the catalogue, whole, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from mailsetup.model.audit import Grade
from mailsetup.remarks import CATALOGUE, STATES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "audit-remarks.md"

HEAD = """\
# Remarks of an audit

Everything that `mailsetup audit` can say, by grade. The codes are stable; the sentences may change. What stands in
braces is filled in. [Audit your domain](../how-to/audit-your-domain.md) shows how to read a report.
"""

TITLES = {Grade.ERROR: "Errors", Grade.WARNING: "Warnings", Grade.HINT: "Hints"}


def page() -> str:
    """Write the page."""
    parts = [HEAD]
    for grade, title in TITLES.items():
        parts += [f"## {title}\n", "| code | what it says | what to do |\n|---|---|---|"]
        entries = {code: entry for code, entry in CATALOGUE.items() if entry.grade is grade}
        parts[-1] += "".join(f"\n| `{code}` | {entry.message} | {entry.advice} |" for code, entry in entries.items())
        parts[-1] += "\n"
    parts += ["## States of DNSSEC, MTA-STS and TLSA\n", "| state | what people read |\n|---|---|"]
    parts[-1] += "".join(f"\n| `{state}` | {words} |" for state, words in STATES.items())
    return "\n".join(parts) + "\n"


def test_the_page_is_the_catalogue() -> None:
    """Set ``MAILSETUP_WRITE_REFERENCE=1`` to write it anew."""
    if os.environ.get("MAILSETUP_WRITE_REFERENCE"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
