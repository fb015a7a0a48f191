"""An address as nearly all of them are spelt, taken apart without the care that the others need.

``plain_parts`` says no to everything that is not obviously right; ``Address.parse`` then decides. What it says yes to,
``Address.parse`` reads in the same way (a property in the tests).
"""

from __future__ import annotations

import re

from mailsetup.address import MAX_ADDRESS, MAX_LOCAL

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_PLAIN = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@((?:{_LABEL}\.)+[a-z]{{2,63}})")


def plain_parts(text: str, /) -> tuple[str, str] | None:
    """Give local part and domain of a plain address: ASCII, lower-case domain without A-labels."""
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) > MAX_ADDRESS:
        return None
    local, domain = match.groups()
    return None if "--" in domain or len(local) > MAX_LOCAL else (local, domain)


def is_plain_local(local: str, /) -> bool:
    """Whether a local part is written the same way everywhere: neither quoted nor beyond ASCII."""
    return _PLAIN_LOCAL.fullmatch(local) is not None
