"""An audit hook that keeps a process on this machine."""

from __future__ import annotations

from typing import Any

from tests.lab.namespace import is_sealed

_LOOPBACK = ("127.", "::1", "::ffff:127.", "0.0.0.0", "::")  # noqa: S104  (as a destination, it is this machine)


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
    if host and not _is_here(host) and not is_sealed():
        raise RuntimeError(f"a test tried to reach {host!r}: nothing may leave this machine")


def _is_here(host: str) -> bool:
    numeric = host.replace(".", "").isdigit() or ":" in host
    return host.startswith(_LOOPBACK) if numeric else host == "localhost"
