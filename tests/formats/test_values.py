"""Single values: names, ports, user names, URLs and text out of any document."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats.templates import Templates, is_cut_short
from mailsetup.formats.text import clean, quoted
from mailsetup.formats.values import host_name, link, user_name, web_url


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("IMAP.Example.COM.", "imap.example.com"),
        (" imap.example.com\n", "imap.example.com"),
        ("faß.example", "xn--fa-hia.example"),
        ("bücher。example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1and1.example", "1and1.example"),
        ("mail.1.example", "mail.1.example"),
    ],
)
def test_host_names(text: str, name: str) -> None:
    """Lower case, no root dot, A-labels by UTS 46 without transitional mapping (SEC-06, SRV-18, EAI-02, EAI-03)."""
    assert host_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "localhost", "192.0.2.1", "192.0.2.1.", "[192.0.2.1]", "2001:db8::1", "[::1]", "0x7f.1", "0x7f000001",
        "2130706433", "127.1", "a.0x", "１２７.0.0.1", "a..example", ".example.com", "-a.example", "a-.example",
        "a_b.example", "a b.example", "a\r\nb.example", "a.example:993", "a.example/", "u@a.example",
        "a.example\x00", "*.example.com",
        "xn--a.example", "xn--zz-.example", "x" * 64 + ".example", ".".join(["x" * 60] * 5), "a" * 100_000,
        "ab--c.example",
    ],
)  # fmt: skip
def test_what_is_no_host_name(text: str) -> None:
    """IP literals in every spelling, single labels, what could break a line or a URL (SEC-06, EAI-11, EAI-13)."""
    with pytest.raises(InvalidDocument):
        host_name(text)


@given(st.text(max_size=40))
def test_any_text_gives_a_plain_name_or_the_one_error(text: str) -> None:
    """Whatever comes through is letters, digits, hyphens and dots, and comes through again unchanged (SEC-06)."""
    try:
        name = host_name(text)
    except InvalidDocument:
        return
    assert set(name) <= set(string.ascii_lowercase + string.digits + "-.")
    assert host_name(name) == name


@pytest.mark.parametrize("text", ["", "a\r\nb", "a\x00", "a\x1b[31m", "a\u202eb", "x" * 600])
def test_refused_user_names(text: str) -> None:
    """Nothing that ends a line or hides itself gets into a user name (SEC-06)."""
    with pytest.raises(InvalidDocument):
        user_name(text)


@pytest.mark.parametrize(
    "text", ["ann@corp.example", "CORP\\ann", "a b", "ä@faß.example", '"a b"@corp.example', "%", "#1"]
)
def test_user_names_are_never_changed(text: str) -> None:
    """A user name stays what it is, to the last character (EAI-04)."""
    assert user_name(text) == text


@given(st.text(max_size=40).map("https://{}".format) | st.text(max_size=40))
def test_any_url_is_plain_or_refused(text: str) -> None:
    """What comes through is ASCII, https, has a checked host, and comes through again unchanged (SEC-06)."""
    try:
        url = web_url(text)
    except InvalidDocument:
        return
    assert url.isascii()
    assert url.startswith("https://")
    assert not set(url) & set(' \t\r\n\\<>"`{}|^')
    assert web_url(url) == url


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "//a.example/",
        "https://a@b.example/",
        "http:a.example",
    ],
)
def test_links_are_http_or_https(text: str) -> None:
    """Nothing but web pages is shown as a link (AC-46)."""
    with pytest.raises(InvalidDocument):
        link(text)
    assert link("HTTP://Help.Example/A") == "http://help.example/A"


@given(st.text(max_size=200), st.integers(1, 80))
def test_clean_text_can_be_shown(text: str, limit: int) -> None:
    """No control, format, surrogate or private-use character is left, and the limit holds (AC-45, SEC-09)."""
    cleaned = clean(text, limit=limit)
    assert len(cleaned) <= limit
    assert not {unicodedata.category(character) for character in cleaned} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert cleaned == clean(cleaned, limit=limit)


def test_cutting_is_visible() -> None:
    """A shortened text ends in an ellipsis, and white space is folded (AC-45)."""
    assert clean("a\n b\u2028c\u00a0d", limit=20) == "a b c d"
    assert clean("x" * 50, limit=10) == "x" * 9 + "…"
    assert quoted("\x1b[2Jx") == "“[2Jx”"


@pytest.mark.parametrize(
    ("template", "cut"),
    [
        ("%EMAILADDRESS", True),
        ("%EMAILADDRESS%", False),
        ("x%EMAILLOCALPART.y", True),
        ("%EMAILADDRESSES%", False),
        ("100%", False),
    ],
)
def test_cut_short_placeholders(template: str, cut: bool) -> None:
    """A placeholder without its closing percent sign is noticed (AC-42)."""
    assert is_cut_short(template) is cut


def test_templates_without_an_address() -> None:
    """Templates stay, in lower case around the placeholders; what they would give is checked (AC-42, AC-43)."""
    keep = Templates()
    assert keep.username("%EMAILADDRESS") == "%EMAILADDRESS%"
    assert keep.hostname("IMAP.%EMAILDOMAIN%") == "imap.%EMAILDOMAIN%"
    assert keep.hostname("IMAP.Example.COM.") == "imap.example.com"
    assert keep.url("https://%EMAILDOMAIN%/%EMAILLOCALPART%") == "https://%EMAILDOMAIN%/%EMAILLOCALPART%"
    for template in ("%EMAILDOMAIN%:993", "%NAME%.example", "a_b.%EMAILDOMAIN%", "%EMAILLOCALPART%." * 40 + "x"):
        with pytest.raises(InvalidDocument):
            keep.hostname(template)


def test_templates_with_an_address() -> None:
    """Values are filled in by context: plain, as a host name, percent-encoded (AC-43)."""
    fill = Templates(Address.parse("a+b@corp.example"))
    assert fill.username("%EMAILLOCALPART%@x") == "a+b@x"
    assert fill.url("https://dav.corp.example/%EMAILADDRESS%") == "https://dav.corp.example/a%2Bb%40corp.example"
    assert fill.hostname("mail.%EMAILDOMAIN%") == "mail.corp.example"
