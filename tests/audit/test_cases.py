"""Whole audits, each a folder that a mail admin can read (``folder.py`` explains the files)."""

from __future__ import annotations

import anyio
import pytest

from mailsetup import aio, blocking
from mailsetup.model.audit import AuditReport
from mailsetup.remarks import CATALOGUE
from tests.audit.folder import DOMAIN, NOW, Case, all_cases

CASES = all_cases()

ELSEWHERE = {"no-network"}
"""Remarks that no network in memory can cause; ``test_audit.py`` shows them."""


@pytest.fixture(scope="session", params=CASES, ids=lambda case: case.folder.name)
def audited(request: pytest.FixtureRequest) -> tuple[Case, AuditReport, list[str]]:
    """Each case once, the doors and both event loops taking turns; with what was asked."""
    case: Case = request.param
    network = case.network()
    options = case.options(network)
    turn = CASES.index(case) % 3
    if turn == 0:
        report = blocking.audit(DOMAIN, options=options, now=NOW)
    else:
        backend = ("asyncio", "trio")[turn - 1]
        report = anyio.run(lambda: aio.audit(DOMAIN, options=options, now=NOW), backend=backend)
    return case, report, network.asked


def test_the_remarks_are_those_that_the_folder_expects(audited: tuple[Case, AuditReport, list[str]]) -> None:
    """Every remark of a case is expected, and every expected one is made (its ``why.md`` says why)."""
    case, report, _ = audited
    made = sorted({f"{remark.grade} {remark.code}" for remark in report.remarks})
    assert made == sorted(case.settings["remarks"])


def test_the_views_are_those_that_the_folder_expects(audited: tuple[Case, AuditReport, list[str]]) -> None:
    """Each family of programs ends up as the folder says; there is always one view a family."""
    case, report, _ = audited
    views = {str(view.family): str(view.standing) for view in report.views}
    assert views | case.settings.get("views", {}) == views
    assert len(views) == 7


def test_the_remedies_are_those_that_the_folder_expects(audited: tuple[Case, AuditReport, list[str]]) -> None:
    """What is to be published for a remark holds the piece that the folder names."""
    case, report, _ = audited
    for code, piece in case.settings.get("remedies", {}).items():
        texts = [remedy.text for remark in report.remarks if remark.code == code for remedy in remark.remedies]
        assert any(piece in text for text in texts), f"{code}: {piece!r} is not in {texts!r}"


def test_a_report_survives_json(audited: tuple[Case, AuditReport, list[str]]) -> None:
    """``AuditReport.model_validate_json(report.model_dump_json()) == report``."""
    _, report, _ = audited
    assert AuditReport.model_validate_json(report.model_dump_json()) == report


def test_the_address_never_goes_out_in_the_open(audited: tuple[Case, AuditReport, list[str]]) -> None:
    """An audit looks at http, and tells it nothing about the user (SEC-10)."""
    _, report, asked = audited
    assert not [line for line in asked if "http://" in line and "postmaster" in line]
    assert not [attempt for attempt in report.attempts if attempt.reason == "source-failed"]


def test_every_remark_is_made_in_some_case() -> None:
    """No sentence of the catalogue is dead."""
    made = {line.partition(" ")[2] for case in CASES for line in case.settings["remarks"]}
    assert sorted(CATALOGUE.keys() - made - ELSEWHERE) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_every_case_says_why(case: Case) -> None:
    """A case is one sentence, and each of its files is read."""
    why = (case.folder / "why.md").read_text(encoding="utf-8").strip()
    assert why.endswith((".", ")."))
    assert "\n" not in why
    known = {"why.md", "case.toml", "dns.zone", "pages", "transcripts"}
    assert {path.name for path in case.folder.iterdir()} <= known


def test_grades_are_those_of_the_catalogue() -> None:
    """A folder cannot expect a grade that its code does not have."""
    for case in CASES:
        for line in case.settings["remarks"]:
            grade, _, code = line.partition(" ")
            assert CATALOGUE[code].grade == grade, f"{case.folder.name}: {line}"
