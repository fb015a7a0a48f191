"""Content codings undone piece by piece, and never further than a limit (a kilobyte can unpack to a gigabyte).

gzip and deflate, one on top of the other at most twice; anything else was not asked for and is ``bad-encoding``.
"""

from __future__ import annotations

import zlib
from typing import Final

from mailsetup.net.failures import failure

ACCEPTED: Final = "gzip, deflate"
"""For the ``Accept-Encoding`` field."""

MAX_CODINGS: Final = 2
"""More layers than anybody needs are an attack."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_ZLIB: Final = zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS


class Inflate:
    """One layer of gzip or deflate."""

    def __init__(self, coding: str) -> None:
        self._is_deflate = coding == "deflate"
        self._inflater = zlib.decompressobj(_ZLIB if self._is_deflate else _GZIP)
        self._fresh = True

    def feed(self, data: bytes, limit: int) -> bytes:
        """Unpack ``data``, into at most ``limit`` + 1 octets."""
        try:
            unpacked = self._inflater.decompress(data, limit + 1)
        except zlib.error as error:
            if not (self._is_deflate and self._fresh):
                raise failure("bad-encoding") from error
            # Many servers send deflate without its zlib wrapper (RFC 9110 section 8.4.1.2).
            self._is_deflate, self._inflater = False, zlib.decompressobj(_RAW)
            return self.feed(data, limit)
        self._fresh = False
        return unpacked

    @property
    def is_complete(self) -> bool:
        """Whether the end of the packed data was seen."""
        return self._inflater.eof


class BodyDecoder:
    """Collects a body, decoded.

    Args:
        codings: the value of the ``Content-Encoding`` field.
        limit: octets; one more is ``too-large``.

    Raises:
        NetworkError: ``bad-encoding`` for a coding that was not asked for.
    """

    def __init__(self, codings: str, /, *, limit: int) -> None:
        words = [word.strip().lower().removeprefix("x-") for word in codings.split(",")]
        words = [word for word in words if word not in ("", "identity")]
        if len(words) > MAX_CODINGS or not {"gzip", "deflate"}.issuperset(words):
            raise failure("bad-encoding", f"The answer comes in an encoding that was not asked for: {codings[:40]!r}.")
        self._layers = [Inflate(word) for word in reversed(words)]
        self._limit = limit
        self._body = bytearray()

    def feed(self, data: bytes, /) -> None:
        """Take the next piece.

        Raises:
            NetworkError: ``too-large``, ``bad-encoding``.
        """
        room = self._limit - len(self._body)
        for layer in self._layers:
            data = layer.feed(data, room)
            if len(data) > room:
                break
        self._body += data[: room + 1]
        if len(self._body) > self._limit:
            raise failure("too-large", f"The answer is larger than {self._limit // 1024} KiB.")

    def finish(self) -> bytes:
        """Give the body.

        Raises:
            NetworkError: ``bad-encoding`` if packed data break off.
        """
        if self._body and not all(layer.is_complete for layer in self._layers):
            raise failure("bad-encoding", "The packed answer breaks off.")
        return bytes(self._body)
