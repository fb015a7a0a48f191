"""Every case of the audit, in every form it is shown in."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mailsetup import blocking
from mailsetup.model import Attempt, Protocol, Security, Server, SourceName, Status
from mailsetup.model.audit import (
    AuditReport,
    Claim,
    Exchanger,
    Family,
    Grade,
    Remark,
    Remedy,
    Safeguard,
    Standing,
    View,
)
from mailsetup.remarks import CATALOGUE, FAMILIES, STANDINGS, STATES, remark
from mailsetup.render.audit_html import audit_page
from mailsetup.render.audit_junit import junit
from mailsetup.render.audit_terminal import AuditRenderer
from mailsetup.render.audit_words import numbered
from mailsetup.translation import translator
from tests.audit.folder import CASES, DOMAIN, NOW, Case
from tests.audit.pages import ACTIVE, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = ("perfect", "only-guessing", "mechanisms-disagree", "nothing-works", "web-host-disagrees", "no-such-domain",
         "mta-sts-testing", "autodiscover-wants-a-login", "document-with-mistakes")  # fmt: skip


@pytest.fixture(scope="module", params=SHOWN)
def report(request: pytest.FixtureRequest) -> AuditReport:
    """The reports of some cases that differ much."""
    case = Case(CASES / request.param)
    return blocking.audit(DOMAIN, options=case.options(case.network()), now=NOW)


def shown(report: AuditReport, *, width: int = 100, language: str = "en") -> str:
    """What the terminal shows, without colours."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    renderer = AuditRenderer(translate=translator(language), width=width)
    console.print(renderer.report(report))
    console.print(renderer.remedies(report), soft_wrap=True)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def page(report: AuditReport, *, language: str = "en") -> Page:
    return Page(audit_page(report, language=language, translate=translator(language)))


def flat(text: str) -> str:
    """Text without the line breaks that a narrow place causes."""
    return "".join(text.split())


# The terminal


@pytest.mark.parametrize("width", [40, 60, 100, 160])
def test_nothing_is_wider_than_the_terminal(report: AuditReport, width: int) -> None:
    """Everything is folded to the width, but for what is to be pasted."""
    console = Console(file=io.StringIO(), width=width)
    console.print(AuditRenderer(translate=translator("en"), width=width).report(report))
    file = console.file
    assert isinstance(file, io.StringIO)
    assert all(len(line) <= width for line in file.getvalue().splitlines())


@pytest.mark.parametrize("width", [60, 120])
def test_the_terminal_shows_every_view_and_every_remark(report: AuditReport, width: int) -> None:
    """Whatever the width, no sentence is lost; each remark has its code to look up."""
    text = flat(shown(report, width=width))
    for view in report.views:
        first, *_ = FAMILIES[view.family].split()
        assert first in text
        assert flat(STANDINGS[view.standing]) in text
    for one in report.remarks:
        assert flat(one.message) in text
        assert flat(one.code) in text


def test_what_is_to_be_pasted_is_shown_whole(report: AuditReport) -> None:
    """Zone lines and documents stand in the terminal line by line, neither wrapped nor indented, each once."""
    lines = shown(report, width=60).splitlines()
    for remedy in numbered(report.remarks):
        for line in remedy.text.rstrip("\n").split("\n"):
            assert line in lines


def test_a_clean_domain_is_told_so() -> None:
    """No remark is good news, and reads like it."""
    case = Case(CASES / "perfect")
    report = blocking.audit(DOMAIN, options=case.options(case.network()), now=NOW)
    assert "Nothing to mend." in shown(report)
    assert "Nichts zu verbessern." in shown(report, language="de")
    assert "Nothing to mend." in page(report).text


# The page


def test_the_page_is_sound_and_loads_nothing(report: AuditReport) -> None:
    """Every element is closed in order; nothing runs, nothing is fetched, no address of another file is in it."""
    read = page(report)
    assert read.broken == []
    assert not {tag for tag, _ in read.elements} & ACTIVE
    for _, attributes in read.elements:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "srcset", "background")}
        assert all(value.startswith("#") for name, value in attributes.items() if name in ("href", "xlink:href"))
    policy = next(meta["content"] for meta in read.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy


def test_the_page_can_be_read_by_everybody(report: AuditReport) -> None:
    """One first heading, none skipped; every table has a caption and headers in both directions (WCAG 1.3.1)."""
    read = page(report, language="de")
    assert read.all("html") == [{"lang": "de"}]
    levels = [int(tag[1]) for tag, _ in read.elements if tag in ("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(read.all("caption")) == len(read.all("table")) > 0
    assert {attributes["scope"] for attributes in read.all("th")} == {"col", "row"}
    assert all({"role", "aria-labelledby"} <= svg.keys() for svg in read.all("svg"))


def test_the_page_shows_every_remark_and_links_to_its_remedies(report: AuditReport) -> None:
    """Each link leads to something that is on the page, and every remedy is on it once, to the letter."""
    markup = audit_page(report, language="en", translate=translator("en"))
    read = Page(markup)
    for one in report.remarks:
        assert one.message in read.text
    targets = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    assert {link["href"].removeprefix("#") for link in read.all("a")} <= targets
    for remedy in numbered(report.remarks):
        assert read.text.count(remedy.text.rstrip("\n")) >= 1
    assert len(read.all("pre")) == len(numbered(report.remarks))


def test_the_timeline_has_a_bar_for_each_attempt(report: AuditReport) -> None:
    """The picture shows all that was asked, within its frame."""
    read = page(report)
    made = [attempt for attempt in report.attempts if attempt.outcome is not Status.SKIPPED]
    bars = read.all("rect")
    assert len(bars) == len(made)
    for bar in bars:
        assert 0 <= float(bar["x"]) <= float(bar["x"]) + float(bar["width"]) <= 1000


# JUnit


@pytest.mark.parametrize("failing", [(), (Grade.ERROR,), tuple(Grade)])
def test_junit_counts_what_it_lists(report: AuditReport, failing: Sequence[Grade]) -> None:
    """It is well-formed, its counts are true, each check is there, and only the wanted grades fail."""
    root = ElementTree.fromstring(junit(report, failing=failing, translate=translator("en")))  # noqa: S314  (our own)
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases) >= len(CATALOGUE)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    failed = [remark for remark in report.remarks if remark.grade in failing]
    assert len(suite.findall("testcase/failure")) == len(failed)
    assert len(suite.findall("testcase/system-out")) == len(report.remarks) - len(failed)
    assert {case.attrib["name"].partition(":")[0] for case in cases} == CATALOGUE.keys()


# Whatever anybody says

HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.sampled_from([
        "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]>", "&lt;b&gt;", "<!--", "-->",
        "</pre></code><h1>", "{domain}", "%s", "\x1b[31mred\x1b[0m", "\u202egnp.exe", "a\r\nb", "\uffff\x00",
        "[bold]markup[/bold]", "'", "`",
    ]),
)  # fmt: skip


def hostile_report(said: str) -> AuditReport:
    """A report in which everything that can come from outside says the same thing."""
    server = Server(
        protocol=Protocol.IMAP,
        hostname=said[:253] or "x",
        port=993,
        security=Security.TLS,
        username=said,
        sources=(SourceName.SRV, said),
    )
    remedies = (Remedy(kind="zone", place=said, text=f"{said}\n"), Remedy(kind="file", place=said, text=said))
    facts = {"url": said, "where": said, "reason": said}
    return AuditReport(
        domain=said,
        domain_unicode=said,
        address=said,
        checked=NOW,
        views=(View(family=Family.SRV, standing=Standing.FAILS, incoming=server, origin=said, detail=said),),
        remarks=(
            remark("entry-left-out", subject=said, remedies=remedies, facts=facts),
            Remark(code=said, grade=Grade.HINT, message=said, advice=said),
        ),
        claims=(Claim(source=SourceName.SRV, place=said, outcome=Status.FOUND, detail=said, servers=(server,)),),
        servers=(server,),
        exchangers=(Exchanger(hostname=said, preference=1, detail=said),),
        safeguards=(Safeguard(kind="tlsa", subject=said, state="matches", detail=said),),
        attempts=(Attempt(source=said, asked=said, outcome=Status.FOUND, reason=said, elapsed=0.1),),
        elapsed=0.2,
    )


PLAIN = Page(audit_page(hostile_report("plain"), language="en", translate=translator("en"))).skeleton


@given(HOSTILE)
def test_no_text_breaks_out_of_the_page(said: str) -> None:
    """Whatever a name says, the page has the elements and attributes that it has for a harmless one (SEC-09)."""
    markup = audit_page(hostile_report(said), language="en", translate=translator("en"))
    read = Page(markup)
    assert read.broken == []
    assert read.skeleton == PLAIN
    markup.encode("utf-8")
    assert not [character for character in markup if character in "\x00\x1b\u202e"]


@given(HOSTILE)
def test_no_text_breaks_out_of_the_junit_report(said: str) -> None:
    """It stays well-formed XML, with the same elements."""
    text = junit(hostile_report(said), failing=(Grade.ERROR,), translate=translator("en"))
    root = ElementTree.fromstring(text)  # noqa: S314  (our own)
    assert len(root.findall("testsuite/testcase/failure")) == 1
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "system-out"}


@given(HOSTILE)
def test_no_text_commands_the_terminal(said: str) -> None:
    """No control character and no bidi override reaches the screen, and markup is shown as it is written (SEC-09)."""
    text = shown(hostile_report(said), width=200)
    assert not [character for character in text if character in "\x00\x1b\r\u202e"]
    if said == "[bold]markup[/bold]":
        assert said in text


# The catalogue


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_remark_is_one_sentence_and_says_what_to_do(code: str) -> None:
    """Codes are kebab-case; sentences end like sentences; whoever is told of a fault is told what to do."""
    entry = CATALOGUE[code]
    assert code == code.lower()
    assert " " not in code
    assert entry.message.endswith((".", "}"))
    assert entry.advice.endswith(".") or entry.grade is Grade.HINT


def test_a_remark_without_its_arguments_is_a_mistake_of_ours() -> None:
    """``KeyError`` at once, and no half sentence."""
    with pytest.raises(KeyError):
        remark("no-srv")


def test_every_state_has_its_words() -> None:
    """A safeguard is never shown by its code."""
    assert all(words != state for state, words in STATES.items())
