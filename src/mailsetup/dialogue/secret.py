"""A password or token that cannot be shown by accident (SEC-04).

``repr``, ``str``, ``format``, pickling, JSON and exceptions give nothing away. :meth:`Secret.reveal` does, and is
called only where octets for the wire are made. :meth:`Secret.remove_from` takes the secret out of what a server sent.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NoReturn

HIDDEN = "••••"

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")

MIN_REDACTED = 4
"""A shorter secret would turn up by chance in ordinary text, and its place would tell it."""


class Secret:
    """Holds a secret. Two of them never compare equal, so nothing can be learned by comparing."""

    __slots__ = ("__value",)

    def __init__(self, value: str, /) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Give the secret itself: for octets that go to a server inside TLS, and nothing else."""
        return self.__value

    @property
    def is_ascii(self) -> bool:
        """Whether it can be sent by a command that knows ASCII only (EAI-06)."""
        return self.__value.isascii()

    def remove_from(self, text: str, /) -> str:
        """Blot the secret out of ``text``: as it is, in hex, and inside any base64, as a server might quote it."""
        if len(self.__value) < MIN_REDACTED:
            return text
        value = self.__value.encode()
        text = text.replace(self.__value, HIDDEN).replace(value.hex(), HIDDEN)
        return _BASE64.sub(lambda match: HIDDEN if value in _decoded(match[0]) else match[0], text)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _specification: str, /) -> str:
        return HIDDEN

    def __reduce_ex__(self, _protocol: object, /) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def _decoded(word: str) -> bytes:
    whole = word.rstrip("=")
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4), altchars=b"-_" if set(word) & {"-", "_"} else None)
    except binascii.Error:
        return b""
