"""Values that may hold placeholders: filled in for an address, or kept as templates where there is none (AC-42, AC-43).

Whatever the case, the value is checked as it would be used: a template is tried out on a specimen address first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailsetup.address import Address
from mailsetup.errors import InvalidDocument
from mailsetup.formats.values import host_name, user_name, web_url
from mailsetup.names import MAX_NAME
from mailsetup.placeholders import fill_hostname, fill_url, fill_username, fill_username_ascii

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = "EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN"
_CUT_SHORT = re.compile(rf"%({_NAMES})(?![A-Z%])")
_WHOLE = re.compile(rf"(%(?:{_NAMES})%)")

SPECIMEN = Address(
    local="user", domain="domain.example", domain_unicode="domain.example", domain_typed="domain.example"
)
"""Stands in for the address when a template is checked."""


def is_cut_short(template: str, /) -> bool:
    """Whether a placeholder lacks its closing percent sign, as in real documents (AC-42)."""
    return _CUT_SHORT.search(template) is not None


@dataclass(frozen=True, slots=True)
class Templates:
    """Fills templates for one address, or keeps them. Every method raises ``InvalidDocument`` for a bad value."""

    address: Address | None = None

    def username(self, template: str, /) -> str:
        """A user name, with the domain as the user typed it (EAI-09)."""
        return self._filled(template, lambda text, address: user_name(fill_username(text, address)))

    def other_usernames(self, template: str, /) -> tuple[str, ...]:
        """The form with A-labels, where it differs: the second one to try for an internationalised domain (EAI-09)."""
        if self.address is None:
            return ()
        other = fill_username_ascii(template, self.address)
        return (other,) if other != self.username(template) else ()

    def hostname(self, template: str, /) -> str:
        """A host name; a template keeps its placeholders and is lower case around them."""
        filled = self._filled(template, lambda text, address: host_name(fill_hostname(text, address)))
        name = "".join(part if _WHOLE.fullmatch(part) else part.lower() for part in _WHOLE.split(filled.strip()))
        if len(name) > MAX_NAME:
            raise InvalidDocument("it is too long for a name", code="bad-hostname")
        return name

    def url(self, template: str, /, *, schemes: tuple[str, ...] = ("https",)) -> str:
        """A URL with the placeholders' values percent-encoded."""
        return self._filled(template, lambda text, address: web_url(fill_url(text, address), schemes=schemes))

    def _filled(self, template: str, use: Callable[[str, Address], str]) -> str:
        if self.address is not None:
            return use(template, self.address)
        plain = use(template, SPECIMEN)
        closed = _CUT_SHORT.sub(r"%\1%", template)
        return closed if _WHOLE.search(closed) else plain
