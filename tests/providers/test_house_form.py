"""The house form of provider files."""

from __future__ import annotations

import pytest
from hypothesis import given

from mailsetup.errors import InvalidDocument
from mailsetup.formats.provider_file import parse
from mailsetup.providers.house_form import comment_lines, house_form
from tests.support.strategies import provider_files

UNTIDY = """\
name = "Corp # 1"
kind = 'mailbox'
id = "corp"
notes = '''no # comment'''
checked = 2026-01-01
sources = ["own-knowledge"]
servers = [{ protocol = "imap", hostname = "imap.corp.example", port = 993, security = "tls" }]
"""


def test_order_and_quotes_become_ours() -> None:
    """The same facts, in the order of the schema; a number sign inside a string is no comment."""
    formatted = house_form(UNTIDY.encode())
    assert formatted != UNTIDY.encode()
    assert formatted.startswith(b'id = "corp"\nname = "Corp # 1"\nkind = "mailbox"\n')
    assert parse(formatted) == parse(UNTIDY.encode())


@given(provider_files())
def test_the_form_is_its_own_form(file: object) -> None:
    """Formatting twice changes nothing, and no written file is taken to hold a comment."""
    from mailsetup.formats.provider_file import render

    document = render(file)  # type: ignore[arg-type]  # a ProviderFile; the strategy is not typed
    assert comment_lines(document.decode()) == []
    assert house_form(document) == document


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# one\na = 1 # two\n", [1, 2]),
        ('a = "#"\nb = \'#\'\nc = """\n# no\n"""\n# yes\n', [6]),
        ("a = '''\n# no ' ''\n''' # yes\n", [3]),
        ('a = "\\"#" # yes\n', [1]),
        ("a = 1\n", []),
    ],
)
def test_comments_are_found(text: str, lines: list[int]) -> None:
    """Where they are, and nowhere inside strings of any of TOML's four kinds."""
    assert comment_lines(text) == lines


def test_comments_are_not_lost_unasked() -> None:
    """A file with a comment is refused, with the line, until the caller says that it may go."""
    document = f"{UNTIDY}# ask Anna\n".encode()
    with pytest.raises(InvalidDocument) as caught:
        house_form(document)
    assert (caught.value.code, caught.value.line) == ("comments", 8)
    assert house_form(document, drop_comments=True) == house_form(UNTIDY.encode())
