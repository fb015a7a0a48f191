"""Values into the configuration languages of other programs: quoted so that they come out again as they went in.

One function a language, each named after it. ``checked`` stands in front of all of them: control characters, line
breaks and what Unicode does not print are refused everywhere, so no quoting below has to think of them. A language
that cannot say a value refuses it (``CannotExpress``); nothing is ever dropped or replaced.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

from mailsetup.render.export.sentences import refuse

if TYPE_CHECKING:
    from collections.abc import Container

_NO_LABEL = re.compile(r"[^a-z0-9.-]+")

IMAP_ATOM = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&'+,-./:;<=>?@[^_`|}~")
"""Characters that stand in an IMAP atom (RFC 3501 section 9), for programs that send user names unquoted."""


def checked(value: str, what: str, program: str, *, only: Container[str] | None = None, without: str = "") -> str:
    """Let a value pass, or refuse it. ``what`` is ``username``, ``address`` or ``command``.

    Raises:
        CannotExpress: for an empty value, white space at either end, or a character that cannot be carried.
    """
    good = bool(value) and value.isprintable() and value == value.strip() and not set(value) & set(without)
    if not good or (only is not None and not all(character in only for character in value)):
        raise refuse(what, format=program)
    return value


def label(domain: str, /) -> str:
    """Make a name for an account that no language has to quote: letters, digits, dots and hyphens."""
    return _NO_LABEL.sub("-", domain.lower()).strip("-.") or "mail"


def backslashed(value: str, /) -> str:
    r"""Quote with ``"``, with ``\`` before ``"`` and ``\``: mbsync, Emacs Lisp."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def between_quotes(value: str, /) -> str:
    """Put quotation marks around, and nothing else: msmtp takes off the outer pair and knows no escapes."""
    return f'"{value}"'


def muttrc(value: str, /) -> str:
    """Quote for NeoMutt: nothing is special between single quotes, and strings side by side are one."""
    return "'" + value.replace("'", "'\"'\"'") + "'"


def fetchmailrc(value: str, /) -> str:
    r"""Quote for fetchmail, which knows ``\xhh`` and no ``\"``."""
    return '"' + value.replace("\\", r"\x5c").replace('"', r"\x22") + '"'


def interpolated(value: str, /) -> str:
    """Write a value for Python's ConfigParser with interpolation (OfflineIMAP)."""
    return value.replace("%", "%%")


def toml(value: str, /) -> str:
    """Quote as a TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)


def keyfile(value: str, /) -> str:
    """Write a value for a GLib key file (Evolution)."""
    return value.replace("\\", "\\\\")


def shell(value: str, /) -> str:
    """Quote for a POSIX shell."""
    return shlex.quote(value)


def url_part(value: str, /) -> str:
    """Percent-encode everything but unreserved characters (RFC 3986 section 2.3)."""
    return quote(value, safe="")
