"""A trip wire: sockets that wait for the connection that must not come, and can say afterwards whether it did."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


class TripWire:
    """Listens on all of ``ports`` of some addresses. It never says a word to whoever comes."""

    def __init__(self, addresses: tuple[str, ...], ports: tuple[int, ...]) -> None:
        self._stack = ExitStack()
        self._places = [(address, port) for address in addresses for port in ports]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        for address, port in self._places:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = self._stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen()
            listener.setblocking(False)
            self._sockets.append(listener)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def tripped(self) -> set[tuple[str, int]]:
        """Where somebody connected since the last look."""
        places = set()
        for place, listener in zip(self._places, self._sockets, strict=True):
            while True:
                try:
                    visitor, _ = listener.accept()
                except BlockingIOError:
                    break
                visitor.close()
                places.add(place)
        return places
