"""From MX, aliases and SPF to the provider of the mailboxes: what counts, what does not, and in which order."""

from __future__ import annotations

import pytest

from mailsetup.model import Hosting, MailExchanger
from mailsetup.providers.hosting import filter_of, hoster_of
from tests.sources.providers import small_database


def hosting(*exchangers: str, hints: tuple[str, ...] = ()) -> Hosting:
    """Write down DNS facts: exchangers best first."""
    records = tuple(
        MailExchanger(preference=10 * place, hostname=name) for place, name in enumerate(exchangers, start=1)
    )
    return Hosting(exchangers=records, hints=hints)


BIG, OFFICE, LOCKED = "a.mx.bigmail.example", "mx.officemail.example", "mx.locked.example"
FILTER, FORWARD, UNKNOWN = "in.mx.filter.example", "mx.forward.example", "mx.nobody.example"
SPF_BIG, SPF_OFFICE, SPF_BLASTER, SPF_FILTER, SPF_UNKNOWN = (
    "_spf.bigmail.example",
    "spf.officemail.example",
    "spf.blaster.example",
    "spf.filter.example",
    "spf.nobody.example",
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (hosting(BIG), ("bigmail", f"MX {BIG}", True)),
        (hosting(LOCKED), ("locked", f"MX {LOCKED}", True)),
        (hosting(BIG, OFFICE), ("bigmail", f"MX {BIG}", True)),
        (hosting(BIG, hints=("autoconfig.officemail.example",)), ("bigmail", f"MX {BIG}", True)),
        (
            hosting(FILTER, hints=("autodiscover.bigmail.example",)),
            ("bigmail", "CNAME autodiscover.bigmail.example", True),
        ),
        (
            hosting(UNKNOWN, hints=("autoconfig.officemail.example",)),
            ("officemail", "CNAME autoconfig.officemail.example", True),
        ),
        (hosting(FILTER, OFFICE), ("officemail", f"MX {OFFICE}", True)),
        (hosting(FORWARD, hints=(SPF_BIG, SPF_UNKNOWN)), ("bigmail", f"SPF {SPF_BIG}", True)),
        (hosting(FILTER, hints=(SPF_FILTER, SPF_BLASTER, SPF_OFFICE)), ("officemail", f"SPF {SPF_OFFICE}", True)),
        (hosting(UNKNOWN, hints=(SPF_BIG, SPF_BLASTER)), ("bigmail", f"SPF {SPF_BIG}", False)),
    ],
)
def test_the_facts_lead_to_a_provider(facts: Hosting, expected: tuple[str, str, bool]) -> None:
    """The exchanger first, then aliases, a second exchanger behind a filter, and SPF last."""
    found = hoster_of(facts, small_database())
    assert found is not None
    assert (found.entry.id, found.via, found.certain) == expected


@pytest.mark.parametrize(
    "facts",
    [
        hosting(),
        hosting(hints=(SPF_BIG,)),
        hosting(UNKNOWN),
        hosting(FILTER),
        hosting(UNKNOWN, BIG),
        hosting(FILTER, hints=(SPF_BIG, SPF_OFFICE)),
        hosting(FILTER, hints=(SPF_BLASTER,)),
        hosting(UNKNOWN, hints=(SPF_BIG, SPF_UNKNOWN)),
        hosting("notmx.bigmail.example"),
        hosting("mx.bigmail.example.evil.test"),
    ],
)
def test_what_is_ambiguous_or_unknown_leads_nowhere(facts: Hosting) -> None:
    """Two mailbox providers in SPF, an include nobody knows, a look-alike: none of it is an answer (AC-09, SEC-03)."""
    assert hoster_of(facts, small_database()) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (hosting(FILTER), "filter"),
        (hosting(FORWARD, BIG), "forward"),
        (hosting(BIG), None),
        (hosting(UNKNOWN), None),
        (hosting(), None),
    ],
)
def test_the_filter_in_front_is_known_by_its_exchanger(facts: Hosting, expected: str | None) -> None:
    """Only the best exchanger says whom the mail goes through first (AC-09)."""
    entry = filter_of(facts, small_database())
    assert (entry.id if entry else None) == expected
