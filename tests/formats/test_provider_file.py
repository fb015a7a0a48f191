"""The provider file: what is read, what is refused and where, and the one form it is written in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import MAX_BYTES, WIDTH, parse, render
from mailsetup.model import Auth, RequirementKind, Security, When
from mailsetup.providers.schema import ProviderFile

VALID = """\
id = "corp"
name = "Corp Mail"
kind = "mailbox"
domains = ["corp.example", "corp.test"]
sources = ["own-knowledge"]
checked = 2026-03-01

[mx]
suffixes = ["mx.corp.example"]
matches = ["a.mx.corp.example"]
rejects = ["notmx.corp.example"]

[[servers]]
protocol = "imap"
hostname = "imap.corp.example"
port = 993
security = "tls"
username = "%EMAILLOCALPART%"
auth = ["password"]

[[servers]]
protocol = "smtp"
hostname = "smtp.corp.example"
port = 587
security = "starttls"
username = "%EMAILADDRESS%"
auth = ["oauth2", "password"]
only_for = ["corp.test"]

[[requirements]]
kind = "other"
text.en = "Ask the porter."
text.de = "Den Pförtner fragen."
""".encode()

words = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=3, max_size=180)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
labels = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
hosts = st.builds("{}.{}.example".format, labels, labels)
auths = st.lists(st.sampled_from(Auth), min_size=1, max_size=3, unique=True).map(tuple)
usernames = st.sampled_from(["%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILLOCALPART%.%EMAILDOMAIN%", 'a"\\b'])


@st.composite
def servers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Distinct servers over TLS, so that no order is against the rules."""
    hostnames = draw(st.lists(hosts, max_size=4, unique=True))
    return [
        {
            "protocol": draw(st.sampled_from(["imap", "pop3", "smtp"])),
            "hostname": hostname,
            "port": draw(st.integers(10000, 65535)),
            "security": draw(st.sampled_from([Security.TLS, Security.STARTTLS])),
            "username": draw(usernames),
            "username_alternatives": tuple(draw(st.lists(usernames, max_size=2))),
            "auth": draw(auths),
            "source": tuple(draw(st.lists(labels, max_size=2))),
        }
        for hostname in hostnames
    ]


requirements = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(RequirementKind),
            "when": st.sampled_from(When),
            "text": st.fixed_dictionaries({"en": words}, optional={"de": words, "pt-BR": words}),
        },
        optional={"url": st.just("https://help.corp.example/a?b=%20#c")},
    ),
    max_size=3,
)

files = st.builds(
    ProviderFile.model_validate,
    st.fixed_dictionaries(
        {
            "id": st.just("corp"),
            "name": words.map(lambda text: text[:60]),
            "kind": st.sampled_from(["mailbox", "hoster", "organisation"]),
            "status": st.just("no-standard-access"),
            "status_text": st.fixed_dictionaries({"en": words}, optional={"de": words}),
            "domains": st.lists(hosts, max_size=40),
            "servers": servers(),
            "requirements": requirements,
            "sources": st.lists(labels, min_size=1, max_size=5),
            "checked": st.dates(date(2000, 1, 1), date(2100, 1, 1)),
            "notes": anything,
            "rejected": st.lists(words, max_size=3),
        }
    ),
)


def error_of(document: bytes) -> InvalidDocument | None:
    """What ``parse`` raises, if it raises."""
    try:
        parse(document)
    except InvalidDocument as error:
        return error
    return None


@given(files)
def test_round_trip(file: ProviderFile) -> None:
    """Whatever a file can say, writing and reading it loses nothing, and the form is stable."""
    document = render(file)
    assert parse(document) == file
    assert render(parse(document)) == document


@given(st.binary(max_size=400))
def test_any_bytes(document: bytes) -> None:
    """Any bytes give a provider file or the one error."""
    error = error_of(document)
    assert error is None or error.code in {"malformed", "schema"}


@given(st.integers(0, len(VALID)), st.integers(0, 40), st.binary(max_size=12))
def test_any_damage(start: int, length: int, patch: bytes) -> None:
    """A valid file with a hole or a patch in it gives a provider file or the one error, with a line inside the file."""
    document = VALID[:start] + patch + VALID[start + length :]
    error = error_of(document)
    assert error is None or error.line is None or 1 <= error.line <= document.count(b"\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (b'id = "corp"', b'id = "Corp"', "schema", 1),
        (b'kind = "mailbox"', b'kind = "letterbox"', "schema", 3),
        (b'"corp.test"]', b'"corp"]', "schema", 4),
        (b"checked = 2026-03-01", b"checked = 2026-13-01", "malformed", 6),
        (b"checked = 2026-03-01", b"chekced = 2026-03-01", "schema", None),
        (b'matches = ["a.mx.corp.example"]', b'matches = ["a.corp.example"]', "schema", 8),
        (b'"imap.corp.example"', b'"192.0.2.1"', "schema", 15),
        (b"port = 993", b"port = 143", "schema", 13),
        (b"port = 993", b"port = 0", "schema", 16),
        (b"port = 587", b"port = 65536", "schema", 24),
        (b"port = 587", b"port = 465", "schema", 21),
        (b"port = 587", b"prot = 587", "schema", 21),
        (b'"%EMAILADDRESS%"', b'"%EMAIL%"', "schema", 26),
        (b'only_for = ["corp.test"]', b'only_for = ["other.test"]', "schema", None),
        (b'text.en = "Ask the porter."\n', b"", "schema", 30),
        (b'name = "Corp Mail"', b'name = "\xff"', "malformed", 2),
        (b'name = "Corp Mail"', b"name = [", "malformed", 3),
        (b'name = "Corp Mail"', b'name = "a"\nname = "b"', "malformed", 3),
    ],
)
def test_blamed_line(old: bytes, new: bytes, code: str, line: int | None) -> None:
    """The error names the line to look at, wherever one is to blame."""
    document = VALID.replace(old, new, 1)
    assert document != VALID
    with pytest.raises(InvalidDocument) as caught:
        parse(document)
    assert caught.value.code == code
    assert caught.value.line == line
    assert caught.value.reason.endswith(".")


def test_limits() -> None:
    """Size, depth and digits are bounded before anything is made of them."""
    with pytest.raises(InvalidDocument) as caught:
        parse(b"#" * (MAX_BYTES + 1))
    assert caught.value.code == "too-large"
    for document in (b"a = " + b"[" * 50_000, b"a = " + b"9" * 5000):
        with pytest.raises(InvalidDocument) as caught:
            parse(document)
        assert caught.value.code == "malformed"


def test_house_form() -> None:
    """Keys in the order of the schema, user name and authentication always written, other defaults left out."""
    assert render(parse(VALID)) == VALID
    untidy = VALID.replace(b'auth = ["password"]\n', b"").replace(
        b"[[requirements]]", b'[[requirements]]\nwhen = "always"'
    )
    assert render(parse(untidy)) == VALID


def test_lists_and_sentences_are_wrapped() -> None:
    """No line needs scrolling: lists and sentences are broken, what has no blank in it stays whole."""
    long_name = "-".join(["x" * 20] * 6)
    file = parse(VALID).model_copy(
        update={
            "domains": ("corp.test", *(f"number-{number}.corp.example" for number in range(40))),
            "notes": "A sentence that says a little. " * 20 + "End",
            "sources": (long_name,),
        }
    )
    document = render(file)
    assert parse(document) == file
    too_long = [line for line in document.decode().splitlines() if len(line) > WIDTH + 2]  # a break costs " \"
    assert too_long == [f'  "{long_name}",']


@pytest.mark.parametrize(
    "notes", ["two  blanks " * 20, " at the edge" * 20, "line\nbreak " * 20, "tab\t" * 60, "b\\ " * 60]
)
def test_blanks_survive(notes: str) -> None:
    """A text whose blanks a wrapped string would change is written so that they stay."""
    file = parse(VALID).model_copy(update={"notes": notes})
    assert parse(render(file)) == file
