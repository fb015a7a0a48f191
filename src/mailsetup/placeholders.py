"""User name and host name templates: ``%EMAILADDRESS%``, ``%EMAILLOCALPART%``, ``%EMAILDOMAIN%`` (AC-42, AC-43).

Substitution is one pass, so a local part that happens to be called ``%EMAILDOMAIN%`` stays what it is. Real documents
hold ``%EMAILADDRESS`` without its closing percent sign; that is understood. Anything that still looks like a
placeholder afterwards is an error, because no server expects to see it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailsetup.errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailsetup.address import Address

_PLACEHOLDER = re.compile(r"%(EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN)(?:%|(?![A-Z%]))|%([A-Z][A-Z0-9_]*)%")
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _unquoted(local: str) -> str:
    """A quoted local part as the mailbox name it stands for: ``"a b"`` → ``a b`` (RFC 5321 section 4.1.2)."""
    if local.startswith('"'):
        return re.sub(r"\\(.)", r"\1", local[1:-1])
    return local


def _fill(template: str, values: dict[str, str], encode: Callable[[str], str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[2]:
            raise InvalidDocument(f"The placeholder %{match[2]}% is not known.", code="unknown-placeholder")
        return encode(values[match[1]])

    return _PLACEHOLDER.sub(value, template)


def fill_username(template: str, address: Address) -> str:
    """Fill a user name template with the address as the user typed it (EAI-09).

    Raises:
        InvalidDocument: for an unknown placeholder, or a result that could break a protocol line (SEC-06).
    """
    return _fill_name(template, address, address.domain_typed)


def fill_username_ascii(template: str, address: Address) -> str:
    """The same with the domain in A-labels: the second form to try for an internationalised domain (EAI-09)."""
    return _fill_name(template, address, address.domain)


def _fill_name(template: str, address: Address, domain: str) -> str:
    values = {
        "EMAILADDRESS": f"{address.local}@{domain}",
        "EMAILLOCALPART": _unquoted(address.local),
        "EMAILDOMAIN": domain,
    }
    name = _fill(template, values, str)
    if not name or _CONTROL.search(name):
        raise InvalidDocument("The user name is empty or holds a control character.", code="bad-username")
    return name


def fill_hostname(template: str, address: Address) -> str:
    """Fill a host name template; only the domain can stand in a host name without harm.

    Raises:
        InvalidDocument: if the result holds a character that no host name has.
    """
    if "%" not in template:
        return template
    values = {"EMAILADDRESS": address.ascii, "EMAILLOCALPART": address.local, "EMAILDOMAIN": address.domain}
    name = _fill(template, values, str)
    if name != template and not _HOST_NAME.fullmatch(name):
        raise InvalidDocument("The placeholders give no valid host name.", code="bad-hostname")
    return name


def fill_url(template: str, address: Address) -> str:
    """Fill a URL template, with everything but unreserved characters percent-encoded (AC-20, AC-43).

    Raises:
        InvalidDocument: for an unknown placeholder.
    """
    values = {"EMAILADDRESS": address.ascii, "EMAILLOCALPART": address.local, "EMAILDOMAIN": address.domain}
    # A percent-encoded octet such as %2F must not be taken for the start of a placeholder: the pattern needs a name.
    return _fill(template, values, lambda value: quote(value, safe=""))
