"""Single values out of any document: host names, ports, user names, URLs. Checked and refused, never repaired (SEC-06).

Each function takes the text and gives the value in the one form that is used everywhere, or raises ``InvalidDocument``
with a clause that says what is wrong. None of them looks anything up.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from mailsetup.errors import InvalidDocument
from mailsetup.names import ascii_name

MAX_HOST_TEXT = 1024
"""Characters before conversion; beyond it no name is worked on (a name in A-labels has at most 253)."""
MAX_USERNAME = 512
"""Characters; an address has at most 254, and ``DOMAIN\\user`` forms add some."""
MAX_URL = 2048
"""Characters, as browsers have it."""

_PORT = re.compile(r"0*[1-9][0-9]{0,4}", re.ASCII)
_NUMBER_AT_THE_END = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\\<>\"^`{|}\u0080-\u009f\s]")
# Characters that stay as they are in path, query and fragment (RFC 3986 section 3.3, 3.4), the percent sign included.
_URL_SAFE = "%/?:@!$&'()*+,;=-._~[]#"


def host_name(text: str, /) -> str:
    """Check a host name: at least two labels of letters, digits and hyphens, in lower-case A-labels, no final dot.

    Raises:
        InvalidDocument: ``bad-hostname``; IP literals in every spelling are among what is refused.
    """
    if len(text) > MAX_HOST_TEXT:
        raise InvalidDocument("it is too long for a name", code="bad-hostname")
    try:
        name = ascii_name(text.strip())
    except ValueError as error:
        raise InvalidDocument(str(error), code="bad-hostname") from error
    if _NUMBER_AT_THE_END.fullmatch(name.rpartition(".")[2]):
        raise InvalidDocument("it is an IP address, or looks like one", code="bad-hostname")
    if "." not in name:
        raise InvalidDocument("it has one label only", code="bad-hostname")
    return name


def domain_name(text: str, /) -> str:
    """Check an e-mail domain; the same rules as for host names.

    Raises:
        InvalidDocument: ``bad-domain``.
    """
    try:
        return host_name(text)
    except InvalidDocument as error:
        raise InvalidDocument(error.reason, code="bad-domain") from error


def port_number(text: str, /) -> int:
    """Read a port: ASCII digits only, 1 to 65535 (AC-41).

    Raises:
        InvalidDocument: ``bad-port``.
    """
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise InvalidDocument("it is not a number between 1 and 65535", code="bad-port")
    return int(text)


def user_name(text: str, /) -> str:
    """Check a user name: anything that stays on one line (SEC-06).

    Raises:
        InvalidDocument: ``bad-username``.
    """
    if not text:
        raise InvalidDocument("it is empty", code="bad-username")
    if len(text) > MAX_USERNAME:
        raise InvalidDocument(f"it is longer than {MAX_USERNAME} characters", code="bad-username")
    if not text.isprintable():
        raise InvalidDocument("it holds a control or invisible character", code="bad-username")
    return text


def web_url(text: str, /, *, schemes: tuple[str, ...] = ("https",)) -> str:
    """Check a URL: allowed scheme, valid host name, no user-info; host in A-labels, non-ASCII percent-encoded.

    The rest of the URL keeps its spelling, since servers compare it byte by byte.

    Raises:
        InvalidDocument: ``bad-url``.
    """
    text = text.strip()
    if len(text) > MAX_URL:
        raise InvalidDocument(f"it is longer than {MAX_URL} characters", code="bad-url")
    if _UNSAFE_IN_URL.search(text):
        raise InvalidDocument("it holds a character that no URL has", code="bad-url")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InvalidDocument("it is not a URL", code="bad-url") from error
    scheme = parts.scheme.lower()
    if scheme not in schemes:
        raise InvalidDocument(
            f"it does not start with {' or '.join(f'{known}://' for known in schemes)}", code="bad-url"
        )
    if "@" in parts.netloc:
        raise InvalidDocument("it holds a user name", code="bad-url")
    if port == 0:
        raise InvalidDocument("its port is 0", code="bad-url")
    try:
        host = host_name(parts.hostname or "")
    except InvalidDocument as error:
        raise InvalidDocument(error.reason, code="bad-url") from error
    rest = text[text.index("//") + 2 + len(parts.netloc) :]
    return f"{scheme}://{host}{f':{port}' if port is not None else ''}{_encoded(rest)}"


def link(text: str, /) -> str:
    """Check a URL that is shown to people and never fetched: https or http (AC-46).

    Raises:
        InvalidDocument: ``bad-url``.
    """
    return web_url(text, schemes=("https", "http"))


def _encoded(rest: str) -> str:
    try:
        return quote(rest, safe=_URL_SAFE)
    except UnicodeEncodeError as error:
        raise InvalidDocument("it holds a broken character", code="bad-url") from error
