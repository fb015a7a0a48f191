"""What a person types, taken apart.

Rules (EAI-*): the last ``@`` separates; a quoted local part may hold anything printable, ``@`` included; an
internationalised local part is kept exactly as typed; the domain becomes A-labels. Whatever could break out of a
protocol line, a URL or a file name is refused here, so that nobody after this has to think of it.

It does not say whether the mailbox, or the domain, exists.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

from mailsetup import names
from mailsetup.errors import InvalidAddress
from mailsetup.names import InvalidName, ascii_name, gets_network_discovery, unicode_name

MAX_ADDRESS = 254
"""Octets (RFC 5321 section 4.5.3.1.3, less the angle brackets; RFC 3696 erratum 1690)."""

MAX_LOCAL = 64
"""Octets of the local part (RFC 5321 section 4.5.3.1.1)."""

MAX_INPUT = 1024
"""Characters; beyond it nothing is even looked at."""

# RFC 5322 atext, extended by RFC 6532 to everything above ASCII (whose categories are checked apart). Written as what
# it is not: a class that spells out the range above ASCII takes 10 ms to compile.
_NOT_ATEXT = r"\x00-\x20\x7f\"(),.:;<>@\[\\\]"
_ATEXT = re.compile(rf"[^{_NOT_ATEXT}]")
_DOT_ATOM = re.compile(rf"[^{_NOT_ATEXT}]+(?:\.[^{_NOT_ATEXT}]+)*")
# RFC 5321 quoted-string; RFC 6531 adds non-ASCII.
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"')
_NUMERIC_NAME = re.compile(r"[0-9.]+")

_FORBIDDEN_CATEGORIES = {
    "Cc": "control",
    "Cf": "invisible",
    "Cs": "surrogate",
    "Co": "private-use",
    "Cn": "unassigned",
    "Zl": "line-separator",
    "Zp": "paragraph-separator",
}

REASONS = {
    "not-text": "An e-mail address is text.",
    "empty": "There is no e-mail address: nothing was typed.",
    "too-long": "This is too long for an e-mail address ({length} characters; at most {limit} are allowed).",
    "line-break": "An e-mail address must not contain a line break.",
    "nul": "An e-mail address must not contain a NUL character.",
    "control": "An e-mail address must not contain a control character.",
    "invisible": "An e-mail address must not contain an invisible formatting character.",
    "surrogate": "An e-mail address must not contain a broken character (half of a surrogate pair).",
    "private-use": "An e-mail address must not contain a private-use character.",
    "unassigned": "An e-mail address must not contain an unassigned character.",
    "line-separator": "An e-mail address must not contain a line separator.",
    "paragraph-separator": "An e-mail address must not contain a paragraph separator.",
    "like-at": "The character {character} only looks like the @ sign; type a plain @.",
    "no-at": "An e-mail address has an @ sign between the name and the domain, as in name@example.com.",
    "local-empty": "There is nothing in front of the @ sign.",
    "local-too-long": "The part in front of the @ sign is longer than {limit} bytes.",
    "like-another": "The character {character} only looks like another one and is not allowed.",
    "unbalanced-quotes": "The quotation marks in front of the @ sign are not balanced.",
    "display-name": "Give the bare address, as in name@example.com, without a name and angle brackets.",
    "two-ats": "There are two @ signs; only a name in quotation marks may contain one.",
    "space": "There is a space in front of the @ sign.",
    "local-character": "The character {character} is not allowed in front of the @ sign.",
    "dots": "A dot may stand neither first, nor last, nor twice in a row in front of the @ sign.",
    "no-domain": "There is nothing behind the @ sign.",
    "number": "The part behind the @ sign ends in a number; an IP address stands in brackets, as in name@[192.0.2.1].",
    "total-too-long": "The address is longer than {limit} bytes.",
    "bad-literal": "What stands in brackets behind the @ sign is not an IP address.",
    **names.REASONS,
}
"""Why an address is refused, by stable code: whole sentences, for translators."""


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address that can be looked up. ``str(address)`` is the form to log in with."""

    local: str
    """The local part exactly as typed, quotes included (EAI-04)."""
    domain: str
    """The domain in lower-case A-labels without a trailing dot, or an address literal in brackets."""
    domain_unicode: str
    """The same for people: U-labels."""
    domain_typed: str
    """The form the user typed (A-labels or U-labels, lower case): what user names are built from first (EAI-09)."""

    @classmethod
    def parse(cls, text: str, /) -> Address:
        """Take ``text`` apart. Spaces and tabs around it are forgiven; nothing else is.

        Raises:
            InvalidAddress: with a sentence a person understands, and the position where known.
        """
        return _parse(text)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain_typed}"

    @property
    def ascii(self) -> str:
        """The address with the domain in A-labels: what goes into URLs, and second as a user name (EAI-09)."""
        return f"{self.local}@{self.domain}"

    @property
    def is_internationalised(self) -> bool:
        """Whether the local part needs SMTPUTF8 at the submission server (EAI-05)."""
        return not self.local.isascii()

    @property
    def gets_network_discovery(self) -> bool:
        """Whether the network may be asked: not for literals, single labels, ``.local`` and the like (EAI-12)."""
        return gets_network_discovery(self.domain)


def _refuse(code: str, /, text: str, position: int | None = None, **arguments: str) -> NoReturn:
    reason = REASONS[code].format_map(arguments)
    raise InvalidAddress(reason, address=text, position=position, code=code, arguments=arguments)


def _parse(text: str) -> Address:
    if not isinstance(text, str):
        _refuse("not-text", repr(text)[:MAX_INPUT])
    stripped = text.strip(" \t")
    offset = len(text) - len(text.lstrip(" \t"))
    if not stripped:
        _refuse("empty", text[:MAX_INPUT], 0)
    if len(stripped) > MAX_INPUT:
        _refuse("too-long", text[:MAX_INPUT], MAX_ADDRESS, length=str(len(stripped)), limit=str(MAX_ADDRESS))
    _refuse_forbidden_characters(text, stripped, offset)
    local, separator, domain = stripped.rpartition("@")
    if not separator:
        _no_separator(text, stripped, offset)
    _check_local(text, local, offset)
    return _with_domain(text, local, domain, offset + len(local) + 1)


def _refuse_forbidden_characters(text: str, stripped: str, offset: int) -> None:
    for index, character in enumerate(stripped):
        if character in "\r\n":
            code = "line-break"
        elif character == "\0":
            code = "nul"
        elif " " <= character < "\x7f":
            continue
        else:
            code = _FORBIDDEN_CATEGORIES.get(unicodedata.category(character), "")
        if code:
            _refuse(code, text, offset + index)


def _no_separator(text: str, stripped: str, offset: int) -> NoReturn:
    for index, character in enumerate(stripped):
        if "@" in unicodedata.normalize("NFKC", character):
            _refuse("like-at", text, offset + index, character=_code_point(character))
    _refuse("no-at", text)


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _check_local(text: str, local: str, offset: int) -> None:
    if not local:
        _refuse("local-empty", text, offset)
    if len(local.encode("utf-8", "surrogatepass")) > MAX_LOCAL:
        _refuse("local-too-long", text, offset + min(len(local) - 1, MAX_LOCAL), limit=str(MAX_LOCAL))
    for index, character in enumerate(local):
        # EAI-13: what turns into a separator under NFKC is refused, never mapped.
        if character > "\x7f" and set(unicodedata.normalize("NFKC", character)) & set('@/.:%\\"<>() '):
            _refuse("like-another", text, offset + index, character=_code_point(character))
    if local.startswith('"'):
        if not _QUOTED.fullmatch(local):
            _refuse("unbalanced-quotes", text, offset)
    elif not _DOT_ATOM.fullmatch(local):
        _explain_bad_local(text, local, offset)


def _explain_bad_local(text: str, local: str, offset: int) -> NoReturn:
    if "<" in local:
        _refuse("display-name", text, offset + local.index("<"))
    for index, character in enumerate(local):
        if character in "@ ":
            _refuse("two-ats" if character == "@" else "space", text, offset + index)
        if character != "." and not _ATEXT.match(character):
            _refuse("local-character", text, offset + index, character=character)
    dot = 0 if local.startswith(".") else local.find("..") + 1 or len(local) - 1
    _refuse("dots", text, offset + dot)


def _with_domain(text: str, local: str, domain: str, start: int) -> Address:
    if not domain:
        _refuse("no-domain", text, start - 1)
    if domain.startswith("["):
        literal = _address_literal(text, domain, start)
        return Address(local, literal, literal, literal)
    try:
        name = ascii_name(domain)
    except InvalidName as error:
        _refuse(error.code, text, start + _first_bad_character(domain), **error.arguments)
    if _NUMERIC_NAME.fullmatch(name.rpartition(".")[2]):
        _refuse("number", text, start)
    if len(f"{local}@{name}".encode()) > MAX_ADDRESS:
        _refuse("total-too-long", text, min(len(text) - 1, MAX_ADDRESS), limit=str(MAX_ADDRESS))
    shown = unicode_name(name)
    return Address(local, name, shown, name if domain.isascii() else shown)


def _first_bad_character(domain: str) -> int:
    """Find the label that is to blame, and the character in it where a single one is."""
    position = 0
    for label in re.split("[.。．｡]", domain):
        try:
            ascii_name(label)
        except ValueError:
            for index, character in enumerate(label):
                try:
                    ascii_name(f"a{character}a")
                except ValueError:
                    return position + index
            return min(position, len(domain) - 1)
        position += len(label) + 1
    return 0


def _address_literal(text: str, domain: str, start: int) -> str:
    """Check an address literal (RFC 5321 section 4.1.3) and write it in one way."""
    import ipaddress

    body = domain[1:-1]
    try:
        if not domain.endswith("]"):
            raise ValueError(domain)
        if body[:5].lower() == "ipv6:":
            return f"[IPv6:{ipaddress.IPv6Address(body[5:])}]"
        return f"[{ipaddress.IPv4Address(body)}]"
    except ValueError:
        _refuse("bad-literal", text, start)
