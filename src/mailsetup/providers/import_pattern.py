r"""Regular expressions of other people's lists, turned into names and suffixes at label boundaries.

Other lists describe domains and mail exchangers by regular expressions, and many of those match too much:
``^yahoo\..*$`` claims every top-level domain, ``^.*your-server\.de$`` also matches ``notyour-server.de``. Only two
shapes are taken over:

* a finite choice of names (``^mx[12]\.example\.com$``), written out;
* anything in front of a literal parent (``^.*\.example\.com$``), as a suffix at a label boundary.

Everything else is refused, with the reason. Nothing here ever runs a foreign expression.
"""

from __future__ import annotations

import itertools
import re

MOST_NAMES = 64
"""A choice with more names than this is no list of mail exchangers."""

_ATOM = re.compile(
    r"""
    \\(?P<escaped>[.\-_])          # a literal dot, hyphen or underscore
    | (?P<digit>\\d)
    | \[(?P<set>[a-z0-9\-]+)\]     # a character class
    | \((?P<group>[^()]*)\)        # alternatives, not nested
    | (?P<literal>[a-z0-9\-_])
    """,
    re.VERBOSE,
)


def literal_suffix(expression: str, /) -> str | None:
    r"""Give the parent that ``^.*\.parent$`` stands for, or ``None`` for another shape or a bare top-level domain.

    >>> literal_suffix(r"^.*\.your-server\.de$")
    'your-server.de'
    """
    found = re.fullmatch(r"\^?\.\*(?:\\\.)?((?:[a-z0-9\-_]|\\[.\-_])+)\$?", expression)
    if found is None:
        return None
    parent = re.sub(r"\\(.)", r"\1", found[1])
    return parent if "." in parent else None


def names(expression: str, /) -> list[str]:
    r"""Write out all names that a finite expression matches.

    >>> names(r"^mx[12]\.example\.com$")
    ['mx1.example.com', 'mx2.example.com']

    Raises:
        ValueError: if the expression is not finite, matches more than ``MOST_NAMES`` names, or is not understood.
    """
    choices: list[list[str]] = []
    position = 0
    text = expression.removeprefix("^").removesuffix("$")
    while position < len(text):
        atom = _ATOM.match(text, position)
        if atom is None:
            raise ValueError(f"{expression!r} is neither a list of names nor a literal parent")
        position = atom.end()
        options = _options(atom)
        if text[position : position + 1] == "?":
            options = [*options, ""]
            position += 1
        choices.append(options)
    product = list(itertools.islice(("".join(parts) for parts in itertools.product(*choices)), MOST_NAMES + 1))
    if len(product) > MOST_NAMES:
        raise ValueError(f"{expression!r} matches more than {MOST_NAMES} names")
    return sorted(set(product))


def _options(atom: re.Match[str]) -> list[str]:
    if atom["escaped"] or atom["literal"]:
        return [atom["escaped"] or atom["literal"]]
    if atom["digit"]:
        return list("0123456789")
    if atom["set"]:
        return _members(atom["set"])
    return [option for branch in atom["group"].split("|") for option in names(branch)]


def _members(inside: str) -> list[str]:
    """The characters of a class: ``0-3a`` → ``0``, ``1``, ``2``, ``3``, ``a``."""
    members: list[str] = []
    for first, last in re.findall(r"([a-z0-9\-])(?:-([a-z0-9]))?", inside):
        members.extend(map(chr, range(ord(first), ord(last or first) + 1)))
    return members
