"""An IMAP and an SMTP server that let nobody in, and write down each user name exactly as it arrived."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

from mailsetup.model import Auth, Discovery, Protocol, Security, Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from tests.lab.authority import Identity

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")


class Capture:
    """Both servers, on free ports of loopback, with implicit TLS."""

    def __init__(self, identity: Identity) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(identity.certificate, identity.key)
        self.usernames: list[str] = []
        """In order of arrival."""
        self.tokens: list[str] = []
        """What came as OAuth2 access tokens."""
        self._threads: list[threading.Thread] = []
        self._listeners = {Protocol.IMAP: (socket.socket(), self._imap), Protocol.SMTP: (socket.socket(), self._smtp)}

    def __enter__(self) -> Self:
        for listener, serve in self._listeners.values():
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            thread = threading.Thread(target=self._accept, args=(listener, serve), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *exc: object) -> None:
        for listener, _ in self._listeners.values():
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread, which must not meet the next owner of the number
        for thread in self._threads:
            thread.join()
        for listener, _ in self._listeners.values():
            listener.close()

    def discovery(self, username: str, auth: Auth = Auth.PASSWORD) -> Discovery:
        """Give settings that lead here."""
        servers = tuple(
            Server(
                protocol=protocol,
                hostname="localhost",
                port=listener.getsockname()[1],
                security=Security.TLS,
                username=username,
                auth=(auth,),
            )
            for protocol, (listener, _) in self._listeners.items()
        )
        return Discovery(address="anna@corp.example", domain="corp.example", servers=servers)

    def _accept(self, listener: socket.socket, serve: Callable[[Any], None]) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection, serve), daemon=True).start()

    def _talk(self, connection: socket.socket, serve: Callable[[Any], None]) -> None:
        try:
            with self._context.wrap_socket(connection, server_side=True) as wrapped:
                serve(wrapped.makefile("rwb", buffering=0))
        except OSError:
            pass  # a client that hangs up has said what it had to say

    def _note(self, username: bytes) -> None:
        self.usernames.append(username.decode("utf-8", "surrogateescape"))

    def _sasl(self, mechanism: bytes, response: bytes) -> None:
        if response.strip() in {b"", b"*"}:  # a client that gave up
            return
        said = base64.b64decode(response)
        if mechanism.upper() == b"XOAUTH2":
            user, bearer = said.split(b"\x01")[:2]
            self._note(user.removeprefix(b"user="))
            self.tokens.append(bearer.removeprefix(b"auth=Bearer ").decode())
        else:
            self._note(said.split(b"\0")[1])

    def _imap(self, stream: Any) -> None:
        stream.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2] ready\r\n")
        while line := _imap_line(stream):
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            command = rest.upper().split(b" ")[0]
            if command == b"CAPABILITY":
                stream.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")
            elif command == b"LOGIN":
                quoted, atom = _STRING.findall(rest[6:])[0]
                self._note(re.sub(rb"\\(.)", rb"\1", quoted) if quoted else atom)
                stream.write(tag + b" NO [AUTHENTICATIONFAILED] never\r\n")
            elif command == b"AUTHENTICATE":
                stream.write(b"+ \r\n")
                self._sasl(rest.split()[1], stream.readline())
                stream.write(tag + b" NO [AUTHENTICATIONFAILED] never\r\n")
            elif command == b"LOGOUT":
                stream.write(b"* BYE\r\n" + tag + b" OK bye\r\n")
                return
            else:
                stream.write(tag + b" OK whatever\r\n")

    def _smtp(self, stream: Any) -> None:
        stream.write(b"220 localhost ESMTP\r\n")
        while line := stream.readline():
            words = line.split()
            command = words[0].upper() if words else b""
            if command == b"EHLO":
                stream.write(b"250-localhost\r\n250 AUTH PLAIN XOAUTH2\r\n")
            elif command == b"AUTH":
                if len(words) < 3:
                    stream.write(b"334 \r\n")
                    words.append(stream.readline())
                self._sasl(words[1], words[2])
                stream.write(b"535 5.7.8 never\r\n")
            elif command == b"QUIT":
                stream.write(b"221 bye\r\n")
                return
            else:
                stream.write(b"250 whatever\r\n")


def _imap_line(stream: Any) -> bytes:
    """Read one command, with its literals put in as quoted strings."""
    line: bytes = stream.readline()
    while match := _LITERAL.search(line):
        if not match[2]:
            stream.write(b"+ go on\r\n")
        literal = b""
        while len(literal) < int(match[1]):
            literal += stream.read(int(match[1]) - len(literal))
        escaped = re.sub(rb'(["\\])', rb"\\\1", literal)
        line = line[: match.start()] + b'"' + escaped + b'"' + stream.readline()
    return line
