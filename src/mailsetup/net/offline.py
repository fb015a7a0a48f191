"""Is there any network at all? Answered at once, and without a packet to anybody else.

A machine has a network if it has a way to the public Internet, or at least to its nameserver or proxy. The kernel
knows: a datagram socket is connected, which looks the way up and sends nothing. Only a nameserver on this very machine
is sent a question (for the root: it says nothing about the user), to see whether anybody is listening there.

A machine with a way out of which nothing comes back looks connected here; ``looks_cut_off`` tells that from what came
of the questions.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from mailsetup.model import Learned, Status
from mailsetup.net.order import ANYWHERE, source_address
from mailsetup.net.places import places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mailsetup.model import Attempt, Options

_ROOT_QUESTION: Final = b"\0\0\1\0\0\1\0\0\0\0\0\0" + b"\0\0\2\0\1"
"""``. NS``."""

_SILENCE: Final = frozenset({"dns-timed-out", "timed-out", "network-unreachable", "no-network", "cut-short"})
"""Reasons that a machine without a network gives. A refused connection is not one: somebody refused it."""


def has_network(options: Options, /, *, source: Callable[[str], str | None] = source_address) -> bool:
    """Whether anybody can be reached, as far as this machine can tell by itself. Takes no time, loads nothing heavy.

    Args:
        options: nameservers and proxy.
        source: gives this machine's own address on the way to another one, or ``None``.
    """
    servers = places(options.nameservers)
    if any(server.is_here and _is_listening(server.address, server.port) for server in servers):
        return True
    elsewhere = [server.address for server in servers if not server.is_here]
    proxy = urlsplit(options.proxy or "").hostname or ""
    ways = [*ANYWHERE.values(), *elsewhere, *([proxy] if _is_address(proxy) else [])]
    return any(source(address) is not None for address in ways)


def looks_cut_off(attempts: Iterable[Attempt], /) -> bool:
    """Whether nobody at all has answered: every question ended in silence, and there was at least one."""
    asked = [attempt for attempt in attempts if attempt.learned is not Learned.NOTHING or attempt.told]
    return bool(asked) and all(each.outcome is Status.UNREACHABLE and each.reason in _SILENCE for each in asked)


def _is_listening(address: str, port: int) -> bool:
    """Whether somebody takes datagrams there, on this machine: if not, the kernel says so in the same moment."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((address, port))
            sock.send(_ROOT_QUESTION)
            sock.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
