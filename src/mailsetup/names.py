"""Domain names: to A-labels and back, and where a registrable domain ends.

Rules: UTS 46 without transitional mapping, then IDNA 2008 (EAI-02), through the ``idna`` package; never Python's own
``idna`` codec, which turns ``faß.de`` into somebody else's ``fass.de`` (EAI-03). The Public Suffix List comes from a
package that ships it and never downloads. Both are imported when first needed: a plain ASCII name needs neither.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_NAME = 253
"""Octets of a name in text form without the root dot (RFC 1035 section 2.3.4)."""

MAX_LABEL = 63
"""Octets of one label (RFC 1035 section 2.3.4)."""

# Letters, digits, hyphen; no hyphen at either end, none in places 3 and 4 (reserved: RFC 5891 section 4.2.3.1).
_PLAIN_LABEL = r"(?![a-z0-9-]{2}--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN_NAME = re.compile(rf"{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL})*")
_IDEOGRAPHIC_DOTS = str.maketrans("。．｡", "...")

REASONS = {
    "domain-empty": "The domain is empty.",
    "domain-empty-label": "The domain has an empty label (two dots in a row, or a dot in front).",
    "domain-too-long": "The domain is longer than {limit} characters.",
    "domain-label-too-long": "A label of the domain is longer than {limit} characters.",
    "domain-invalid": "The domain is not valid ({detail}).",
}
"""Why a name is refused, by stable code."""

NO_DISCOVERY_SUFFIXES = ("localhost", "local", "onion", "invalid")
"""Names below these are asked of nobody: they mean something only in one place, or nothing at all (EAI-12)."""


class InvalidName(ValueError):  # noqa: N818  (as the exceptions in errors.py)
    """Text that is no domain name. ``str(error)`` is a sentence for people."""

    def __init__(self, code: str, /, **arguments: str) -> None:
        super().__init__(REASONS[code].format_map(arguments))
        self.code = code
        self.arguments = arguments


def ascii_name(name: str, /) -> str:
    """Turn a domain name into lower-case A-labels without a trailing dot.

    Raises:
        InvalidName: a ``ValueError``, if it is not a valid domain name (RFC 1035, RFC 5891).
    """
    name = name.translate(_IDEOGRAPHIC_DOTS).lower().removesuffix(".")
    if not name:
        raise InvalidName("domain-empty")
    if any(not label for label in name.split(".")):
        raise InvalidName("domain-empty-label")
    if not _PLAIN_NAME.fullmatch(name):
        name = _internationalised(name)
    if len(name) > MAX_NAME:
        raise InvalidName("domain-too-long", limit=str(MAX_NAME))
    return name


def _internationalised(name: str) -> str:
    import idna

    for label in name.split("."):
        if label.isascii() and len(label) > MAX_LABEL:
            raise InvalidName("domain-label-too-long", limit=str(MAX_LABEL))
    try:
        return idna.encode(name, uts46=True, transitional=False, std3_rules=True).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidName("domain-invalid", detail=_without_repr(str(error))) from error


def _without_repr(text: str) -> str:
    """Idna's messages can quote the input; keep them to plain ASCII for terminals and logs."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def unicode_name(name: str, /) -> str:
    """Turn A-labels into U-labels for people; a name without ``xn--`` comes back unchanged."""
    if "xn--" not in name:
        return name
    import idna

    return idna.decode(name)


def is_below(name: str, parent: str) -> bool:
    """Whether ``name`` is ``parent`` or lies below it, at a label boundary. Both in A-label form."""
    return name == parent or name.endswith("." + parent)


def gets_network_discovery(domain: str, /) -> bool:
    """Whether anybody on the network may be asked about ``domain`` (A-label form)."""
    if domain.startswith("[") or "." not in domain:
        return False
    return domain.rpartition(".")[2] not in NO_DISCOVERY_SUFFIXES


@lru_cache(maxsize=1)
def _suffix_list() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True)


@lru_cache(maxsize=4096)
def registrable_domain(name: str, /) -> str | None:
    """Give the name one label below the public suffix: ``mx.a.example.co.uk`` → ``example.co.uk``.

    ``None`` for a public suffix itself, so that no name is ever built under one (SEC-03). Names are in A-label form.
    """
    return _suffix_list().privatesuffix(name)


def same_registrable_domain(one: str, other: str) -> bool:
    """Whether two names belong to the same registrable domain. Public suffixes belong to nobody."""
    first = registrable_domain(one)
    return first is not None and first == registrable_domain(other)


_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
"""Scripts that one word may mix (Unicode Technical Standard 39, "highly restrictive")."""


def mixes_scripts(name: str, /) -> bool:
    """Whether a label of ``name`` (U-labels) mixes scripts that nobody writes together: a look-alike (EAI-10)."""
    return any(_mixes(label) for label in name.split(".") if not label.isascii())


def _mixes(label: str) -> bool:
    import unicodedata

    letters = (unicodedata.name(character, "?") for character in label if character.isalpha())
    scripts = {letter.partition(" ")[0].partition("-")[0] for letter in letters}
    return len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER)
