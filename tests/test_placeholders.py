"""Templates for user names, host names and URLs."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup import Address, InvalidAddress
from mailsetup.errors import InvalidDocument
from mailsetup.placeholders import fill_hostname, fill_url, fill_username, fill_username_ascii

JO = Address.parse("jo.doe+x@corp.example")
PERCENT = Address.parse("%EMAILDOMAIN%@corp.example")
UMLAUT = Address.parse("jo@bücher.example")
QUOTED = Address.parse(r'"jo \"x\" doe"@corp.example')
HOSTILE = Address.parse('"a/b@c"@corp.example')


@pytest.mark.parametrize(
    ("template", "address", "filled"),
    [
        ("%EMAILADDRESS%", JO, "jo.doe+x@corp.example"),
        ("%EMAILLOCALPART%", JO, "jo.doe+x"),
        ("%EMAILDOMAIN%", JO, "corp.example"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", JO, "jo.doe+x.corp.example"),
        ("CORP\\%EMAILLOCALPART%", JO, "CORP\\jo.doe+x"),
        ("%EMAILADDRESS", JO, "jo.doe+x@corp.example"),
        ("fixed", JO, "fixed"),
        ("100% sure", JO, "100% sure"),
        ("%EMAILLOCALPART%", PERCENT, "%EMAILDOMAIN%"),
        ("%EMAILLOCALPART%", QUOTED, 'jo "x" doe'),
        ("%EMAILADDRESS%", QUOTED, r'"jo \"x\" doe"@corp.example'),
        ("%EMAILADDRESS%", UMLAUT, "jo@bücher.example"),
        ("%EMAILDOMAIN%", UMLAUT, "bücher.example"),
    ],
)
def test_user_names(template: str, address: Address, filled: str) -> None:
    """One pass, the form the user typed, a quoted local part without its quotes (AC-42, AC-43, EAI-09)."""
    assert fill_username(template, address) == filled


def test_the_second_form_of_a_user_name_has_a_labels() -> None:
    """What to try next for an internationalised domain (EAI-09)."""
    assert fill_username_ascii("%EMAILADDRESS%", UMLAUT) == "jo@xn--bcher-kva.example"


@pytest.mark.parametrize("template", ["%USERNAME%", "%EMAILADDRESS%%FOO%", "%A%"])
def test_an_unknown_placeholder_is_an_error(template: str) -> None:
    """No server expects to see it, in a user name, a host name or a URL (AC-42)."""
    for fill in (fill_username, fill_hostname, fill_url):
        with pytest.raises(InvalidDocument, match="is not known") as caught:
            fill(template, JO)
        assert caught.value.code == "unknown-placeholder"


@pytest.mark.parametrize("template", ["", "a\r\nb", "a\0", "\x7f%EMAILADDRESS%"])
def test_a_user_name_that_could_break_a_line_is_refused(template: str) -> None:
    """Whatever a document says (SEC-06)."""
    with pytest.raises(InvalidDocument) as caught:
        fill_username(template, JO)
    assert caught.value.code == "bad-username"


@pytest.mark.parametrize(
    ("template", "hostname"),
    [
        ("imap.%EMAILDOMAIN%", "imap.corp.example"),
        ("imap.corp.example", "imap.corp.example"),
        ("%EMAILLOCALPART%.corp.example", None),
    ],
)
def test_host_names(template: str, hostname: str | None) -> None:
    """Only characters that a host name has may come out (AC-43)."""
    if hostname is not None:
        assert fill_hostname(template, JO) == hostname
        return
    with pytest.raises(InvalidDocument) as caught:
        fill_hostname(template, HOSTILE)
    assert caught.value.code == "bad-hostname"


def test_a_host_name_gets_a_labels() -> None:
    """DNS is asked in ASCII."""
    assert fill_hostname("imap.%EMAILDOMAIN%", UMLAUT) == "imap.xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("template", "address", "url"),
    [
        ("https://h/?a=%EMAILADDRESS%", JO, "https://h/?a=jo.doe%2Bx%40corp.example"),
        ("https://h/%EMAILLOCALPART%", HOSTILE, "https://h/%22a%2Fb%40c%22"),
        ("https://h/a%20b", JO, "https://h/a%20b"),
        ("https://h/?a=%EMAILLOCALPART%", PERCENT, "https://h/?a=%25EMAILDOMAIN%25"),
    ],
)
def test_urls(template: str, address: Address, url: str) -> None:
    """Everything but unreserved characters is percent-encoded (AC-20, AC-43)."""
    assert fill_url(template, address) == url


LOCAL = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(LOCAL)
def test_what_is_filled_in_is_never_filled_again(local: str) -> None:
    """Whatever the local part looks like, it comes out as it is, in names and (encoded) in URLs (AC-43)."""
    try:
        address = Address.parse(f"{local}@corp.example")
    except InvalidAddress:
        return
    if not address.local.startswith('"'):
        assert fill_username("%EMAILLOCALPART%", address) == address.local
    assert fill_username("<%EMAILADDRESS%>", address) == f"<{address}>"
    path = fill_url("https://h/%EMAILLOCALPART%/end", address)
    assert path.isascii()
    assert path.count("/") == 4
    assert unquote(path) == f"https://h/{address.local}/end"


@given(st.text(max_size=40))
def test_any_template_gives_a_name_or_the_one_error(template: str) -> None:
    """Templates come from the network."""
    for fill in (fill_username, fill_hostname, fill_url):
        try:
            filled = fill(template, JO)
        except InvalidDocument:
            continue
        if fill is fill_username:
            assert filled.strip("\r\n\0")
