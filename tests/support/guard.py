"""An audit hook that keeps a process on this machine."""

from __future__ import annotations

import errno
import socket
from typing import Any

from tests.lab.namespace import is_sealed

_LOOPBACK = ("127.", "::1", "::ffff:127.", "0.0.0.0", "::")  # noqa: S104  (as a destination, it is this machine)


_ANYWHERE = ("192.0.2.1", "2001:db8::1")
"""Where the program asks the way to, to see whether there is any."""


def stay_at_home(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection beyond loopback, but in the lab's namespace, which has no way out."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")  # anyio encodes before it looks up
    if not host or _is_here(host) or is_sealed():
        return
    if host in _ANYWHERE and event == "socket.connect" and arguments[0].type is socket.SOCK_DGRAM:
        # The kernel is asked for the way there, and nothing is sent.
        raise OSError(errno.ENETUNREACH, "in tests no way leads out of this machine")
    raise RuntimeError(f"a test tried to reach {host!r}: nothing may leave this machine")


def _is_here(host: str) -> bool:
    numeric = host.replace(".", "").isdigit() or ":" in host
    return host.startswith(_LOOPBACK) if numeric else host == "localhost"
