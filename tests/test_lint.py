"""``lint``: every format is recognised by its content, and the report is what the parsers say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.errors import InvalidAddress
from mailsetup.formats import autoconfig, pacc
from mailsetup.linter import lint
from mailsetup.model import LintReport, Reading, Severity

DOCUMENTS = Path(__file__).parent / "documents"
GOOD = [
    path
    for folder in ("autoconfig", "pacc", "autodiscover")
    for path in sorted((DOCUMENTS / folder).iterdir())
    if path.suffix != ".expected"
]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_format_is_recognised_by_content(path: Path) -> None:
    """The folder's format is found from the bytes alone, and the report survives its own JSON (OPS-03)."""
    report = lint(path.read_bytes())
    assert report.format == path.parent.name
    assert LintReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("name", ["autoconfig/one-section-broken.xml", "pacc/one-server-broken.json"])
def test_the_report_is_what_the_parser_says(name: str) -> None:
    """Lint cannot drift from the sources, as both call the same parser (AC-31, PACC-10)."""
    document = (DOCUMENTS / name).read_bytes()
    parse = autoconfig.parse if name.startswith("autoconfig") else pacc.parse
    report, reading = (
        lint(document, address="ann@corp.example"),
        parse(document, address=Address.parse("ann@corp.example")),
    )
    assert report.ignored
    assert {field: getattr(report, field) for field in Reading.model_fields} == {
        field: getattr(reading, field) for field in Reading.model_fields
    }


def test_placeholders_are_filled_in_only_for_an_address() -> None:
    """Without an address templates stay as they are (AC-42)."""
    document = (DOCUMENTS / "autoconfig" / "cpanel.xml").read_bytes()
    assert lint(document).servers[0].username == "%EMAILADDRESS%"
    assert lint(document, address="ann@corp.example").servers[0].username == "ann@corp.example"


def test_the_version_is_told() -> None:
    """The report says which version or dialect it has before it (AC-30)."""
    versions = {
        "autoconfig/draft-1.2-services.xml": "1.2",
        "autodiscover/stalwart.xml": "pox",
        "autodiscover/activesync.xml": "mobilesync",
        "autodiscover/v2-generic.json": "json",
    }
    assert {name: lint((DOCUMENTS / name).read_bytes()).version for name in versions} == versions


@pytest.mark.parametrize(
    ("name", "outcome", "redirect", "code"),
    [
        ("redirect-address.xml", "redirect-address", "ann@hoster.example", None),
        ("redirect-url.xml", "redirect-url", "https://autodiscover.hoster.example/autodiscover/autodiscover.xml", None),
        ("redirect-http.xml", "error", None, "redirect-refused"),
        ("error-600.xml", "error", None, "600"),
        ("v2-error.json", "error", None, "UserNotFound"),
    ],
)
def test_redirects_and_errors_of_autodiscover(name: str, outcome: str, redirect: str | None, code: str | None) -> None:
    """An answer without settings is reported as what it is (AD-T2, AD-T9)."""
    report = lint((DOCUMENTS / "autodiscover" / name).read_bytes())
    assert (report.outcome, report.redirect) == (outcome, redirect)
    assert (report.error.code if report.error else None) == code


@pytest.mark.parametrize(
    ("document", "name", "code"),
    [
        (b"", "unknown", "empty"),
        (b"hello", "unknown", "not-config"),
        (b"<!DOCTYPE html><html/>", "unknown", "not-config"),
        (b"<rss/>", "unknown", "not-config"),
        (b'<!DOCTYPE clientConfig [<!ENTITY a "b">]><clientConfig/>', "unknown", "dtd-refused"),
        (b"<clientConfig><emailProvider>", "autoconfig", "malformed"),
        (b"<Autodiscover/>", "autodiscover", "not-config"),
        (b"{", "unknown", "malformed"),
        (b"[1]", "unknown", "not-config"),
        (b'{"a": 1}', "unknown", "not-config"),
        (b'{"protocols": 1}', "pacc", "not-config"),
        (b'{"protocols": {}, "protocols": {}}', "unknown", "duplicate-name"),
        (b" " * 300_000, "unknown", "too-large"),
    ],
)
def test_unusable_documents_say_why(document: bytes, name: str, code: str) -> None:
    """A document that cannot be used gives a report with the reason, never an exception (AC-21, AC-31, SEC-01)."""
    report = lint(document)
    assert report.error is not None
    assert (report.format, report.error.code) == (name, code)
    assert not report.servers


def test_a_bad_address_is_the_callers_mistake() -> None:
    """Only an address that is none raises (EAI-01)."""
    with pytest.raises(InvalidAddress):
        lint(b"", address="nobody")


def test_every_remark_points_somewhere() -> None:
    """In a published document each remark has a severity, a sentence, and a line or a place (OPS-03)."""
    for path in GOOD:
        for item in lint(path.read_bytes()).ignored:
            assert item.reason.endswith("."), item
            assert item.line is not None or item.where, item
            assert item.severity in Severity


XML_PIECES = """\
<clientConfig> </clientConfig> <emailProvider> </emailProvider> <incomingServer_type="imap"> </incomingServer> <a:b>
<hostname>a.example</hostname> <port>993</port> <port>-1</port> <socketType>SSL</socketType> <username>%X%</username>
<outgoingServer_type="smtp"> </outgoingServer> <calendar_type="caldav"> </calendar> <url>https://a.example/</url> &amp;
<displayName>&#x202e;</displayName> <oAuth2><issuer>x</issuer></oAuth2> <domain>x</domain>
<hostname>%EMAILLOCALPART%.x</hostname>
<Autodiscover> </Autodiscover> <Response> <!--_--> <![CDATA[x]]> <?x_y?> &x; & <!DOCTYPE_x> \x00 \xff"""
pieces = st.sampled_from([piece.replace("_", " ") for piece in XML_PIECES.split()])
near_xml = st.lists(pieces, max_size=25).map(lambda some: "".join(some).encode("latin-1"))
whole_xml = st.lists(pieces, max_size=25).map(
    lambda some: f"<clientConfig><emailProvider>{''.join(some)}</emailProvider></clientConfig>".encode("latin-1")
)
json_strings = st.sampled_from(
    ['"\\ud800"', '"protocols"', '"imap"', '"host"', '"url"', '"https://a.example/"', '"a.example"', "1e999"]
)
near_json = st.lists(json_strings | st.sampled_from(list('{}[]:,"')), max_size=20).map(
    lambda some: "".join(some).encode()
)


@given(
    st.binary(max_size=100) | near_xml | whole_xml | near_json,
    st.sampled_from([None, "a/b@corp.example", '"x y"@faß.example']),
)
def test_any_bytes_give_a_report(document: bytes, address: str | None) -> None:
    """Whatever the bytes, there is a report, and it survives its own JSON (SEC-01, SEC-09)."""
    report = lint(document, address=address)
    assert LintReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_truncation_and_flipped_bit_gives_a_report(path: Path) -> None:
    """A document damaged on its way never breaks the reader (AC-31, SEC-01)."""
    document = path.read_bytes()
    step = max(1, len(document) // 60)
    for place in range(0, len(document), step):
        lint(document[:place])
        lint(document[:place] + bytes([document[place] ^ 0x10]) + document[place + 1 :])


def test_broken_surrogates_do_no_harm() -> None:
    """JSON can hold half of a surrogate pair; it reaches no name, no URL and no reason (SEC-09)."""
    document = (
        rb'{"protocols": {"imap": {"host": "\ud800.example"}, "jmap": {"url": "https://a.example/\udfff"},'
        rb' "\ud800": 1}, "info": {"provider": {"name": "a\ud800b"}}}'
    )
    report = lint(document)
    assert report.provider is not None
    assert report.provider.name == "ab"
    assert not report.servers
    assert not report.services
    assert LintReport.model_validate_json(report.model_dump_json()) == report
