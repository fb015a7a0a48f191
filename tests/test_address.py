"""``Address``: what people type, and what never gets through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsetup import Address, InvalidAddress
from mailsetup.address import MAX_ADDRESS, MAX_LOCAL, REASONS


@pytest.mark.parametrize(
    ("typed", "local", "domain"),
    [
        ("x@gmail.com", "x", "gmail.com"),
        ("  x@gmail.com\t", "x", "gmail.com"),
        ("X.Y@GMAIL.com", "X.Y", "gmail.com"),
        ("x@gmail.com.", "x", "gmail.com"),
        ("a+b_c-d=e!f#g$%&'*/?^`{|}~@corp.example", "a+b_c-d=e!f#g$%&'*/?^`{|}~", "corp.example"),
        ('"a@b"@corp.example', '"a@b"', "corp.example"),
        ('"a b"@corp.example', '"a b"', "corp.example"),
        (r'"a\"b\\c"@corp.example', r'"a\"b\\c"', "corp.example"),
        ('""@corp.example', '""', "corp.example"),
        ("Ä@corp.example", "Ä", "corp.example"),
        ("用户@corp.example", "用户", "corp.example"),
        ("x@faß.de", "x", "xn--fa-hia.de"),
        ("x@FASS.de", "x", "fass.de"),
        ("x@bücher.example", "x", "xn--bcher-kva.example"),
        ("x@bu\u0308cher.example", "x", "xn--bcher-kva.example"),
        ("x@XN--BCHER-KVA.example", "x", "xn--bcher-kva.example"),
        ("x@例え。テスト", "x", "xn--r8jz45g.xn--zckzah"),
        ("x@corp．example", "x", "corp.example"),
        ("x@corp｡example", "x", "corp.example"),
        ("x@localhost", "x", "localhost"),
        ("x@[192.0.2.1]", "x", "[192.0.2.1]"),
        ("x@[IPv6:2001:DB8::1]", "x", "[IPv6:2001:db8::1]"),
        ("x@1and1.com", "x", "1and1.com"),
        ("x@123.example", "x", "123.example"),
        (f"{'l' * MAX_LOCAL}@corp.example", "l" * MAX_LOCAL, "corp.example"),
    ],
)
def test_good_addresses(typed: str, local: str, domain: str) -> None:
    """The last @ separates, the local part stays as typed, the domain becomes A-labels (EAI-01, EAI-02, EAI-04)."""
    address = Address.parse(typed)
    assert (address.local, address.domain) == (local, domain)


BAD = [
    ("", "nothing was typed", 0),
    (" \t ", "nothing was typed", 0),
    ("gmail.com", "has an @ sign between", None),
    ("@gmail.com", "nothing in front of the @", 0),
    ("x@", "nothing behind the @", 1),
    ("a@b@corp.example", "two @ signs", 1),
    ("a b@corp.example", "a space in front of the @", 1),
    ("x@corp.example\r\nRCPT TO:<y@z>", "a line break", 14),
    ("x\n@corp.example", "a line break", 1),
    ("x\0@corp.example", "a NUL character", 1),
    ("x@corp\x7f.example", "a control character", 6),
    ("x\x85@corp.example", "a control character", 1),
    ("x\u202ey@corp.example", "an invisible formatting character", 1),
    ("x\u200b@corp.example", "an invisible formatting character", 1),
    ("x\u2028@corp.example", "a line separator", 1),
    ("x\ud800@corp.example", "half of a surrogate pair", 1),
    ("x\ue000@corp.example", "a private-use character", 1),
    ("x\u0378@corp.example", "an unassigned character", 1),
    ("x\u2029@corp.example", "a paragraph separator", 1),
    ("x＠corp.example", "U+FF20 only looks like the @", 1),
    ("x﹫corp.example", "U+FE6B only looks like the @", 1),
    ("a＠b@corp.example", "U+FF20 only looks like another", 1),
    ("a／b@corp.example", "U+FF0F only looks like another", 1),
    ("a․b@corp.example", "U+2024 only looks like another", 1),
    (".x@corp.example", "A dot may stand neither first", 0),
    ("x.@corp.example", "A dot may stand neither first", 1),
    ("x..y@corp.example", "A dot may stand neither first", 2),
    ('"x@corp.example', "quotation marks in front of the @ sign are not balanced", 0),
    ('x"y@corp.example', 'The character " is not allowed', 1),
    ("x(y)@corp.example", "The character ( is not allowed", 1),
    ("Jo <x@corp.example>", "without a name and angle brackets", 3),
    (f"{'l' * (MAX_LOCAL + 1)}@corp.example", "longer than 64 bytes", 64),
    (f"{'ü' * 33}@corp.example", "longer than 64 bytes", 32),
    ("x@corp..example", "empty label", 7),
    ("x@.corp.example", "empty label", 2),
    ("x@..", "empty label", 2),
    ("x@co rp.example", "not valid", 4),
    ("x@corp.example>", "not valid", 14),
    ("x@corp/.example", "not valid", 6),
    ("x@a\u200db.example", "invisible", 3),
    ("x@-corp.example", "not valid", 2),
    ("x@corp-.example", "not valid", 2),
    (f"x@{'a' * 64}.example", "longer than 63", 2),
    (f"x@{'a.' * 127}example", "longer than 253", 2),
    (f"{'l' * 64}@{'a.' * 94}example", "longer than 254 bytes", 254),
    ("x@192.0.2.1", "ends in a number", 2),
    ("x@[192.0.2.256]", "not an IP address", 2),
    ("x@[192.0.2.1", "not an IP address", 2),
    ("x@[2001:db8::1]", "not an IP address", 2),
    ("x" * 10_000, "too long", MAX_ADDRESS),
    (f"x@{'a' * 10_000}.example", "too long", MAX_ADDRESS),
]


@pytest.mark.parametrize(("typed", "sentence", "position"), BAD)
def test_bad_addresses(typed: str, sentence: str, position: int | None) -> None:
    """Each is refused with a sentence a person understands, and the place (EAI-11, EAI-13)."""
    with pytest.raises(InvalidAddress) as caught:
        Address.parse(typed)
    assert sentence in caught.value.reason
    assert caught.value.position == position
    assert str(caught.value) == caught.value.reason
    assert caught.value.reason == REASONS[caught.value.code].format_map(caught.value.arguments)
    assert isinstance(caught.value, ValueError)


def test_every_reason_has_an_example() -> None:
    """The table of reasons holds nothing that cannot happen."""
    shown = set()
    for typed, _, _ in BAD:
        with pytest.raises(InvalidAddress) as caught:
            Address.parse(typed)
        shown.add(caught.value.code)
    assert shown | {"not-text", "domain-empty"} == set(REASONS)  # the first has a test below, the second is for names


@pytest.mark.parametrize("typed", [None, 7, b"x@gmail.com"])
def test_what_is_not_text_is_no_address(typed: object) -> None:
    """A caller's mistake of type is the same, documented exception."""
    with pytest.raises(InvalidAddress, match="text"):
        Address.parse(typed)  # type: ignore[arg-type]  # the point of the test


def test_non_transitional_mapping() -> None:
    """``faß.de`` and ``fass.de`` belong to different people (EAI-02, EAI-03)."""
    assert Address.parse("x@faß.de").domain != Address.parse("x@fass.de").domain
    assert "faß.de".encode("idna") == b"fass.de", "Python's own codec has the fault this guards against"


@pytest.mark.parametrize(
    ("typed", "log_in_as", "ascii_form"),
    [
        ("x@bücher.example", "x@bücher.example", "x@xn--bcher-kva.example"),
        ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ("x@Gmail.com", "x@gmail.com", "x@gmail.com"),
    ],
)
def test_the_form_to_log_in_with_is_the_one_that_was_typed(typed: str, log_in_as: str, ascii_form: str) -> None:
    """U-labels stay U-labels and A-labels stay A-labels; DNS and URLs get A-labels (EAI-09)."""
    address = Address.parse(typed)
    assert (str(address), address.ascii) == (log_in_as, ascii_form)


@pytest.mark.parametrize(("typed", "internationalised"), [("ä@b.example", True), ("a@bücher.example", False)])
def test_only_the_local_part_asks_for_smtputf8(typed: str, internationalised: bool) -> None:
    """A domain has an ASCII form; a local part has none (EAI-05)."""
    assert Address.parse(typed).is_internationalised is internationalised


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        ("corp.example", True),
        ("mail.test", True),
        ("printer", False),
        ("localhost", False),
        ("box.local", False),
        ("x.onion", False),
        ("corp.invalid", False),
        ("[192.0.2.1]", False),
        ("[IPv6:::1]", False),
        ("local.example", True),
    ],
)
def test_whom_the_network_may_be_asked_about(domain: str, asked: bool) -> None:
    """Literals, single labels and names that mean something in one place only are asked of nobody (EAI-12)."""
    assert Address.parse(f"x@{domain}").gets_network_discovery is asked


@pytest.mark.parametrize("typed", ["@", "..@..", '"@x', "x@[", "x@[]", "x@xn--", "x@xn--a", "\ud800", "x@\u00ad.com"])
def test_odd_input_is_refused_and_nothing_worse(typed: str) -> None:
    """Inputs that have tripped other parsers."""
    with pytest.raises(InvalidAddress):
        Address.parse(typed)


ADDRESS_LIKE = st.tuples(
    st.text(max_size=12), st.sampled_from(["@", "＠", ".", '"', " ", ""]), st.text(max_size=20)
).map("".join)


def check_refusal(error: InvalidAddress, text: str) -> None:
    assert error.reason.endswith(".")
    assert error.reason[0].isupper()
    assert error.address == text[: len(error.address)]
    assert error.position is None or 0 <= error.position <= max(len(text) - 1, MAX_ADDRESS)


@given(st.one_of(st.text(), ADDRESS_LIKE, st.from_regex(r"[^@]{1,10}@[a-z0-9.\-ßüÄ。]{1,20}")))
@example("x@ＥＸＡＭＰＬＥ.com")
def test_any_text_is_an_address_or_invalid(text: str) -> None:
    """Nothing but ``Address`` or ``InvalidAddress`` comes out, and no address holds anything dangerous (SEC-06)."""
    try:
        address = Address.parse(text)
    except InvalidAddress as error:
        check_refusal(error, text)
        return
    assert address.local
    assert address.domain.isascii()
    assert address.domain == address.domain.lower()
    assert not address.domain.startswith(".")
    assert not address.domain.endswith(".")
    assert len(address.ascii.encode()) <= MAX_ADDRESS
    for value in (address.local, address.domain, address.domain_unicode, address.domain_typed, str(address)):
        assert not [c for c in value if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert not set("/\\:%?#@<> ") & set(address.domain) or address.domain.startswith("[IPv6:")


@given(st.text(max_size=40))
def test_parsing_is_idempotent(text: str) -> None:
    """Both forms of an address parse to the same mailbox again."""
    try:
        address = Address.parse(text + "@bücher.example")
    except InvalidAddress:
        return
    assert Address.parse(str(address)) == address
    again = Address.parse(address.ascii)
    assert (again.local, again.domain) == (address.local, address.domain)


def test_an_address_is_frozen() -> None:
    """Nobody can slip something in after the checks."""
    address = Address.parse("x@corp.example")
    with pytest.raises(AttributeError):
        address.local = "y\r\n"  # type: ignore[misc]  # the point of the test
